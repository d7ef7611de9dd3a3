"""Format, spelling, shell scripts and JSON files of the tree."""

import json
import subprocess

import support
import tree
from support import SOURCE

WORDS = SOURCE / "tests/lint/words.txt"  # that codespell takes for mistakes


def complaint(*command):
    """What a checker printed if it was not content, else None."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stdout + done.stderr


def formatting(*paths):
    style = f"--style=file:{SOURCE}/.clang-format"
    return complaint("clang-format", "--dry-run", "-Werror", style, *paths)


def shell(*paths):
    return complaint("shellcheck", *paths)


def spelling(*paths):
    skipped = "*.pyc,*/corpus/*,*/bad/*,*/report/samples/*,*/words.txt"  # wrong, or not ours
    return complaint("codespell", "--ignore-words", WORDS, "--skip", skipped, *paths)


def json_fault(path):
    """Why a file is not JSON, or None."""
    try:
        json.loads(path.read_text())
    except ValueError as fault:
        return f"{path}: {fault}"
    return None


class Text(support.TestCase):
    def assert_sees(self, check, good, bad, name):
        """check() is content with the one text and not with the other."""
        folder = self.folder()
        self.assertIsNone(check(support.write(folder / "good" / name, good)))
        self.assertIsNotNone(check(support.write(folder / "faulty" / name, bad)))

    def test_c_files_are_formatted(self):
        paths = [p for p in tree.files(".c", ".h") if "samples" not in p.parts]
        self.assertIsNone(formatting(*paths))

    def test_the_format_check_sees_a_fault(self):
        self.assert_sees(formatting, "int f(void);\n", "int  f( void );\n", "a.c")

    def test_scripts_pass_shellcheck(self):
        self.assertIn(SOURCE / "bootstrap", tree.scripts())
        self.assertIsNone(shell(*[p for p in tree.scripts() if "samples" not in p.parts]))

    def test_the_shell_check_sees_a_fault(self):
        self.assert_sees(shell, "#!/bin/sh\necho hi\n", "#!/bin/sh\necho $1\n", "a.sh")

    def test_words_are_spelt_right(self):
        roots = "README.md CHANGELOG.md docs harness include src tests graders policies cmake"
        self.assertIsNone(spelling(*[SOURCE / r for r in roots.split() if (SOURCE / r).exists()]))

    def test_the_spelling_check_sees_a_fault(self):
        self.assert_sees(spelling, "the receiver\n", "the " + "reci" + "ever\n", "a.md")

    def test_json_files_parse(self):
        paths = [p for p in tree.files(".json") if p.relative_to(SOURCE).parts[0] != "tests"]
        self.assertNotEqual(paths, [])
        self.assertEqual([f for f in map(json_fault, paths) if f], [])

    def test_the_json_check_sees_a_fault(self):
        self.assert_sees(json_fault, '{"a": 1}', '{"a": 1,}', "a.json")


class Schemas(support.TestCase):
    def check(self, name, paths):
        paths = list(paths)
        self.assertNotEqual(paths, [])
        for path in paths:
            with self.subTest(file=tree.name(path)):
                self.assertEqual(support.schema_faults(json.loads(path.read_text()), name), [])

    def test_graders_follow_their_schema(self):
        self.check("grader", (SOURCE / "graders").glob("*/grader.json"))

    def test_policies_follow_their_schema(self):
        self.check("policy", (SOURCE / "policies").glob("*.json"))

    def test_the_grader_schema_refuses_what_is_wrong(self):
        good = {
            "schema": "cupel.grader/1",
            "name": "a",
            "title": "A",
            "version": "1",
            "submission": {"files": ["a.c"]},
            "tests": [{"id": "t", "run": ["./a"], "expect": {"stdout_text": "1\n"}}],
        }
        checker = {"run": ["python3", "check.py"], "protocol": "testlib"}
        harness = {"run": ["sh"], "report": "tap", "tests": [{"id": "a::b[1]", "points": 2}]}
        also_good = [
            {"id": "t", "run": ["./a"], "check": checker, "expect": {"stdout": "a.out"}},
            {"id": "i", "run": ["./a"], "interact": checker, "stdin": "a.in"},
            {"id": "h", "needs": ["t"], "policy": "native", "harness": harness},
        ]
        self.assertEqual(support.schema_faults(good, "grader"), [])
        self.assertEqual(support.schema_faults(good | {"tests": also_good}, "grader"), [])
        compat = {key: good[key] for key in ("schema", "name", "submission")} | {"points": 10}
        compat |= {"kind": "gradescope", "autograder": "a.zip", "setup": False, "metadata": "m"}
        self.assertEqual(support.schema_faults(compat, "grader"), [])
        for change in ({"kind": "moodle"}, {"tests": good["tests"]}, {"autograder": "../a"}):
            self.assertNotEqual(support.schema_faults(compat | change, "grader"), [], change)
        self.assertNotEqual(support.schema_faults(good | {"autograder": "a"}, "grader"), [])
        for change in (
            {"schema": "cupel.grader/2"},
            {"names": "a"},
            {"name": ""},
            {"tests": []},
            {"tests": [{"id": "t", "run": []}]},
            {"tests": [{"id": "t", "run": ["./a"], "points": -1}]},
            {"tests": [{"id": "t", "run": ["./a"], "expect": {"compare": "fuzzy"}}]},
            {"tests": [{"id": "t", "run": ["./a"], "stdin": "/etc/passwd"}]},
            {"tests": [{"id": "t", "run": ["./a"], "stdin": "a", "stdin_text": "b"}]},
            {"tests": [{"id": "t", "run": ["./a"], "limits": {"cpu": "1 parsec"}}]},
            {"judge": {"build": [{"id": "b"}]}},
            {"tests": [{"id": "t", "run": ["./a"], "check": {}}]},
            {"tests": [{"id": "t", "run": ["./a"], "check": {"run": ["c"], "protocol": "xml"}}]},
            {"tests": [{"id": "t", "run": ["./a"], "check": checker, "interact": checker}]},
            {
                "tests": [
                    {
                        "id": "t",
                        "run": ["./a"],
                        "check": checker,
                        "expect": {"stdout": "a", "compare": "exact"},
                    }
                ]
            },
            {"tests": [{"id": "t", "harness": {}}]},
            {"tests": [{"id": "t", "points": 1, "harness": harness}]},
            {"tests": [{"id": "t", "harness": harness | {"separation": "none"}}]},
            {"tests": [{"id": "t", "harness": harness | {"tests": [{"id": "a\nb"}]}}]},
            {"groups": [{"id": "g", "tests": ["t"], "rule": "most"}]},
            {"decimals": 7},
            {"hidden_totals": True},
            {"penalties": [{"id": "p", "tests": ["t"], "points": 1, "percent": 1}]},
            {"penalties": [{"id": "p", "tests": ["t"]}]},
            {"leaderboard": [{"name": "n", "test": "t", "value": "speed"}]},
        ):
            with self.subTest(change=change):
                self.assertNotEqual(support.schema_faults(good | change, "grader"), [])


if __name__ == "__main__":
    support.main()
