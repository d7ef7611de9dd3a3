"""`cupel test` on graders with a harness: which cheat works, by how it is kept from learners."""

import copy
import json

import grading
import support
import test_in_process as beside

DIFFERENT = 6
OF_HARNESSES = ("forged-report", "overwritten-report", "patched-harness")

# Run by the broker where there is one, and else beside the learner's code.
PYTEST = """
import os
import subprocess

import pytest

def add(a, b):
    if not os.path.exists("/cupel/exec"):
        import mine
        return mine.add(a, b)
    command = ["/cupel/exec", "--", "python3", "mine.py", str(a), str(b)]
    return int("0" + subprocess.run(command, capture_output=True, text=True).stdout.strip())

@pytest.mark.parametrize("a,b", [(1, 2), (3, 4)])
def test_adds(a, b):
    assert add(a, b) == a + b
"""
MINE = """import sys

def add(a, b):
    return {}

if __name__ == "__main__":
    print(add(int(sys.argv[1]), int(sys.argv[2])))
"""
JUDGED = {
    "separation": "judge",
    "run": ["pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml", "test_mine.py"],
    "report": "junit",
    "file": "report.xml",
    "tests": [{"id": f"test_mine.test_adds[{n}]", "points": 5} for n in ("1-2", "3-4")],
}


class HarnessCheats(grading.GradeCase):
    """Each grader has a sample that earns all, and one that earns half."""

    def made(self, harness, files, module, texts, policy, **keys):
        """A grader's folder."""
        test = {"id": "units", "policy": policy, "harness": harness}
        grader = self.grader([test], files, submission={"files": [module]}, **keys)
        for name, text, score in zip(("correct", "wrong"), texts, (10, 5)):
            sample = grader / "samples" / name
            support.write(sample / "submission" / module, text)
            support.write(sample / "expected.json", json.dumps({"score": score}))
        return grader

    def cheats(self, grader, code=0):
        """What `cupel test --json` says of each cheat, and what it prints."""
        done = self.cupel("test", "--json", grader)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        report = json.loads(done.stdout)
        self.assertEqual(support.schema_faults(report, "test"), [])
        for sample in report["graders"][0]["samples"]:
            self.assertTrue(sample["passed"], sample)
        return {cheat["name"]: cheat for cheat in report["graders"][0]["cheats"]}

    def working(self, grader):
        """The names of the cheats that work."""
        return [n for n, c in self.cheats(grader, DIFFERENT).items() if c["passed"] is False]

    def pytest_grader(self, harness, **keys):
        """One that is right for either separation."""
        support.need("pytest")
        texts = [MINE.format(text) for text in ("a + b", "a + b if a < 2 else 0")]
        return self.made(harness, {"test_mine.py": PYTEST}, "mine.py", texts, "python", **keys)

    def test_apart_from_the_learner_no_cheat_works(self):
        cheats = self.cheats(self.pytest_grader(JUDGED))
        for name in OF_HARNESSES:
            self.assertEqual(cheats[name]["passed"], True)
        self.assertEqual(cheats["forged-report"]["score"], 0)
        self.assertEqual(cheats["patched-harness"]["score"], 5)  # of the sample that it has

    def test_without_the_separation_the_cheats_that_work_are_named(self):
        deleted = {**JUDGED, "separation": "in-process", "files": ["test_mine.py"]}
        grader = self.pytest_grader(deleted)
        self.assertEqual(self.working(grader), list(OF_HARNESSES))
        done = self.cupel("test", grader)
        self.assertEqual(done.returncode, DIFFERENT)
        self.assertRegex(done.stdout, r"failed +cheat forged-report +10 / 10 ")
        self.assertIn(
            'its score is 10, and 5 without the cheat; "cheats" of grader.json lets it earn 0',
            done.stdout,
        )

    def hardened(self):
        harness = copy.deepcopy(JUDGED)
        del harness["file"]
        run = ["python3", f"{beside.RUNNERS}/run.py", "pytest", "-q", "test_mine.py"]
        return {
            **harness,
            "separation": "in-process",
            "files": ["test_mine.py"],
            "report": "json",
            "run": run,
        }

    def test_by_a_runner_only_the_patched_harness_works(self):
        self.assertEqual(self.working(self.pytest_grader(self.hardened())), ["patched-harness"])

    def test_staff_may_accept_it(self):
        grader = self.pytest_grader(self.hardened(), cheats={"patched-harness": 10})
        self.assertEqual(self.cheats(grader)["patched-harness"]["score"], 10)

    def hardened_like(self, case):
        """The grader of a case of test_in_process.py."""
        harness = {
            "separation": "in-process",
            "run": list(case.command),
            "report": case.report,
            "files": [case.test_file],
            "tests": [{"id": name, "points": 5} for name in case.ids],
        }
        module = case.module.replace("__", ".")
        texts = (case.good, case.wrong)
        return self.made(harness, {case.test_file: case.tests}, module, texts, case.policy)

    def test_unittest_in_process(self):
        self.assertEqual(self.working(self.hardened_like(beside.Python)), ["patched-harness"])

    def test_node_in_process(self):
        support.need("node")
        self.assertEqual(self.working(self.hardened_like(beside.JavaScript)), ["patched-harness"])

    def test_cmocka_in_process(self):
        support.need("gcc")
        self.assertEqual(self.working(self.hardened_like(beside.C)), ["patched-harness"])

    def test_junit_in_process(self):
        support.need("javac")
        cheats = self.cheats(self.hardened_like(beside.Java))
        self.assertIsNone(cheats["patched-harness"]["passed"])  # there is none in Java
        self.assertEqual([cheats[name]["score"] for name in OF_HARNESSES[:2]], [0, 5])

    def test_without_a_sample_cheats_are_what_can_be_made_alone(self):
        grader = self.pytest_grader(JUDGED)
        for sample in (grader / "samples").iterdir():
            support.write(sample / "expected.json", "{}")
        cheats = self.cheats(grader)
        self.assertEqual([cheats[name]["passed"] for name in OF_HARNESSES], [True, True, None])


if __name__ == "__main__":
    support.main()
