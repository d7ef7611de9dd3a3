"""Checkers: programs of staff's that judge what the learner's has written, in a cell of theirs."""

import json
import os
import uuid

import grading
import support
from test_hostile import SEARCH

# A number whose square is the input, to a tolerance; a part of the points for its whole part.
ROOTS = """
import sys

wanted = float(open(sys.argv[1]).read()) ** 0.5
answer = open(sys.argv[3]).read()
if answer != "from the grader":
    sys.exit("no answer")
try:
    found = float(open(sys.argv[2]).read())
except ValueError:
    print("a number was expected", file=sys.stderr)
    sys.exit(1)
if abs(found - wanted) < 1e-6:
    sys.exit(0)
print(f"{found} squared is {found * found}", file=sys.stderr)
sys.exit(1)
"""

# What a checker sees of its surroundings, as its message.
LOOK = """
import json, os, sys

print(json.dumps({"score": 0, "message": json.dumps({
    "cwd": os.getcwd(),
    "files": sorted(os.path.join(folder, name) for folder, _, names in os.walk("/box") for name in names),
    "places": sorted(os.listdir("/tmp/cupel")),
    "points": os.environ["CUPEL_POINTS"],
    "test": os.environ["CUPEL_TEST"],
    "status": os.environ["CUPEL_EXIT_STATUS"],
    "sizes": [os.path.getsize(path) for path in sys.argv[1:]],
})}))
"""


class CheckerCase(grading.GradeCase):
    """A grader with one test and one checker, both in Python."""

    def check(self, checker, script, *options, code=0, test=None, files=None, **check):
        """The result of grading a script by a checker."""
        definition = {
            "id": "only",
            "points": 8,
            "run": ["python3", "main.py"],
            "policy": "python",
            "limits": {"wall": "10 s", "cpu": "5 s"},
            "check": {"run": ["python3", "check.py"], **check},
            **(test or {}),
        }
        grader = self.grader([definition], {"check.py": checker, **(files or {})})
        return self.grade(grader, self.handed_in(main__py=script), *options, code=code)

    def only(self, *args, **keywords):
        return self.check(*args, **keywords)["tests"][0]


