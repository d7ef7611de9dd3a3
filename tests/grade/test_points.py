"""Points of whole gradings: needs, groups, bonus, penalties, leaderboard, and what learners see."""

import json
import re

import grading
import support


def passing(name, **keys):
    return {"id": name, "run": ["true"], "policy": "native", **keys}


def failing(name, **keys):
    return {"id": name, "run": ["false"], "policy": "native", **keys}


def verdicts(result):
    return {test["id"]: test["verdict"] for test in result["tests"]}


class Points(grading.GradeCase):
    def setUp(self):
        self.submitted = self.handed_in(a__txt="a\n")

    def graded(self, tests, *options, **keys):
        return self.grade(self.grader(tests, **keys), self.submitted, *options)

    def test_a_test_runs_only_if_what_it_needs_has_passed(self):
        tests = [
            passing("late", needs=["good", "early"]),
            passing("good"),
            failing("early"),
            passing("later", needs=["late"]),
            passing("fine", needs=["good", "basics"]),
            passing("b1", points=2),
            passing("b2", needs=["b1"]),
            passing("hopeless", needs=["doomed"]),
        ]
        groups = [
            {"id": "basics", "tests": ["b1", "b2"]},
            {"id": "doomed", "tests": ["fine", "later"], "rule": "all"},
        ]
        for jobs in ("1", "2", "5"):
            with self.subTest(jobs=jobs):
                result = self.graded(tests, "--jobs", jobs, groups=groups)
                self.assertEqual(
                    verdicts(result),
                    {
                        "late": "skipped",
                        "good": "passed",
                        "early": "failed",
                        "later": "skipped",
                        "fine": "passed",
                        "b1": "passed",
                        "b2": "passed",
                        "hopeless": "skipped",
                    },
                )
                late, hopeless = result["tests"][0], result["tests"][7]
                self.assertEqual(
                    (late["reason"], late["run"], late["message"]),
                    ("needs_failed", None, "not run: it needs test early, which has not passed"),
                )
                self.assertEqual(
                    hopeless["message"], "not run: it needs group doomed, which has not passed"
                )
                self.assertEqual((result["score"], result["max_score"]), (4, 9))

    def test_a_group_may_need_a_test(self):
        tests = [failing("first"), passing("a"), passing("b", needs=["a"])]
        groups = [{"id": "rest", "tests": ["a", "b"], "needs": ["first"]}]
        result = self.graded(tests, groups=groups)
        self.assertEqual(
            verdicts(result), {"first": "failed", "a": "skipped", "b": "skipped"}
        )

    def test_a_long_chain_of_needs_is_followed_from_its_end(self):
        count = 200
        tests = [passing(f"t{n}", needs=[f"t{n + 1}"]) for n in range(count)]
        result = self.graded([*tests, passing(f"t{count}")], "--jobs", "3")
        self.assertEqual(result["score"], count + 1)
        result = self.graded([*tests, failing(f"t{count}")], "--jobs", "3")
        self.assertEqual(result["score"], 0)
        self.assertEqual(list(verdicts(result).values()), ["skipped"] * count + ["failed"])

    def test_bonus_comes_on_top_and_penalties_off(self):
        tests = [
            passing("base", points=10),
            passing("extra", points=4, bonus=True),
            failing("style", points=0),
            passing("clean", points=0),
            passing("never", points=0, needs=["style"]),
        ]
        penalties = [
            {"id": "style", "tests": ["style", "clean"], "percent": 50},
            {"id": "mess", "tests": ["clean", "never"], "points": 9},
            {"id": "once", "tests": ["style", "style"], "points": 1.5},
        ]
        bonus = self.graded(tests)
        self.assertEqual((bonus["score"], bonus["max_score"], bonus["fraction"]), (14, 10, 1.4))
        result = self.graded(tests, penalties=penalties)
        self.assertEqual((result["score"], result["max_score"]), (5.5, 10))
        taken = {penalty["id"]: penalty["points"] for penalty in result["penalties"]}
        self.assertEqual(taken, {"style": 7, "mess": 0, "once": 1.5})

    def test_points_of_the_grader_are_shared_out_and_rounded(self):
        tests = [passing("a"), passing("b"), failing("c")]
        exact = self.graded(tests, points=100)
        self.assertEqual((exact["score"], exact["max_score"]), (66.666667, 100))
        rounded = self.graded(tests, points=100, decimals=0)
        self.assertEqual((rounded["score"], rounded["max_score"]), (67, 100))
        self.assertEqual(rounded["tests"][0]["score"], 1)

    def test_a_leaderboard_holds_figures_of_tests_that_passed(self):
        tests = [passing("good", points=3), failing("bad"), passing("secret", visibility="hidden")]
        values = ["cpu_seconds", "wall_seconds", "memory_peak_bytes", "score"]
        board = [{"name": value, "test": "good", "value": value} for value in values]
        board += [
            {"name": "bad", "test": "bad", "value": "wall_seconds", "order": "desc"},
            {"name": "secret-rank", "test": "secret", "value": "wall_seconds"},
        ]
        result = self.graded(tests, leaderboard=board)
        entries = {entry["name"]: entry for entry in result["leaderboard"]}
        run = result["tests"][0]["run"]
        for value in values[:3]:
            entry = {"name": value, "value": run[value], "order": "asc", "withheld": False}
            self.assertEqual(entries[value], entry)
        entry = {"name": "score", "value": 3, "order": "desc", "withheld": False}
        self.assertEqual(entries["score"], entry)
        entry = {"name": "bad", "value": None, "order": "desc", "withheld": False}
        self.assertEqual(entries["bad"], entry)
        self.assertGreater(entries["secret-rank"]["value"], 0)
        self.assertTrue(entries["secret-rank"]["withheld"])
        learner = self.graded(tests, "--view", "learner", leaderboard=board)
        self.assertNotIn("secret-rank", json.dumps(learner["leaderboard"]))


