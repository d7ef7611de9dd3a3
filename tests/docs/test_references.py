"""docs/grader-reference.md, docs/result-reference.md, the man pages of section 5 and the schemas
in docs/openapi.json, which docs/make_references makes: they are made of today's schemas, and their
examples are true."""

import json
import re
import subprocess

import support
from support import SOURCE

DOCS = SOURCE / "docs"
MAKE = DOCS / "make_references"
EXAMPLE = DOCS / "examples/everything"
MADE = [
    "grader-reference.md", "result-reference.md", "openapi.json",
    "man/cupel-grader.5", "man/cupel-policy.5", "man/cupel-result.5",
]  # fmt: skip


def keys_of(schema):
    """Names of all keys that a schema knows, wherever they are."""
    if isinstance(schema, list):
        return set().union(*map(keys_of, schema))
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", {}))
    return found.union(*(keys_of(v) for v in schema.values()))


def schema_keys(*names):
    return keys_of([json.loads((DOCS / f"schema/{n}.schema.json").read_text()) for n in names])


class References(support.TestCase):
    def test_they_are_up_to_date_and_each_key_has_a_meaning_and_an_example(self):
        folder = self.folder()
        done = subprocess.run([MAKE, folder], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name in MADE:
            made, kept = (folder / name).read_text(), (DOCS / name).read_text()
            self.assertEqual(made, kept, f"{name} is stale: run `ninja references`")

    def test_each_key_of_the_schemas_is_there_and_no_other(self):
        for page, names in (("grader", ["grader"]), ("result", ["result", "run"])):
            text = (DOCS / f"{page}-reference.md").read_text()
            keys = set(re.findall(r"^- \*\*`(.*?)`\*\*", text, re.M))
            self.assertEqual(keys, schema_keys(*names))
        for page, names in (("grader", ["grader"]), ("policy", ["policy"])):
            text = (DOCS / f"man/cupel-{page}.5").read_text()
            keys = text[text.index(".Ss Top level") :]
            self.assertEqual(set(re.findall(r"^\.It Sy (.*)", keys, re.M)), schema_keys(*names))

    def test_the_example_of_a_grader_works(self):
        done = self.cupel("lint", EXAMPLE)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        done = self.cupel("test", EXAMPLE)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_example_of_a_result_is_one(self):
        result = json.loads((DOCS / "examples/result.json").read_text())
        self.assertEqual(support.schema_faults(result, "result"), [])

    def test_links_lead_to_files(self):
        for name in ("grader-reference.md", "result-reference.md"):
            for target in re.findall(r"\]\(([^)#]+)\)", (DOCS / name).read_text()):
                self.assertTrue((DOCS / target).exists(), f"{name}: {target}")


if __name__ == "__main__":
    support.main()