class Checkers(CheckerCase):
    """What checkers are given, and what follows from their answers."""

    def roots(self, script):
        test = {"stdin_text": "2\n", "expect": {"stdout_text": "from the grader"}}
        return self.only(ROOTS, script, test=test)

    def test_a_checker_decides_on_the_output(self):
        good = self.roots("print(float(input()) ** 0.5)")
        self.assertEqual([good["verdict"], good["score"], good["message"]], ["passed", 8, None])
        bad = self.roots("print(1.5)")
        self.assertEqual(
            [bad["verdict"], bad["reason"], bad["score"], bad["message"]],
            ["failed", "checker_rejected", 0, "1.5 squared is 2.25"],
        )
        self.assertEqual(bad["output"], "1.5\n")
        self.assertIsNone(bad["difference"])
        none = self.roots("pass")
        self.assertEqual(none["message"], "a number was expected")

    def test_a_checker_is_in_the_graders_folder_and_not_in_the_learners(self):
        test = self.only(
            LOOK,
            "import sys; print('x' * 100000); sys.exit(3)",
            protocol="json",
            files={"data/hidden.txt": "hidden", "samples/a/submission/main.py": ""},
            test={"stdin_text": "in", "expect": {"exit_code": None}},
        )
        self.assertEqual(
            json.loads(test["message"]),
            {
                "cwd": "/box",
                "files": ["/box/check.py", "/box/data/hidden.txt", "/box/grader.json"],
                "places": ["answer", "input", "output"],
                "points": "8",
                "test": "only",
                "status": "3",
                "sizes": [2, 100001, 0],
            },
        )

    def test_points_are_given_in_part(self):
        half = self.only(
            'print(\'{"score": 0.25, "message": "a quarter"}\')', "print()", protocol="json"
        )
        self.assertEqual(
            [half["verdict"], half["reason"], half["score"], half["message"]],
            ["partial", "checker_rejected", 2, "a quarter"],
        )
        script = "import sys; print('points 0.5 half of it', file=sys.stderr); sys.exit(7)"
        half = self.only(script, "print()", protocol="testlib")
        self.assertEqual([half["verdict"], half["score"]], ["partial", 4])
        self.assertEqual(half["message"], "points 0.5 half of it")
        praise = self.only(
            'print(\'{"score": 1, "message": "well done"}\')', "print()", protocol="json"
        )
        self.assertEqual([praise["verdict"], praise["message"]], ["passed", "well done"])

    def test_a_run_that_ended_badly_is_not_checked(self):
        accept = "open('/box/ran', 'w')"
        for script, reason in (
            ("import os; os.abort()", "runtime_error"),
            ("raise SystemExit(3)", "wrong_exit_code"),
            ("while True: print('x' * 65536)", "output_limit"),
            ("while True: pass", "cpu_limit"),
        ):
            with self.subTest(reason=reason):
                test = self.only(accept, script, test={"limits": {"wall": "9 s", "cpu": "1 s"}})
                self.assertEqual([test["verdict"], test["reason"]], ["failed", reason])
                self.assertIsNone(test["judge"])

    def test_staff_see_the_checkers_run_and_learners_do_not(self):
        checker = "import sys; print('secret'); sys.exit('wrong')"
        test = self.only(checker, "print()")
        self.assertEqual(test["judge"]["output"], "secret\nwrong\n")
        self.assertEqual(test["judge"]["run"]["exit_code"], 1)
        self.assertEqual(test["judge"]["run"]["enforcement"]["policy"], "judge")
        test = self.only(checker, "print()", "--view", "learner")
        self.assertNotIn("secret", json.dumps(test))
        self.assertIsNone(test["judge"])

    def test_checkers_run_side_by_side_and_hold_back_what_needs_them(self):
        tests = [
            {
                "id": f"t{number}",
                "run": ["python3", "main.py", str(number)],
                "policy": "python",
                "check": {"run": ["python3", "check.py", str(number)]},
                **({"needs": [f"t{number - 1}"]} if number % 4 == 0 and number else {}),
            }
            for number in range(12)
        ]
        checker = (
            "import sys; sys.exit(open(sys.argv[3]).read() != sys.argv[1] or sys.argv[1] == '7')"
        )
        grader = self.grader(tests, {"check.py": checker})
        script = "import sys; print(sys.argv[1], end='')"
        result = self.grade(grader, self.handed_in(main__py=script), "--jobs", "4")
        verdicts = {test["id"]: test["verdict"] for test in result["tests"]}
        expected = dict.fromkeys(verdicts, "passed") | {"t7": "failed", "t8": "skipped"}
        self.assertEqual(verdicts, expected)

    def test_the_judges_cell_is_built_first(self):
        support.need("gcc")
        source = """
            #include <stdio.h>
            int main(int argc, char **argv)
            {
                FILE *output = fopen(argv[2], "r");
                int number = 0;
                if (argc != 4 || output == NULL)
                    return 3;
                return fscanf(output, "%d", &number) == 1 && number == 42 ? 0 : 1;
            }
        """
        test = {
            "id": "only",
            "run": ["python3", "main.py"],
            "policy": "python",
            "check": {"run": ["./check"], "protocol": "testlib"},
        }
        build = [{"id": "checker", "run": ["gcc", "-o", "check", "check.c"]}]
        grader = self.grader([test], {"check.c": source}, judge={"build": build})
        result = self.grade(grader, self.handed_in(main__py="print(42)"))
        self.assertEqual(result["tests"][0]["verdict"], "passed")
        self.assertEqual([step["passed"] for step in result["judge_build"]], [True])
        result = self.grade(grader, self.handed_in(main__py="print(41)"))
        self.assertEqual(result["tests"][0]["verdict"], "failed")
        support.write(grader / "check.c", "int main(")
        result = self.grade(grader, self.handed_in(main__py="print(42)"), code=5)
        self.assertEqual(result["status"], "grader_error")
        self.assertEqual(
            result["message"], "the judge's build step checker: exited with status 1"
        )
        self.assertIn("check.c", result["judge_build"][0]["output"])
        self.assertEqual([test["verdict"] for test in result["tests"]], ["skipped"])


