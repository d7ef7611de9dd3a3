"""Reports that are wrong, and what exactly is said of each: tests/bad/report/NAME and NAME.error.
Those that are too large to be kept are made here."""

import sys

import support
from support import SOURCE

sys.path.insert(0, str(SOURCE / "tests/report"))
import reports  # noqa: E402

CASES = SOURCE / "tests/bad/report"
MEBIBYTE = 1 << 20


class BadReports(support.TestCase):
    """A test for each file is added below."""

    def check(self, path):
        done = reports.run(reports.kind_of(path), path)
        self.assertEqual(done.stderr, path.with_name(path.name + ".error").read_text())
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.returncode, 1)

    def refused(self, name, content):
        """What is said of a report that is made here."""
        path = self.folder() / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = reports.run(reports.kind_of(path), path)
        self.assertEqual(done.returncode, 1, done.stdout[:1000])
        return done.stderr

    def test_depth_has_a_limit(self):
        deep = 100000
        nested = "".join("    " * i + f"ok 1 - {i}\n" for i in range(100))
        self.assertIn(
            "elements are nested more than 64 deep",
            self.refused("a.junit.xml", "<testsuite>" * deep),
        )
        self.assertIn(
            "elements are nested more than 64 deep", self.refused("a.ctest.xml", "<Site>" * deep)
        )
        self.assertIn("values are nested more than 64", self.refused("a.json", "[" * deep))
        self.assertIn("nested more than 64", self.refused("a.gtest-json.json", '{"a":' * deep))
        self.assertIn("subtests are nested more than 64 deep", self.refused("a.tap", nested))

    def test_size_has_a_limit(self):
        attribute = b'<testsuite name="' + b"x" * (100 * MEBIBYTE) + b'"/>'
        self.assertIn("more than 16777216 bytes", self.refused("a.junit.xml", attribute))
        for name in ("a.tap", "a.json", "a.ctest.xml", "a.gtest-json.json"):
            self.assertIn(
                "more than 16777216 bytes", self.refused(name, b" " * (16 * MEBIBYTE + 1))
            )

    def test_tests_are_counted(self):
        case = '<testcase name="a"/>'
        mine = '{"id": "a", "score": 1}'
        google = '{"name": "a", "status": "RUN", "result": "COMPLETED"}'
        large = {
            "a.junit.xml": "<testsuite>" + case * 10001 + "</testsuite>",
            "a.ctest.xml": "<Site><Testing>"
            + '<Test Status="passed"><Name>a</Name></Test>' * 10001
            + "</Testing></Site>",
            "a.tap": "ok\n" * 10001 + "1..10001\n",
            "a.json": '{"schema": "cupel.report/1", "tests": [' + ",".join([mine] * 10001) + "]}",
            "a.gtest-json.json": '{"testsuites": [{"testsuite": ['
            + ",".join([google] * 10001)
            + "]}]}",
        }
        for name, text in large.items():
            with self.subTest(name=name):
                self.assertIn("more than 10000 tests", self.refused(name, text))

    def test_small_values_do_not_become_large_memory(self):
        for value in ("{}", "[]", '""', "0"):
            text = "[" + ",".join([value] * 4 * MEBIBYTE) + "]"
            self.assertIn("more than 250000 values", self.refused("a.json", text))


for _path in sorted(CASES.iterdir()):
    if _path.suffix != ".error":
        setattr(BadReports, f"test_{_path.name}", lambda self, path=_path: self.check(path))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        for _path in sorted(CASES.iterdir()):
            if _path.suffix != ".error":
                said = reports.run(reports.kind_of(_path), _path).stderr
                _path.with_name(_path.name + ".error").write_text(said)
    else:
        support.main()
