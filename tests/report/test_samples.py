"""What each sample says, is in the file beside it: see samples/README.md."""

import json
import sys

import jsonschema

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


    def test_the_schema_knows_our_own_format(self):
        schema = json.loads((support.SCHEMAS / "report.schema.json").read_text())
        validator = jsonschema.Draft202012Validator(schema)
        sample = json.loads((reports.SAMPLES / "cupel.json").read_text())
        self.assertEqual(list(validator.iter_errors(sample)), [])
        for name in ("many-keys", "negative-score", "tests-no-list"):
            bad = (support.SOURCE / f"tests/bad/report/{name}.json").read_text()
            self.assertFalse(validator.is_valid(json.loads(bad)), name)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        for sample in reports.samples():
            text = summary(reports.read(reports.kind_of(sample), sample))
            sample.with_name(sample.name + ".expected").write_text(text)
    else:
        support.main()
