"""Test frameworks as harnesses, with no library of cupel's: each drives the learner's program by
the broker, and its report is read."""

import shutil
import subprocess

import grading
import support

ECHO = "import sys; print(sys.argv[1].upper())"

PYTEST = """
import subprocess
import pytest

@pytest.mark.parametrize("word", ["a", "b"])
def test_upper(word):
    command = ["/cupel/exec", "--", "python3", "main.py", word]
    assert subprocess.run(command, capture_output=True, text=True).stdout == word.upper() + "\\n"

def test_wrong():
    command = ["/cupel/exec", "--", "python3", "main.py", "x"]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "y\\n"
"""

NODE = """
const test = require('node:test');
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const run = (word) =>
  spawnSync('/cupel/exec', ['--', 'python3', 'main.py', word]).stdout.toString();
test('upper', () => assert.equal(run('a'), 'A\\n'));
test('group', async (t) => { await t.test('wrong', () => assert.equal(run('x'), 'y\\n')); });
"""

CTEST = """
cmake_minimum_required(VERSION 3.21)
project(t NONE)
include(CTest)
add_test(NAME upper COMMAND sh -c "test \\"$(/cupel/exec -- python3 main.py a)\\" = A")
add_test(NAME wrong COMMAND sh -c "/cupel/exec -- python3 main.py x; exit 3")
"""


class Frameworks(grading.GradeCase):
    def outcomes(self, files, tests, **harness):
        """(verdict, reason) of each of the tests that a harness declares."""
        whole = {
            "limits": {"wall": "60 s", "cpu": "30 s"},
            "tests": [{"id": test} for test in tests],
            **harness,
        }
        grader = self.grader([{"id": "units", "policy": "python", "harness": whole}], files)
        result = self.grade(grader, self.handed_in(main__py=ECHO), code=0)
        self.assertEqual([test["id"] for test in result["tests"]], tests)
        return [(test["verdict"], test["reason"]) for test in result["tests"]]

    def test_pytest(self):
        asked = subprocess.run(
            ["/usr/bin/python3", "-m", "pytest", "--version"], capture_output=True, check=False
        )
        if asked.returncode != 0:
            self.skipTest("pytest is not installed")
        said = self.outcomes(
            {"test_it.py": PYTEST},
            ["test_it.test_upper[a]", "test_it.test_upper[b]", "test_it.test_wrong", "renamed"],
            run=["/usr/bin/python3", "-m", "pytest", "--junitxml=report.xml"],
            report="junit",
            file="report.xml",
        )
        self.assertEqual(
            said,
            [
                ("passed", None),
                ("passed", None),
                ("failed", "checker_rejected"),
                ("failed", "missing_from_report"),
            ],
        )

    def test_node(self):
        if shutil.which("node") is None:
            self.skipTest("node is not installed")
        said = self.outcomes(
            {"t.cjs": NODE},
            ["upper", "group > wrong"],
            run=["node", "--test-reporter=tap", "t.cjs"],
            policy="node",
            report="tap",
        )
        self.assertEqual(said, [("passed", None), ("failed", "checker_rejected")])

    def test_ctest(self):
        if shutil.which("ctest") is None:
            self.skipTest("ctest is not installed")
        said = self.outcomes(
            {"CMakeLists.txt": CTEST},
            ["upper", "wrong"],
            run=["sh", "-c", "cmake -S . -B . >&2 && ctest --output-junit report.xml >&2"],
            report="junit",
            file="report.xml",
        )
        self.assertEqual(said, [("passed", None), ("failed", "checker_rejected")])


if __name__ == "__main__":
    support.main()
