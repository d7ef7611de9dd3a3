"""What a test of pytest pays for starting the learner's program by /cupel/exec, over starting it
directly: figures of a harness of 50 tests, each of which does both."""

import json
import time

import grading
import support

MORE_MS = 5  # by the median
COUNT = 50
TRIES = 5  # a shared machine has bad moments
PAUSE_SECONDS = 5

HARNESS = """
import json
import subprocess
import time

import pytest

DIRECT, CALLS = [], []


def seconds(command, text):
    before = time.perf_counter()
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    after = time.perf_counter()
    assert (done.returncode, done.stdout) == (0, text)
    return after - before


@pytest.fixture(scope="module", autouse=True)
def figures():
    yield
    more = sorted(1000 * (call - direct) for call, direct in zip(CALLS, DIRECT))
    count = len(more)
    found = {
        "tests": count,
        "direct_ms": 1000 * sorted(DIRECT)[count // 2],
        "more_ms": more[count // 2],
        "p95_ms": more[count * 95 // 100],
        "least_ms": more[0],
    }
    print("figures", json.dumps(found))


@pytest.mark.parametrize("number", range(50))
def test_call(number):
    DIRECT.append(seconds(["cat"], f"{number}"))
    CALLS.append(seconds(["/cupel/exec", "--", "cat"], f"{number}"))
"""


class PytestCost(grading.GradeCase):
    def measure(self):
        names = [f"test_cost.test_call[{number}]" for number in range(COUNT)]
        run = ["python3", "-m", "pytest", "-s", "-q", "-p", "no:cacheprovider"]
        harness = {
            "run": [*run, "--junit-xml=report.xml", "test_cost.py"],
            "report": "junit",
            "file": "report.xml",
            "tests": [{"id": name, "points": 1} for name in names],
        }
        grader = self.grader([{"id": "units", "harness": harness}], {"test_cost.py": HARNESS})
        result = self.grade(grader, self.handed_in(main__py=""))
        self.assertEqual((result["score"], result["max_score"]), (COUNT, COUNT))
        output = result["harnesses"][0]["output"]
        found = json.loads(output.split("figures", 1)[1].split("\n", 1)[0])
        print(json.dumps(found), flush=True)
        return found

    def test_a_test_costs_little_more_than_the_program(self):
        for _ in range(TRIES):
            found = self.measure()
            self.assertEqual(found["tests"], COUNT)
            if found["more_ms"] <= MORE_MS:
                return
            time.sleep(PAUSE_SECONDS)
        self.fail(f"none of {TRIES} measurements stayed within {MORE_MS} ms")


if __name__ == "__main__":
    support.main()
