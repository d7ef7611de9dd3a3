"""Harnesses: programs of staff's that run several tests and report on them."""

import json
import os
import signal
import subprocess
import time
import uuid

import grading
import support
from test_hostile import SEARCH

ECHO = "import sys; print(' '.join(sys.argv[1:]).upper())"

# Tests of the learner's program from outside, by the broker.
UNITS = """
import subprocess

def run(*args):
    done = subprocess.run(["/cupel/exec", "--", "python3", "main.py", *args], capture_output=True, text=True)
    return done.stdout

print("TAP version 13")
print("1..3")
for number, (given, expected) in enumerate([("a", "A"), ("b c", "B C"), ("", "")], 1):
    found = run(*given.split())
    print("ok" if found == expected + "\\n" else "not ok", number, "-", f"says {given}")
    if found != expected + "\\n":
        print(f"  ---\\n  message: expected {expected} found {found.strip()}\\n  ...")
"""

JUNIT = """<testsuites><testsuite name="s" tests="2">
<testcase classname="s" name="good"/>
<testcase classname="s" name="bad"><failure message="no good">no good at all</failure></testcase>
</testsuite></testsuites>"""


class HarnessCase(grading.GradeCase):
    """Graders with one harness."""

    def harness_grader(self, harness, files, test=None, **keys):
        definition = {"id": "units", "policy": "python", "harness": harness, **(test or {})}
        return self.grader([definition], files, **keys)

    def run_harness(self, script, text, *options, code=0, test=None, more=None, **harness):
        """The result of grading a script, and more files, by a harness in Python."""
        whole = {
            "run": ["python3", "units.py"],
            "report": "tap",
            "tests": [{"id": "a"}],
            **harness,
        }
        grader = self.harness_grader(whole, {"units.py": text}, test)
        submission = self.handed_in(main__py=script, **(more or {}))
        return self.grade(grader, submission, *options, code=code)


