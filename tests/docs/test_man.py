"""The man pages: their options and exit codes are those of --help, their examples work, and
they are well formed."""

import os
import re
import subprocess

import support
from support import PREFIX, SOURCE

PAGES = SOURCE / "docs/man"
COMMANDS = [
    *("doctor", "grade", "jobs", "lint", "new", "policy", "publish", "regrade", "result", "run"),
    *("schedule", "serve", "submit", "test", "token", "worker"),
]
POLICY_COMMANDS = ["list", "show", "explain", "diff", "export", "audit", "learn"]
CODE = re.compile(r"^ +(\d+) {2}", re.M)


def options_of_help(text):
    """Long options that begin a line, with the short one before them and their argument."""
    line = re.compile(r"^ +(?:-(\w), )?--([a-z-]+)(?: ([^\s]+))?(?: |$)", re.M)
    return {(short, name, argument) for short, name, argument in line.findall(text)}


def options_of_page(text):
    """The same of a page: .It Fl o , -output Ar FILE."""
    line = re.compile(r"^\.It Fl (?:(\w) , )?-([a-z-]+)(?: Ar (.*))?$", re.M)
    found = set()
    for short, name, argument in line.findall(text):
        argument = argument.replace(" Ns Op : Ns Ar ", "[:").replace("...", "…")
        found.add((short, name, argument + "]" if "[:" in argument else argument))
    return found


def codes_of_page(text):
    part = text[text.index(".Sh EXIT STATUS") :].split("\n.Sh ")[0]
    return set(re.findall(r"^\.It (\d+)$", part, re.M))


class Pages(support.TestCase):
    def page(self, command):
        return (PAGES / f"cupel-{command}.1").read_text()

    def help(self, *command):
        done = self.cupel("help", *command)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.cupel(*command, "--help").stdout, done.stdout)
        return done.stdout

    def test_each_command_has_a_page_and_each_page_a_command(self):
        commands = re.findall(r"^  ([a-z]+) {2,}", self.help(), re.M)
        known = sorted(COMMANDS)
        self.assertEqual(sorted(set(commands) - {"help", "cupel"}), known)
        pages = sorted(p.stem.removeprefix("cupel-") for p in PAGES.glob("*.1"))
        self.assertEqual(pages, sorted(["cupel", *COMMANDS]))
        listed = re.findall(r"^\.It Cm (\w+)", (PAGES / "cupel.1").read_text(), re.M)
        self.assertEqual(sorted(listed), sorted([*known, "help"]))

    def test_options_are_those_of_help(self):
        for command in COMMANDS:
            if command != "policy":
                with self.subTest(command=command):
                    page = options_of_page(self.page(command))
                    self.assertEqual(options_of_help(self.help(command)), page)
                    self.assertIn(("h", "help", ""), page)

    def test_options_of_policies_commands_are_those_of_help(self):
        parts = re.split(r"^\.S[sh] ", self.page("policy"), flags=re.M)
        sections = dict(part.split("\n", 1) for part in parts[1:])
        for command in POLICY_COMMANDS:
            with self.subTest(command=command):
                page = options_of_page(sections[command])
                told = options_of_help(self.help("policy", command))
                told = {(s, n, "FORMAT" if n == "format" else a) for s, n, a in told}
                self.assertEqual(told, page | {("h", "help", "")})

    def test_exit_codes_are_those_of_help(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                if command == "policy":
                    texts = [self.help("policy", c) for c in POLICY_COMMANDS]
                    ends = [re.split(r"^Exit:", t, flags=re.M)[1] for t in texts]
                    told = {c for e in ends for c in re.findall(r"(?:^|, |\n) *(\d+) ", e)}
                else:
                    told = set(CODE.findall(re.split(r"^Exit:", self.help(command), flags=re.M)[1]))
                    told |= {"130"} if command == "test" else set()
                self.assertEqual(told, codes_of_page(self.page(command)))

    def test_examples_work(self):
        environment = {**os.environ, "PATH": f"{PREFIX}/bin:{os.environ['PATH']}"}
        for path in sorted(PAGES.glob("*.1")):
            text = path.read_text().replace("\\e", "\\")
            commands = re.findall(r"^\$ (.*)$", text[text.index(".Sh EXAMPLES") :], re.M)
            self.assertTrue(commands, path)
            folder = self.folder()
            folder.chmod(0o755)  # who is root runs commands as nobody, who must come here
            for command in commands:
                with self.subTest(page=path.name, command=command):
                    done = subprocess.run(
                        ["sh", "-c", command],
                        cwd=folder,
                        env=environment,
                        capture_output=True,
                        timeout=120,
                        check=False,
                    )
                    self.assertEqual(done.returncode, 0, done.stderr + done.stdout)

    def test_pages_are_well_formed(self):
        support.need("man")
        for path in sorted(PAGES.iterdir()):
            for line in self.warnings(path):
                self.fail(f"{path.name}: {line}")

    def test_the_check_sees_a_mistake(self):
        bad = support.write(self.folder() / "bad.1", ".Dd May 1, 2026\n.Dt BAD 1\n.Os\n.Foo\n")
        self.assertNotEqual(self.warnings(bad), [])

    def warnings(self, path):
        done = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", path],
            env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MANROFFSEQ": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr.splitlines()


if __name__ == "__main__":
    support.main()
