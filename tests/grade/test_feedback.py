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


class Differences(grading.GradeCase):
    def test_the_lines_around_the_first_difference_are_shown(self):
        script = "print('1\\n2\\n4\\t\\n5')"
        test = self.grade_script(script, expect={"stdout_text": "1\n2\n3\n5\n"})
        self.assertEqual(test["message"], 'line 3: expected "3", found "4"')
        shown = [
            'expected:', '    1 | "1"', '    2 | "2"', '  > 3 | "3"', '    4 | "5"',
            'found:', '    1 | "1"', '    2 | "2"', '  > 3 | "4"', '    4 | "5"', "",
        ]  # fmt: skip
        self.assertEqual(test["difference"], "\n".join(shown))

    def test_a_test_that_passed_or_crashed_has_no_difference(self):
        expect = {"stdout_text": "1\n"}
        self.assertIsNone(self.grade_script("print(1)", expect=expect)["difference"])
        self.assertIsNone(self.grade_script("print(2); exit(1)", expect=expect)["difference"])

    def test_learners_see_no_difference_of_a_hidden_test(self):
        made = self.grader(
            [
                {
                    "id": "only",
                    "run": ["python3", "main.py"],
                    "policy": "python",
                    "visibility": "hidden",
                    "expect": {"stdout_text": "the secret\n"},
                }
            ]
        )
        handed_in = self.handed_in(main__py="print(2)")
        for format_name in ("json", "text"):
            done = self.cupel(
                "grade", "--view", "learner", "--format", format_name, made, handed_in
            )
            self.assertEqual(done.returncode, 0)
            self.assertNotIn("secret", done.stdout)


SUM_C = """#include <stdlib.h>

int main(int argc, char **argv)
{
    int *numbers = calloc(4, sizeof(int));

    (void)argv;
    return numbers[argc + 3];
}
"""


BACKTRACE_C = """
#include <execinfo.h>
#include <signal.h>

static void handler(int number)
{
    void *frames[32];
    backtrace_symbols_fd(frames, backtrace(frames, 32), 2);
    signal(number, SIG_DFL);
    raise(number);
}

int sum(volatile int *numbers)
{
    return numbers[0] + 1;
}

int main(void)
{
    signal(SIGSEGV, handler);
    return sum(0) + 1;
}
"""


class Crashes(grading.GradeCase):
    def crash(self, *flags, text=None):
        made = self.grader(
            [{"id": "only", "run": ["./sum"], "limits": {"memory": "1 GiB"}}],
            build=[{"id": "compile", "run": ["gcc", "-g", *flags, "-o", "sum", "sum.c"]}],
        )
        return self.grade(made, self.handed_in(sum__c=text or SUM_C))

    def test_a_sanitizers_report_is_told_in_a_sentence(self):
        result = self.crash("-fsanitize=address")
        self.assertEqual(
            result["tests"][0]["message"],
            "exited with 1; 0 was expected; "
            "AddressSanitizer: heap-buffer-overflow in main (sum.c:8)",
        )

    def test_a_backtrace_is_told_in_a_sentence(self):
        result = self.crash("-rdynamic", "-fno-inline", text=BACKTRACE_C)
        self.assertEqual(
            result["tests"][0]["message"],
            "died of signal SIGSEGV (segmentation fault); backtrace in sum, called by main",
        )

    def test_a_signal_is_named(self):
        test = self.grade_script("import os; os.abort()")
        self.assertEqual(test["message"], "died of signal SIGABRT (aborted)")


if __name__ == "__main__":
    support.main()
