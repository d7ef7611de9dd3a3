"""A report of 10 MB is read in half a second, in memory that is a small part of a gigabyte."""

import json

import reports
import support
from support import SANITIZED, SLOWNESS

SIZE = 10 * 1000 * 1000
TESTS = 10000
SECONDS = 0.5 * SLOWNESS * (20 if SANITIZED else 1)
KILOBYTES = 120000  # resident, at the peak; ten thousand of them are the report


def junit():
    text = "x" * (SIZE // TESTS - 100)
    case = '<testcase classname="c" name="{}" time="1"><failure>{}</failure></testcase>'
    cases = "".join(case.format(i, text) for i in range(TESTS))
    return f"<testsuites><testsuite name='s'>{cases}</testsuite></testsuites>"


def junit_of_markup():
    return "<testsuite>" + "<a><b/>&amp;</a>" * (SIZE // 16) + "</testsuite>"


def tap():
    text = "y" * (SIZE // TESTS - 50)
    lines = (f"not ok {i + 1} - t{i}\n  ---\n  message: {text}\n  ...\n" for i in range(TESTS))
    return f"1..{TESTS}\n" + "".join(lines)


def tap_of_subtests():
    depth = 60
    count = (TESTS - depth) // depth
    lines = []
    for level in reversed(range(depth)):
        indent = "    " * level
        if level == depth - 1:
            lines += ["    " * i + "# Subtest: p" for i in range(1, depth)]
        lines += [f"{indent}ok - {'n' * 30}"] * count + [f"{indent}1..{count}"]
    return "\n".join(lines[:-1]) + "\n1..1000\n"


def ours():
    text = "z" * (SIZE // TESTS - 60)
    tests = [{"id": str(i), "outcome": "failed", "message": text} for i in range(TESTS)]
    return json.dumps({"schema": "cupel.report/1", "tests": tests})


REPORTS = {
    "a.junit.xml": junit,
    "markup.junit.xml": junit_of_markup,
    "a.tap": tap,
    "subtests.tap": tap_of_subtests,
    "a.json": ours,
}


class Cost(support.TestCase):
    def test_large_reports_are_read_fast_in_little_memory(self):
        for name, make in REPORTS.items():
            with self.subTest(report=name):
                path = self.folder() / name
                path.write_text(make())
                costs = [self.cost(path) for _ in range(3)]
                self.assertLess(min(costs)[0], SECONDS)
                if not SANITIZED:
                    self.assertLess(min(costs)[1], KILOBYTES)

    def cost(self, path):
        """Seconds of CPU time and kilobytes."""
        done = reports.run("--time", reports.kind_of(path), path)
        self.assertEqual(done.returncode, 0, done.stderr)
        seconds, kilobytes = done.stdout.split()
        return float(seconds), int(kilobytes)


if __name__ == "__main__":
    support.main()
