"""What learners are told of a test that failed."""

import grading
import support


class Patterns(grading.GradeCase):
    def graded(self, pattern, script, code=0, **test):
        definition = {
            "id": "only",
            "run": ["python3", "main.py"],
            "policy": "python",
            "expect": {"stdout_text": pattern, "compare": "regex"},
            **test,
        }
        handed_in = self.handed_in(main__py=script)
        result = self.grade(self.grader([definition]), handed_in, code=code)
        return result, result["tests"][0]

    def test_a_pattern_matches_the_whole_output(self):
        _, test = self.graded(r"Seed: \d+\nRoll: [1-6]", "print('Seed: 815\\nRoll: 4')")
        self.assertEqual((test["verdict"], test["message"]), ("passed", None))

    def test_the_place_that_does_not_match_is_told(self):
        _, test = self.graded(r"Seed: \d+\nRoll: [1-6]", "print('Seed: 815\\nRoll: 7')")
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "wrong_output"))
        self.assertEqual(
            test["message"],
            'line 2, byte 7: from here on "Roll: 7" does not match the expected pattern',
        )

    def test_what_is_missing_is_told(self):
        _, test = self.graded("a\nb", "print('a')")
        self.assertEqual(
            test["message"], "the output ended at line 2; the expected pattern goes on"
        )
        _, test = self.graded("a", "pass")
        self.assertEqual(
            test["message"],
            "nothing was written to standard output, where a pattern expects something",
        )

    def test_a_pattern_without_end_is_the_graders_fault(self):
        result, test = self.graded("(a+)+[bc]", "print('a' * 1000)", code=5)
        self.assertEqual(result["status"], "grader_error")
        self.assertEqual((test["verdict"], test["reason"]), ("error", None))
        self.assertIn("the pattern cannot be compared with this output", test["message"])

    def test_a_pattern_is_not_at_fault_for_a_program_that_failed(self):
        script = "print('a' * 1000); raise SystemExit(3)"
        _, test = self.graded("(a+)+[bc]", script)
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "wrong_exit_code"))

    def test_a_hidden_pattern_stays_hidden(self):
        result, _ = self.graded("(a+)+[bc]", "print('a' * 1000)", code=5, visibility="hidden")
        self.assertEqual(result["message"], "test only: its output could not be judged")


if __name__ == "__main__":
    support.main()
