"""`cupel lint`: what is shipped is clean; files are told apart; exit codes."""

import re

import support
from support import GRADERS, POLICIES, SOURCE, write

BAD_POLICIES = SOURCE / "tests/bad/policy"
DOUBTFUL = SOURCE / "tests/bad/lint"  # NAME/grader, and what lint says of it: warnings and notes


class Lint(support.TestCase):
    def lint(self, *files, code=0, cwd=None):
        done = self.cupel("lint", *files, cwd=cwd or self.folder())
        self.assertEqual((done.returncode, done.stderr), (code, ""), done.stdout)
        return done.stdout

    def test_shipped_policies_and_graders_have_neither_errors_nor_warnings(self):
        said = self.lint(*sorted(POLICIES.glob("*.json")), *sorted(GRADERS.iterdir()))
        meant = re.compile(": note: |: warning: .* forge")  # as a shipped example may be
        self.assertEqual([line for line in said.splitlines() if not meant.search(line)], [])

    def test_a_policy_and_a_grader_are_told_apart_by_their_schema(self):
        folder = self.folder()
        write(folder / "p.json", '{"schema": "cupel.policy/1", "name": "p", "extends": "base", "x": 1}')
        write(folder / "g.json", '{"schema": "cupel.grader/1", "x": 1}')
        write(folder / "o.json", '{"schema": "cupel.other/1"}')
        write(folder / "n.json", '{"name": "p"}')
        write(folder / "b.json", "{")
        said = self.lint("p.json", "g.json", "o.json", "n.json", "b.json", code=2, cwd=folder)
        self.assertIn('p.json:1:62: error: unknown key "x"', said)
        self.assertIn('g.json:1:30: error: unknown key "x"', said)
        self.assertIn('o.json:1:12: error: "schema": expected "cupel.policy/1" or', said)
        self.assertIn('n.json:1:1: error: key "schema" is missing', said)
        self.assertIn("b.json:1:2: error: not JSON", said)

    def test_warnings_and_notes_are_no_errors(self):
        for name in ("shadowed_rules", "widens", "calls_of_one_architecture"):
            with self.subTest(case=name):
                folder = BAD_POLICIES / name
                said = self.lint("policy.json", cwd=folder)
                self.assertEqual(said, (folder / "error").read_text())

    def test_what_is_probably_not_meant_is_told(self):
        for folder in sorted(DOUBTFUL.iterdir()):
            with self.subTest(case=folder.name):
                said = self.lint("grader", cwd=folder)
                self.assertEqual(said, (folder / "error").read_text())
                done = self.cupel("grade", "grader", "nosuch", cwd=folder)
                self.assertNotIn("grader/", done.stderr)  # it is none of grading's business

    def test_an_error_of_any_file_is_told_by_the_exit_code(self):
        bad = BAD_POLICIES / "unknown_key/policy.json"
        said = self.lint(bad, POLICIES / "base.json", code=2)
        self.assertRegex(said, r"policy\.json:\d+:\d+: error: ")

    def test_a_file_that_is_not_there_is_an_error(self):
        self.assertIn("nosuch.json: error: open nosuch.json: No such", self.lint("nosuch.json", code=2))
        folder = self.folder()
        self.assertIn(": error: ", self.lint(folder, code=2))

    def test_expects_files(self):
        done = self.cupel("lint")
        self.assertEqual(done.stderr, "cupel lint: expected files; see cupel lint --help\n")
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    support.main()