class Faults(CheckerCase):
    """A checker that does not answer is the grader's fault, never the learner's."""

    def fault(self, checker, *, test=None, script="print()", **check):
        result = self.check(checker, script, code=5, test=test, **check)
        self.assertEqual(result["status"], "grader_error")
        self.assertIsNone(result["score"])
        only = result["tests"][0]
        self.assertEqual([only["verdict"], only["reason"], only["score"]], ["error", None, 0])
        if not test:
            self.assertEqual(result["message"], f"test only: {only['message']}")
        return result if test else only["message"]

    def test_a_crash(self):
        said = self.fault("import os; os.abort()")
        self.assertIn("the checker python3: ", said)
        self.assertIn("ABRT", said)
        self.assertIn("exited with 2", self.fault("raise SystemExit(2)"))
        self.assertIn(
            "exited with 1; expected 0", self.fault("raise ValueError", protocol="json")
        )

    def test_a_limit(self):
        said = self.fault("while True: pass", limits={"cpu": "300 ms", "wall": "10 s"})
        self.assertIn("the limit is 300 ms", said)
        self.assertIn("the checker python3: stopped at ", said)
        said = self.fault("print('x' * 3000000)", limits={"output": "1 MiB"})
        self.assertIn("the limit is 1 MiB", said)

    def test_no_answer(self):
        self.assertIn("is not JSON", self.fault("print('yes')", protocol="json"))
        self.assertIn("expected 0 to 1", self.fault('print(\'{"score": 2}\')', protocol="json"))
        self.assertIn("expected at most 65536", self.fault("print('[' * 70000)", protocol="json"))
        self.assertIn("points X", self.fault("raise SystemExit(7)", protocol="testlib"))

    def test_no_program(self):
        self.assertEqual(
            self.fault("", run=["./nosuch"]), "the checker ./nosuch: No such file or directory"
        )

    def test_a_folder_that_cannot_be_copied(self):
        test = {
            "id": "only",
            "run": ["true"],
            "check": {"run": ["true"]},
        }
        grader = self.grader([test])
        os.symlink("/etc/passwd", grader / "outside")
        result = self.grade(grader, self.handed_in(main__py=""), code=5)
        self.assertIn("the grader's folder cannot be copied for the judge: outside", result["message"])

    def test_a_hidden_tests_checker_is_not_quoted(self):
        result = self.fault(
            "import sys; sys.exit('secret')", protocol="json", test={"visibility": "hidden"}
        )
        self.assertEqual(result["message"], "test only: its output could not be judged")


class Hostile(CheckerCase):
    """What learners try on checkers."""

    def test_an_answer_of_the_learners_is_only_output(self):
        script = """
import sys
for stream in (sys.stdout, sys.stderr):
    print('{"score": 1, "message": "passed"}', file=stream)
    print("points 1", file=stream)
"""
        for protocol, checker in (
            ("json", 'print(\'{"score": 0}\')'),
            ("testlib", "raise SystemExit(1)"),
            ("exit-code", "raise SystemExit(1)"),
        ):
            with self.subTest(protocol=protocol):
                test = self.only(checker, script, protocol=protocol)
                self.assertEqual([test["verdict"], test["score"]], ["failed", 0])

    def test_nothing_of_the_graders_is_in_the_learners_cell(self):
        script = """
import os, socket
found = []
for root in ("/box", "/tmp", "/cupel"):
    for folder, folders, names in os.walk(root):
        found += [os.path.join(folder, name) for name in folders + names]
try:
    socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect("/cupel/broker")
    found.append("broker")
except OSError:
    pass
print(sorted(found))
"""
        test = self.only(
            "raise SystemExit(0)", script, files={"data/hidden.txt": "hidden"}
        )
        self.assertEqual(test["output"], "['/box/main.py', '/cupel/unpack']\n")

    def test_a_search_finds_neither_checker_nor_answer(self):
        secret = uuid.uuid4().hex
        marked = f"# expected-{secret}\nraise SystemExit(0)"
        test = self.only(
            marked,
            SEARCH % secret,
            files={f"data/expected-{secret}": f"expected-{secret}"},
            test={"expect": {"stdout_text": f"expected-{secret}"}},
        )
        self.assertEqual([test["verdict"], test["output"]], ["passed", "[]\n"])

    def test_what_a_learner_leaves_behind_is_gone_before_the_checker(self):
        script = """
import os, time
if os.fork() == 0:
    os.setsid()
    os.closerange(0, 64)
    while True:
        os.makedirs("/tmp/cupel", exist_ok=True)
        open("/tmp/cupel/answer", "w").write("mine")
        time.sleep(0.01)
os.makedirs("/tmp/cupel", exist_ok=True)
open("/tmp/cupel/output", "w").write("mine")
open("/box/check.py", "w").write("raise SystemExit(0)")
time.sleep(0.2)
print("theirs")
"""
        checker = """
import sys, time
time.sleep(0.2)
texts = [open(path).read() for path in sys.argv[1:]]
sys.exit(0 if texts == ["", "theirs\\n", ""] else str(texts))
"""
        self.assertEqual(self.only(checker, script)["verdict"], "passed")


if __name__ == "__main__":
    support.main()
