"""Each folder NAME/{policy.json,error} of tests/bad/policy gives exactly its messages.

usage: test_bad.py LINT_POLICY FOLDER [unittest options]
Policies are named "policy"; what they extend is looked up beside them.
"""
import pathlib
import subprocess
import sys
import unittest

LINT = FOLDER = None


class BadPolicies(unittest.TestCase):
    maxDiff = None

    def test_each_case_gives_exactly_its_messages(self):
        cases = sorted(path.parent for path in FOLDER.glob("*/policy.json"))
        self.assertGreaterEqual(len(cases), 15)
        for case in cases:
            with self.subTest(case=case.name):
                done = subprocess.run([LINT, "..", "policy.json"], cwd=case, text=True,
                                      capture_output=True, timeout=20, check=True)
                expected = (case / "error").read_text(encoding="utf-8")
                self.assertEqual(done.stdout, expected)
                self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    LINT, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
