"""What each sample says, is in the file beside it: see samples/README.md."""

import sys

import reports
import support


def summary(report):
    """A line for each test: outcome, points, seconds, id, message, start of the output."""
    lines = ["complete" if report["complete"] else f"incomplete: {report['incomplete']}"]
    for test in report["tests"]:
        lines.append(f"{test['outcome']} {test['fraction']:g} {test['seconds']} {test['id']}")
        if test["title"]:
            lines.append(f"    title: {test['title']}")
        for name in ("message", "output"):
            if test[name] is not None:
                lines += [f"    {name}: {line}" for line in test[name].splitlines()]
    return "\n".join(lines) + "\n"


class Samples(support.TestCase):
    def test_each_sample_is_read_as_expected(self):
        for path in reports.samples():
            with self.subTest(sample=path.name):
                expected = path.with_name(path.name + ".expected").read_text()
                self.assertEqual(summary(reports.read(reports.kind_of(path), path)), expected)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        for sample in reports.samples():
            text = summary(reports.read(reports.kind_of(sample), sample))
            sample.with_name(sample.name + ".expected").write_text(text)
    else:
        support.main()