class Harnesses(HarnessCase):
    """What the tests of a harness are worth, and what of its report is shown."""

    declared = [
        {"id": "says a", "points": 2},
        {"id": "says b c", "points": 3, "title": "Several words"},
        {"id": "says ", "points": 4, "visibility": "hidden"},
        {"id": "says d", "points": 5},
    ]

    def test_a_cell_that_dies_while_the_harness_works_is_the_platforms_fault(self):
        text = "import time\ntime.sleep(2)\n" + UNITS + "raise SystemExit(1)\n"
        whole = {"run": ["python3", "units.py"], "report": "tap", "tests": [{"id": "says a"}]}
        grader = self.harness_grader(whole, {"units.py": text})
        submission = self.handed_in(main__py=ECHO)
        with subprocess.Popen(
            [support.CUPEL, "grade", grader, submission], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as cupel:
            self.wait_for(lambda: len(support.children_of(cupel.pid)) == 2)
            time.sleep(0.5)
            os.kill(min(support.children_of(cupel.pid)), signal.SIGKILL)  # the learner's: it is started first
            result = json.load(cupel.stdout)
            self.assertEqual(cupel.wait(), 1)
        self.assertEqual(result["status"], "platform_error")
        self.assertEqual(result["tests"][0]["verdict"], "error")

    def test_tests_go_through_the_broker(self):
        result = self.run_harness(ECHO, UNITS, tests=self.declared[:2])
        self.assertEqual(
            [(test["id"], test["verdict"], test["score"]) for test in result["tests"]],
            [("says a", "passed", 2), ("says b c", "passed", 3)],
        )
        test = result["tests"][1]
        self.assertEqual(
            [test["title"], test["harness"], test["separation"], test["run"]],
            ["Several words", "units", "judge", None],
        )
        harness = result["harnesses"][0]
        self.assertEqual(
            [harness["id"], harness["separation"], harness["passed"], harness["output"]],
            ["units", "judge", True, ""],
        )
        self.assertEqual(harness["undeclared"], [{"id": "says", "verdict": "passed"}])
        self.assertEqual(harness["run"]["exit_code"], 0)

    def test_what_the_report_lacks_has_failed(self):
        script = "import sys; print(' '.join(sys.argv[1:]).upper().replace(' ', ''))"
        result = self.run_harness(script, UNITS, tests=self.declared)
        self.assertEqual(
            [(test["id"], test["verdict"], test["reason"]) for test in result["tests"]],
            [
                ("says a", "passed", None),
                ("says b c", "failed", "checker_rejected"),
                ("says ", "failed", "missing_from_report"),
                ("says d", "failed", "missing_from_report"),
            ],
        )
        self.assertIn("expected B C found BC", result["tests"][1]["message"])
        self.assertEqual([result["score"], result["max_score"]], [2, 14])

    def test_learners_see_nothing_of_a_harness_with_a_hidden_test(self):
        text = UNITS + "import sys; print('secret', file=sys.stderr)"
        result = self.run_harness(ECHO, text, "--view", "learner", tests=self.declared)
        self.assertNotIn("secret", json.dumps(result))
        self.assertEqual(
            result["harnesses"],
            [
                {
                    "id": "units",
                    "separation": "judge",
                    "passed": None,
                    "message": None,
                    "output": None,
                    "run": None,
                    "undeclared": [],
                    "withheld": True,
                }
            ],
        )
        result = self.run_harness(ECHO, text, "--view", "learner", tests=self.declared[:1])
        self.assertEqual(result["harnesses"][0]["output"], "secret\n")
        self.assertEqual(result["harnesses"][0]["undeclared"], [])

    def test_reports_of_each_kind(self):
        text = f"open('report', 'w').write('''{JUNIT}''')"
        declared = [{"id": "s.good"}, {"id": "s.bad"}]
        result = self.run_harness("", text, report="junit", file="report", tests=declared)
        self.assertEqual([test["score"] for test in result["tests"]], [1, 0])
        self.assertIn("no good", result["tests"][1]["message"])
        for code, verdict in ((0, "passed"), (1, "failed")):
            result = self.run_harness("", f"raise SystemExit({code})", report="exit-code")
            self.assertEqual(result["tests"][0]["verdict"], verdict)

    def test_needs_and_groups_name_tests_of_harnesses(self):
        harness = {
            "run": ["python3", "units.py"],
            "report": "tap",
            "tests": [{"id": "one"}, {"id": "two"}],
        }
        run = {"run": ["python3", "main.py"], "policy": "python"}
        tests = [
            {"id": "before", **run},
            {"id": "units", "needs": ["before"], "harness": harness},
            {"id": "after-one", "needs": ["one"], **run},
            {"id": "after-two", "needs": ["two"], **run},
        ]
        groups = [{"id": "both", "tests": ["one", "two"], "rule": "all", "points": 10}]
        text = "print('1..2'); print('ok 1 - one'); print('not ok 2 - two')"
        grader = self.grader(tests, {"units.py": text}, groups=groups)
        result = self.grade(grader, self.handed_in(main__py=""))
        verdicts = {test["id"]: test["verdict"] for test in result["tests"]}
        self.assertEqual(
            verdicts,
            {
                "before": "passed",
                "one": "passed",
                "two": "failed",
                "after-one": "passed",
                "after-two": "skipped",
            },
        )
        self.assertEqual(result["groups"][0]["score"], 0)
        result = self.grade(grader, self.handed_in(main__py="raise SystemExit(1)"))
        self.assertEqual(
            [(test["verdict"], test["reason"]) for test in result["tests"][1:3]],
            [("skipped", "needs_failed")] * 2,
        )
        self.assertIsNone(result["harnesses"][0]["run"])

    def test_many_calls_at_once(self):
        text = """
import concurrent.futures, subprocess
def call(number):
    done = subprocess.run(["/cupel/exec", "--", "python3", "main.py", str(number)], capture_output=True)
    return done.stdout == f"{number}\\n".encode()
with concurrent.futures.ThreadPoolExecutor(12) as pool:
    good = all(pool.map(call, range(40)))
print("1..1")
print("ok 1 - a" if good else "not ok 1 - a")
"""
        for jobs in ("1", "3"):
            result = self.run_harness(ECHO, text, "--jobs", jobs)
            self.assertEqual(result["tests"][0]["verdict"], "passed")

    def test_a_call_has_the_tests_policy_and_limits(self):
        text = """
import subprocess
done = subprocess.run(["/cupel/exec", "--report", "run.json", "--", "python3", "main.py"])
import json
run = json.load(open("run.json"))
print("1..1")
good = done.returncode == 124 and run["limit"] == "cpu_time" and run["enforcement"]["policy"] == "python"
print("ok 1 - a" if good else f"not ok 1 - a # {done.returncode} {run}")
"""
        test = {"limits": {"cpu": "200 ms"}}
        result = self.run_harness("while True: pass", text, test=test)
        self.assertEqual(result["tests"][0]["verdict"], "passed", result["tests"][0])

    def test_staff_see_the_output_and_it_is_kept(self):
        kept = self.folder() / "kept"
        text = "import sys; print('1..1\\nok 1 - a'); print('note', file=sys.stderr)"
        result = self.run_harness("", text, "--keep", kept)
        self.assertEqual(result["harnesses"][0]["output"], "note\n")
        self.assertEqual((kept / "tests/units/stdout").read_text(), "1..1\nok 1 - a\n")


class Faults(HarnessCase):
    """A harness in the judge's cell that cannot tell is the grader's fault."""

    def fault(self, text, said, **harness):
        result = self.run_harness(ECHO, text, code=5, **harness)
        self.assertEqual(result["status"], "grader_error")
        self.assertEqual(result["tests"][0]["verdict"], "error")
        self.assertFalse(result["harnesses"][0]["passed"])
        self.assertIn(said, result["harnesses"][0]["message"])
        self.assertIn(said, result["message"])

    def test_a_crash(self):
        self.fault("import os; print('1..1\\nok 1 - a', flush=True); os.abort()", "ABRT")

    def test_a_limit(self):
        self.fault("while True: pass", "limit is 300 ms", limits={"cpu": "300 ms"})

    def test_no_report(self):
        self.fault("", "it wrote no report r.xml", report="junit", file="r.xml")
        self.fault("", "", report="tap")
        self.fault("import os; os.mkdir('r.xml')", "r.xml", report="junit", file="r.xml")
        self.fault(
            "import os; os.symlink('/etc/passwd', 'r.xml')", "r.xml", report="junit", file="r.xml"
        )

    def test_a_report_that_is_none(self):
        self.fault("print('ok')", "")
        self.fault("open('r', 'w').write('<a>')", "r:1:", report="junit", file="r")
        self.fault("print('1..2\\nok 1 - a')", "")
        self.fault("print('1..0')", "has no test")

    def test_a_report_that_contradicts_the_exit_status(self):
        self.fault("print('1..1\\nok 1 - a'); raise SystemExit(1)", "exited with another status")

    def test_no_program(self):
        self.fault("", "./nosuch could not be started", run=["./nosuch"])


class Hostile(HarnessCase):
    """What learners try on harnesses."""

    def test_a_report_of_the_learners_is_only_output(self):
        script = "print('1..1\\nok 1 - a'); open('/box/report.xml', 'w').write('<testsuites/>')"
        text = """
import os, subprocess
subprocess.run(["/cupel/exec", "--", "python3", "main.py"], capture_output=True)
print("1..1")
print("not ok 1 - a" if not os.path.exists("report.xml") else "ok 1 - a")
"""
        result = self.run_harness(script, text)
        self.assertEqual(result["tests"][0]["verdict"], "failed")

    def test_a_search_finds_nothing_of_the_harness(self):
        secret = uuid.uuid4().hex
        text = f"""# expected-{secret}
import subprocess, sys
done = subprocess.run(["/cupel/exec", "--", "python3", "main.py"], capture_output=True, text=True)
open("report", "w").write("1..1\\nok 1 - expected-{secret}\\n")
print(done.stdout + done.stderr, file=sys.stderr)
"""
        result = self.run_harness(
            SEARCH % secret, text, file="report", tests=[{"id": f"expected-{secret}"}]
        )
        self.assertEqual(result["tests"][0]["verdict"], "passed")
        self.assertEqual(result["harnesses"][0]["output"], "[]\n\n")

    def test_programs_that_take_all_the_time_are_the_learners_fault(self):
        text = """
import subprocess
for number in range(20):
    subprocess.run(["/cupel/exec", "--", "python3", "main.py"])
print("1..1\\nok 1 - a")
"""
        result = self.run_harness(
            "import time; time.sleep(9)",
            text,
            test={"limits": {"wall": "500 ms"}},
            limits={"wall": "3 s"},
        )
        test = result["tests"][0]
        self.assertEqual([test["verdict"], test["reason"]], ["failed", "time_limit"])
        self.assertIn("it waited for programs that took", test["message"])

    def test_a_call_that_hands_over_a_descriptor_is_refused(self):
        """Closing it could hold up cupel: of a socket that waits for its peer, which no policy allows."""
        text = """
import socket, struct
end, other = socket.socketpair()
try:
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 100))
except OSError as refusal:
    refused = [refusal.strerror == 'Protocol not available']
for frames in (1, 2) * 10:
    broker = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    broker.connect("/cupel/broker")
    for _ in range(frames):
        socket.send_fds(broker, [b"x"], [end.fileno()])
    refused.append(b"not of the broker's protocol" in broker.recv(200))
print("1..1")
print("ok 1 - a" if all(refused) else "not ok 1 - a")
"""
        result = self.run_harness(ECHO, text, policy="compat")
        self.assertEqual(result["tests"][0]["verdict"], "passed", result)

    def test_a_learner_without_a_program_fails(self):
        result = self.run_harness("raise SystemExit(0)", UNITS, tests=[{"id": "says a"}])
        self.assertEqual(result["tests"][0]["reason"], "checker_rejected")


class InProcess(HarnessCase):
    """A harness beside the learner's code: what it does not manage is the learner's failure."""

    TEXT = """
import sys

token, out = input(), open(3, "w")
import main
good = main.double(2) == 4
print("1..1", "ok 1 - a" if good else "not ok 1 - a", f"cupel {token}", sep="\\n", file=out)
sys.exit(0 if good else 1)
"""

    def inside(self, script, text=TEXT, **keywords):
        return self.run_harness(
            script, text, separation="in-process", files=["units.py"], **keywords
        )

    def test_the_harness_loads_the_learners_code(self):
        result = self.inside("def double(n): return 2 * n")
        test = result["tests"][0]
        self.assertEqual([test["verdict"], test["separation"]], ["passed", "in-process"])
        self.assertEqual(result["harnesses"][0]["separation"], "in-process")
        self.assertEqual(result["harnesses"][0]["run"]["enforcement"]["policy"], "python")
        test = self.inside("def double(n): return n")["tests"][0]
        self.assertEqual([test["verdict"], test["reason"]], ["failed", "checker_rejected"])

    def test_what_breaks_is_the_learners_failure(self):
        for script in (
            "raise SystemExit(0)",
            "import os; os._exit(0)",
            "1 / 0",
            "import os; os.abort()",
        ):
            with self.subTest(script=script):
                result = self.inside(script)
                test = result["tests"][0]
                self.assertEqual([test["verdict"], test["reason"]], ["failed", "harness_failed"])
                self.assertEqual(result["status"], "graded")

    def test_the_graders_files_replace_the_learners(self):
        more = {"units__py": "print('1..1\\nok 1 - a')"}
        result = self.inside("def double(n): return n", more=more)
        self.assertEqual(result["tests"][0]["verdict"], "failed")


if __name__ == "__main__":
    support.main()
