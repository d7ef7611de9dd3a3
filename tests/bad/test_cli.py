"""What cupel says of wrong command lines: one line on standard error, exit 2."""

import subprocess

import support
from support import CUPEL

LAYERS = "user_namespace, seccomp, no_new_privs, landlock or cgroup"
FORMATS = "json, text, html, gradescope, coursera, prairielearn or junit"
TEMPLATES = "c, gradescope, harness, io, java or python"
DESCRIPTOR = "expected a descriptor from 3 on that is open for writing"
NAME = (
    "expected a name of at most 64 letters, digits, '.', '_' and '-', since it becomes the grader's"
)

CASES = [
    ([], "cupel: expected a command; see cupel --help"),
    (["frob"], "cupel: unknown command frob; see cupel --help"),
    (["--frob"], "cupel: unknown option --frob; see cupel --help"),
    (["grade"], "cupel grade: expected a grader and a submission; see cupel grade --help"),
    (["grade", "a"], "cupel grade: expected a grader and a submission; see cupel grade --help"),
    (["grade", "a", "b", "c"], "cupel grade: expected a grader and a submission; see cupel grade --help"),
    (["grade", "--frob", "a", "b"], "cupel grade: unrecognized option '--frob'"),
    (["grade", "a", "b", "-o"], "cupel grade: option requires an argument -- 'o'"),
    (["grade", "--quiet=1", "a", "b"], "cupel grade: option '--quiet' doesn't allow an argument"),
    (["grade", "--jobs", "0", "a", "b"], "cupel grade: --jobs 0: expected a number from 1 to 64"),
    (["grade", "--jobs", "65", "a", "b"], "cupel grade: --jobs 65: expected a number from 1 to 64"),
    (["grade", "--jobs", "two", "a", "b"], "cupel grade: --jobs two: expected a number from 1 to 64"),
    (["grade", "--jobs", "-1", "a", "b"], "cupel grade: --jobs -1: expected a number from 1 to 64"),
    (["grade", "--jobs", "2x", "a", "b"], "cupel grade: --jobs 2x: expected a number from 1 to 64"),
    (["grade", "--format", "xml", "a", "b"], f"cupel grade: --format xml: expected {FORMATS}"),
    (["grade", "--view", "me", "a", "b"], "cupel grade: --view me: expected staff or learner"),
    (["grade", "--require", "selinux", "a", "b"], f"cupel grade: --require selinux: expected {LAYERS}"),
    (["grade", "--require", "seccomp,", "a", "b"], f"cupel grade: --require : expected {LAYERS}"),
    (["grade", "--events", "2", "a", "b"], f"cupel grade: --events 2: {DESCRIPTOR}"),
    (["grade", "--events", "9x", "a", "b"], f"cupel grade: --events 9x: {DESCRIPTOR}"),
    (["grade", "./nosuch", "b"], "cupel grade: ./nosuch: No such file or directory"),
    (["grade", "nosuch", "b"], "cupel grade: nosuch: No such file or directory"),
    (["test"], "cupel test: expected a grader; see cupel test --help"),
    (["test", "--jobs", "0", "a"], "cupel test: --jobs 0: expected a number from 1 to 64"),
    (["test", "--require", "selinux", "a"], f"cupel test: --require selinux: expected {LAYERS}"),
    (["test", "--watch", "--update", "a"], "cupel test: expected one of --watch and --update"),
    (["test", "--watch", "--json", "a"], "cupel test: expected one of --watch and --json"),
    (["test", "nosuch"], "cupel test: nosuch: No such file or directory"),
    (["test", "--watch", "nosuch"], "cupel test: nosuch: No such file or directory"),
    (["new"], "cupel new: expected a folder and --template; see cupel new --help"),
    (["new", "a"], "cupel new: expected a folder and --template; see cupel new --help"),
    (["new", "a", "--template", "x"], f"cupel new: --template x: expected {TEMPLATES}"),
    (["new", "..", "--template", "c"], f"cupel new: ..: {NAME}"),
    (["new", "ä", "--template", "c"], f"cupel new: ä: {NAME}"),
    (["new", "a/b", "--template", "c"], "cupel new: a/b: No such file or directory"),
]


class WrongCommandLines(support.TestCase):
    def test_each_gives_one_line_and_exit_2(self):
        for arguments, line in CASES:
            with self.subTest(arguments=arguments):
                done = self.cupel(*arguments, cwd=self.folder(), env={"LC_ALL": "C"})
                self.assertEqual(done.stderr, line + "\n")
                self.assertEqual(done.stdout, "")
                self.assertEqual(done.returncode, 2)

    def test_help_goes_to_standard_output_and_tells_the_exit_codes(self):
        commands = [[command, "--help"] for command in ("grade", "test", "new", "lint")]
        for arguments in (["--help"], ["-h"], ["grade", "-h"], *commands):
            with self.subTest(arguments=arguments):
                done = self.cupel(*arguments)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith("Usage: cupel"))
                self.assertIn("Example:\n", done.stdout)
                self.assertIn("Exit:", done.stdout)
                self.assertEqual([line for line in done.stdout.splitlines() if len(line) > 96], [])

    def test_version_is_one_line(self):
        done = self.cupel("--version")
        self.assertRegex(done.stdout, r"\Acupel \d+\.\d+\.\d+\n\Z")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_help_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "wb") as full:
            for arguments in (["--help"], ["--version"], ["grade", "--help"]):
                with self.subTest(arguments=arguments):
                    done = subprocess.run([CUPEL, *arguments], stdout=full, check=False)
                    self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    support.main()
