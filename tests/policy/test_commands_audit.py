"""docs/audit holds the statements of the shipped policies as they are.

When this fails, read what has changed, and then: cupel policy audit -o docs/audit
"""

import shutil
import subprocess

import support
from support import CUPEL, POLICIES

STATEMENTS = support.SOURCE / "docs/audit"
NAMES = sorted(path.stem for path in POLICIES.glob("*.json"))


class Audit(support.TestCase):
    def audit(self, *args, **options):
        done = self.cupel("policy", "audit", *args, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_each_shipped_policy_has_its_statement_and_nothing_else_has(self):
        folder = self.folder()
        self.audit("-o", folder)
        self.assertEqual(sorted(p.stem for p in folder.iterdir()), NAMES)
        kept = {p.name: p.read_text() for p in STATEMENTS.iterdir()}
        self.assertEqual({p.name: p.read_text() for p in folder.iterdir()}, kept,
                         "stale: cupel policy audit -o docs/audit")

    def test_all_of_them_are_printed_one_after_the_other(self):
        texts = [(STATEMENTS / f"{name}.txt").read_text() for name in NAMES]
        self.assertEqual(self.audit(), "\n".join(texts))
        self.assertEqual(self.audit("strict"), texts[NAMES.index("strict")])

    def test_a_statement_depends_on_no_folder(self):
        prefix = self.folder() / "elsewhere"
        shutil.copytree(CUPEL.parent.parent, prefix)
        done = self.cupel("policy", "audit", "native", wrap=["env", "-C", "/"])
        moved = subprocess.run([prefix / "bin/cupel", "policy", "audit", "native"],
                                       capture_output=True, text=True, check=True)
        self.assertEqual(moved.stdout, done.stdout)
        self.assertNotRegex(done.stdout, r"/\S*\.json")

    def test_it_has_the_hashes_that_the_filters_have(self):
        text = self.audit("native")
        for arch in ("x86_64", "aarch64"):
            path = self.folder() / "filter"
            self.cupel("policy", "export", "--format", "bpf", "--arch", arch, "-o", path,
                       "native")
            done = subprocess.run(["sha256sum", path], capture_output=True, text=True,
                                          check=True)
            self.assertIn(done.stdout.split()[0], text)


if __name__ == "__main__":
    support.main()
