"""Tests, files and documents that a document names are there."""

import re

import support
import tree

FILE = re.compile(r"`((?:[\w.]+/)*[\w.]+\.(?:py|c|h|json|md))`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
TEST = re.compile(r"\b(test_[a-z0-9_]+)\b(?!\.)")


def known():
    """(paths of all files, names of all tests)"""
    paths = [tree.name(path) for path in tree.files("")]
    code = "\n".join(p.read_text() for p in tree.files(".py", ".c", below="tests"))
    tests = set(re.findall(r"^ *(?:def|static void) (\w+)\(", code, re.M))
    return paths, tests


def violations(document, text, paths, tests):
    found = []
    for name in FILE.findall(text):
        if not any(path == name or path.endswith("/" + name) for path in paths):
            found.append(f"{document}: no file {name}")
    for name in LINK.findall(text):
        target = support.SOURCE / document
        if not (target.parent / name).exists():
            found.append(f"{document}: no document {name}")
    found += [f"{document}: no test {name}" for name in TEST.findall(text) if name not in tests]
    return found


class Proofs(support.TestCase):
    def test_what_documents_name_is_there(self):
        paths, tests = known()
        found = []
        for path in tree.files(".md"):
            found += violations(tree.name(path), path.read_text(), paths, tests)
        self.assertEqual(found, [])

    def test_the_check_sees_what_is_not(self):
        text = "`src/gone.c` and [this](gone.md) by test_gone, but test_here of `here.c`"
        found = violations("docs/a.md", text, ["src/here.c"], {"test_here"})
        self.assertEqual(
            found,
            [
                "docs/a.md: no file src/gone.c",
                "docs/a.md: no document gone.md",
                "docs/a.md: no test test_gone",
            ],
        )


if __name__ == "__main__":
    support.main()