class Hidden(grading.GradeCase):
    """Whether hidden tests pass or fail, learners see the same."""

    TESTS = [
        passing("open", points=2),
        failing("shut", points=1),
        {"id": "b1", "run": ["true"], "policy": "native"},
    ]
    KEYS = {
        "groups": [
            {"id": "mixed", "title": "TITLE", "tests": ["b1", "b2"]},
            {"id": "plain", "title": "Plain", "tests": ["shut"], "points": 4},
        ],
        "penalties": [
            {"id": "seen", "tests": ["shut"], "percent": 50},
            {"id": "unseen", "tests": ["b2"], "points": 1},
        ],
        "leaderboard": [
            {"name": "open", "test": "open", "value": "score"},
            {"name": "b2", "test": "b2", "value": "score"},
        ],
    }

    def outcomes(self, *options, **keys):
        """Results of a submission that passes the hidden tests, and of one that does not."""
        hidden = [
            ("b2", "after_due_date", {}),
            ("secret", "hidden", {"needs": ["b2"], "title": "TITLE"}),
            ("late", "after_published", {"bonus": True, "points": 7}),
        ]
        results = []
        for make in (passing, failing):
            tests = [make(name, visibility=v, **more) for name, v, more in hidden]
            grader = self.grader(self.TESTS + tests, **self.KEYS, **keys)
            submitted = self.handed_in(a__txt="a\n")
            results.append(self.cupel("grade", "--jobs", "1", *options, grader, submitted))
        for done in results:
            self.assertEqual(done.returncode, 0, done.stderr)
        return [done.stdout for done in results]

    def parts(self, text):
        """A learner's result without runs of visible tests and the grader's hash."""
        result = grading.unmeasured(json.loads(text))
        for item in result["build"] + result["tests"]:
            item.pop("run", None)
        result["grader"].pop("sha256")
        return result

    def test_what_learners_see_does_not_depend_on_hidden_tests(self):
        passed, failed = (self.parts(text) for text in self.outcomes("--view", "learner"))
        self.assertEqual(passed, failed)
        self.assertEqual((passed["score"], passed["max_score"]), (1, 6))
        self.assertEqual(
            {group["id"]: (group["title"], group["score"]) for group in passed["groups"]},
            {"mixed": (None, None), "plain": ("Plain", 0)},
        )
        self.assertEqual(
            {penalty["id"]: penalty["points"] for penalty in passed["penalties"]},
            {"seen": 1, "unseen": None},
        )
        self.assertEqual([entry["name"] for entry in passed["leaderboard"]], ["open"])
        self.assertEqual(
            passed["tests"][4],
            {"id": "secret", "max_score": 1, "bonus": False, "visibility": "hidden"},
        )

    def test_text_for_learners_does_not_depend_on_hidden_tests_either(self):
        texts = self.outcomes("--view", "learner", "--format", "text")
        passed, failed = (re.sub(r" +[0-9.]+ (us|ms|s) .*", "", text) for text in texts)
        self.assertEqual(passed, failed)
        self.assertNotIn("TITLE", texts[0])

    def test_how_long_it_took_is_not_told_where_a_test_is_hidden(self):
        for text in self.outcomes("--view", "learner"):
            self.assertIsNone(json.loads(text)["wall_seconds"])
        for text in self.outcomes():
            self.assertGreater(json.loads(text)["wall_seconds"], 0)

    def test_staff_see_the_difference(self):
        passed, failed = (json.loads(text) for text in self.outcomes())
        self.assertEqual((passed["score"], failed["score"]), (6, 0.5))
        self.assertEqual(passed["max_score"], 9)

    def test_hidden_totals_are_shown_where_the_grader_says_so(self):
        texts = self.outcomes("--view", "learner", hidden_totals="shown")
        passed, failed = (self.parts(text) for text in texts)
        self.assertEqual((passed["score"], failed["score"]), (6, 0.5))
        self.assertEqual(passed["max_score"], 9)
        self.assertEqual([group["score"] for group in passed["groups"]], [2, 0])
        self.assertEqual(passed["tests"], failed["tests"])


if __name__ == "__main__":
    support.main()
