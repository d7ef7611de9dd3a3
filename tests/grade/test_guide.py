"""docs/grader-guide.md, followed to the letter: its files are written, its commands run, and
what it shows of their output is compared."""

import os
import re
import subprocess

import support
from support import PREFIX, SOURCE

GUIDE = SOURCE / "docs/grader-guide.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
FIGURE = re.compile(r"[\d.…]+ (?:us|ms|s)\b")


def plain(line):
    """A line without the figures of one run."""
    return re.sub(" +", " ", FIGURE.sub("… ms", line)).rstrip()


def commands(block):
    """(command, lines of its output) of each line that begins with `$ `."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def unlike(shown, printed):
    """The first line that is shown and was not printed, or None. `…` is any number of lines."""
    rest, anywhere = list(map(plain, printed)), False
    for line in map(plain, shown):
        if line == "…":
            anywhere = True
            continue
        while anywhere and rest and rest[0] != line:
            rest.pop(0)
        if not rest or rest[0] != line:
            return line
        rest.pop(0)
        anywhere = False
    return None if anywhere or not rest else "nothing after: " + rest[0]


class Guide(support.TestCase):
    def test_all_that_the_guide_shows_happens(self):
        support.need("gcc")
        folder = self.folder()
        environment = {**os.environ, "PATH": f"{PREFIX}/bin:{os.environ['PATH']}"}
        count = 0
        for language, path, text in BLOCK.findall(GUIDE.read_text()):
            if path:
                support.write(folder / path, text)
            elif language == "console":
                for command, shown in commands(text):
                    done = subprocess.run(
                        ["sh", "-c", command],
                        cwd=folder,
                        env=environment,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT,
                        text=True,
                        timeout=120,
                        check=False,
                    )
                    count += 1
                    self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}")
                    printed = done.stdout.splitlines()
                    self.assertIsNone(unlike(shown, printed), f"{command}\n{done.stdout}")
        self.assertGreater(count, 10)


class Unlike(support.TestCase):
    def test_what_differs_is_found(self):
        for shown, printed, found in (
            (["a", "b"], ["a", "b"], None),
            (["a 1 ms"], ["a   200.5 s"], None),
            (["a", "…", "d"], ["a", "b", "c", "d"], None),
            (["a", "…"], ["a", "b"], None),
            (["a"], ["b"], "a"),
            (["a"], ["a", "b"], "nothing after: b"),
            (["…", "d"], ["a", "b"], "d"),
            (["a", "b"], ["a"], "b"),
        ):
            with self.subTest(shown=shown, printed=printed):
                self.assertEqual(unlike(shown, printed), found)


if __name__ == "__main__":
    support.main()
