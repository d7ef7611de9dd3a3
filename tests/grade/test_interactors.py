"""Interactors: programs of staff's that talk with the learner's."""

import grading
import support

# Guess a number from 1 to 100 in seven questions.
GUESS = """
import sys

secret = int(open(sys.argv[1]).read())
for turn in range(7):
    line = sys.stdin.readline()
    if not line:
        print("it ended before it knew the number", file=sys.stderr)
        sys.exit(1)
    guess = int(line)
    print("=" if guess == secret else "<" if secret < guess else ">", flush=True)
    if guess == secret:
        sys.exit(0)
print("seven questions were not enough", file=sys.stderr)
sys.exit(1)
"""

BISECT = """
low, high = 1, 100
while True:
    guess = (low + high) // 2
    print(guess, flush=True)
    answer = input()
    if answer == "=":
        break
    if answer == "<":
        high = guess - 1
    else:
        low = guess + 1
"""

COUNT = """
guess = 1
while True:
    print(guess, flush=True)
    if input() == "=":
        break
    guess += 1
"""


class Interactors(grading.GradeCase):
    """A dialogue, its end, and who is at fault where it has none."""

    def talk(self, script, judge=GUESS, *, code=0, test=None, **interact):
        definition = {
            "id": "only",
            "points": 4,
            "run": ["python3", "main.py"],
            "policy": "python",
            "limits": {"wall": "4 s", "cpu": "1 s"},
            "stdin_text": "42",
            "interact": {"run": ["python3", "judge.py"], **interact},
            **(test or {}),
        }
        grader = self.grader([definition], {"judge.py": judge})
        result = self.grade(grader, self.handed_in(main__py=script), code=code)
        return result["tests"][0]

    def outcome(self, *args, **keywords):
        test = self.talk(*args, **keywords)
        return test["verdict"], test["reason"], test["message"]

    def test_a_dialogue(self):
        test = self.talk(BISECT)
        self.assertEqual([test["verdict"], test["score"]], ["passed", 4])
        self.assertEqual(test["output"].split()[:2], ["50", "25"])
        self.assertEqual(test["judge"]["run"]["exit_code"], 0)

    def test_the_judge_rejects(self):
        # What ends a learner's program after that is of no account.
        for script in (COUNT, COUNT + "\nwhile True: pass", "while True: print(1, flush=True)"):
            with self.subTest(script=script):
                self.assertEqual(
                    self.outcome(script),
                    ("failed", "checker_rejected", "seven questions were not enough"),
                )

    def test_the_input_is_the_judges_alone(self):
        script = "import sys; print(42, flush=True); print(repr(sys.stdin.read()))"
        test = self.talk(script)
        self.assertEqual(test["output"], "42\n'=\\n'\n")
        self.assertEqual(test["verdict"], "passed")

    def test_json_is_answered_on_standard_error(self):
        judge = """
import sys
print("hello", flush=True)
score = 1 if sys.stdin.readline() == "hello\\n" else 0.5
print('{"score": %g, "message": "said"}' % score, file=sys.stderr)
"""
        echo = "print(input(), flush=True)"
        self.assertEqual(self.outcome(echo, judge, protocol="json"), ("passed", None, "said"))
        self.assertEqual(
            self.outcome("input(); print('no')", judge, protocol="json"),
            ("partial", "checker_rejected", "said"),
        )

    def test_silence_is_the_learners_fault(self):
        for script in ("import time; time.sleep(60)", "import sys; sys.stdin.read()"):
            with self.subTest(script=script):
                verdict, reason, message = self.outcome(
                    script, test={"limits": {"wall": "500 ms"}}
                )
                self.assertEqual((verdict, reason), ("failed", "time_limit"))
                self.assertIn("the limit is 500 ms", message)

    def test_an_early_end_is_the_learners_fault(self):
        self.assertEqual(
            self.outcome("raise SystemExit(0)"),
            ("failed", "checker_rejected", "it ended before it knew the number"),
        )
        self.assertEqual(self.outcome("raise SystemExit(3)")[:2], ("failed", "wrong_exit_code"))
        self.assertEqual(self.outcome("import os; os.abort()")[:2], ("failed", "runtime_error"))
        # The judge chokes on it, which is not heard.
        self.assertEqual(
            self.outcome("import os; os.abort()", "input()\ninput()", protocol="json")[:2],
            ("failed", "runtime_error"),
        )

    def test_a_bad_end_after_the_judge_accepted_counts(self):
        verdict, reason, _ = self.outcome(BISECT + "\nraise SystemExit(3)")
        self.assertEqual((verdict, reason), ("failed", "wrong_exit_code"))
        verdict, reason, _ = self.outcome(BISECT + "\nwhile True: pass")
        self.assertEqual(verdict, "failed")
        self.assertIn(reason, ("cpu_limit", "time_limit"))

    def test_endless_output_is_the_learners_fault(self):
        sleepy = "import time; time.sleep(30)"
        verdict, reason, message = self.outcome(
            "while True: print('x' * 65536)", sleepy, test={"limits": {"wall": "8 s"}}
        )
        self.assertEqual((verdict, reason), ("failed", "output_limit"))

    def test_a_judge_that_is_not_heard_is_ended_and_the_next_one_talks(self):
        interact = {"run": ["python3", "judge.py"]}
        test = {"policy": "python", "stdin_text": "42", "interact": interact}
        tests = [
            {"id": "bad", "run": ["python3", "-c", "import os; os.abort()"], **test},
            {"id": "good", "run": ["python3", "main.py"], **test},
        ]
        judge = "import time; time.sleep(0.2)\n" + GUESS + "\nwhile True: pass"
        grader = self.grader(tests, {"judge.py": judge})
        result = self.grade(grader, self.handed_in(main__py=BISECT), "--jobs", "1")
        self.assertEqual([test["verdict"] for test in result["tests"]], ["failed", "passed"])
        self.assertIsNone(result["tests"][0]["judge"])

    def test_a_judge_that_breaks_is_the_graders_fault(self):
        echo = "print(1, flush=True); input()"
        for judge, said in (
            ("import os; input(); os.abort()", "ABRT"),
            ("input(); raise SystemExit(5)", "exited with 5"),
            ("input()\nwhile True: pass", "of CPU time; the limit is 300 ms"),
        ):
            with self.subTest(judge=judge):
                verdict, reason, message = self.outcome(
                    echo, judge, code=5, limits={"cpu": "300 ms"}
                )
                self.assertEqual((verdict, reason), ("error", None))
                self.assertIn("the interactor python3: ", message)
                self.assertIn(said, message)

    def test_much_passes_through(self):
        judge = """
import sys
for number in range(200000):
    print(number)
sys.stdout.flush()
total = sum(int(sys.stdin.readline()) for _ in range(200000))
sys.exit(0 if total == 2 * sum(range(200000)) else f"{total}")
"""
        echo = """
import sys
for _ in range(200000):
    print(2 * int(sys.stdin.readline()))
"""
        self.assertEqual(
            self.outcome(echo, judge, test={"limits": {"wall": "9 s", "output": "4 MiB"}})[0],
            "passed",
        )


if __name__ == "__main__":
    support.main()
