"""Harnesses that were taken over and send the broker what it does not expect: see taken_over.py. Neither
the grading nor the harness's own calls afterwards suffer from it, and no failure is the platform's."""

import os
import random
import re
import sys
from pathlib import Path

import support

sys.path.insert(0, str(support.SOURCE / "tests/grade"))
import grading

HERE = Path(__file__).resolve().parent
FILES = [HERE / "taken_over.py", support.SOURCE / "tests/exec/fake_broker.py"]
SEED = os.environ.get("CUPEL_TESTS_SEED") or str(random.randrange(1 << 32))


class TakenOver(grading.GradeCase):
    def graded(self, deed, script="print('well')"):
        """What the test of a harness is worth that has done the deed, and how often it was refused."""
        harness = {
            "run": ["python3", "taken_over.py", deed, SEED], "report": "tap", "tests": [{"id": "works"}],
        }
        definition = {"id": "units", "policy": "python", "harness": harness}
        grader = self.grader([definition], {path.name: path.read_text() for path in FILES})
        result = self.grade(grader, self.handed_in(main__py=script))
        self.assertEqual(result["status"], "graded", result)
        output = result["harnesses"][0]["output"]
        found = re.search(r"# (\d+) refused (\d+)", output)
        self.assertIsNotNone(found, (SEED, output, result["harnesses"][0]))
        return result["tests"][0]["verdict"], int(found[2]) / int(found[1])

    def check(self, deed, refused):
        verdict, share = self.graded(deed)
        self.assertEqual(verdict, "passed", SEED)
        self.assertGreaterEqual(share, refused, SEED)

    def test_mutated_frames(self):
        self.check("garbage", refused=0.2)

    def test_frames_out_of_turn(self):
        self.check("disorder", refused=0.2)

    def test_descriptors(self):
        self.check("descriptors", refused=0.2)

    def test_empty_frames_and_none(self):
        self.check("nothing", refused=0)

    def test_more_connections_than_are_accepted(self):
        self.check("crowd", refused=1)

    def test_input_and_output_that_nobody_reads(self):
        self.check("unread", refused=1)

    def test_clients_that_are_killed(self):
        self.check("killed", refused=1)

    def test_a_program_that_does_not_work_is_told_all_the_same(self):
        self.assertEqual(self.graded("nothing", "print('ill')")[0], "failed")


if __name__ == "__main__":
    support.main()
