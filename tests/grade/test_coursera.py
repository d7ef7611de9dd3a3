"""Autograders of Coursera, unchanged."""

import json

import compat
import support

# As the demo of Coursera's own goes about it: a shell script that knows its part.
GRADE = """\
#!/bin/bash
[ "$partId" = HxbKF ] && [ -n "$userId" ] || exit 1
got=$(sh "/shared/submission/$filename" 1 2)
if [ "$got" = 3 ]; then
    echo '{"fractionalScore": 1.0, "feedback": "Congratulations!"}' > /shared/feedback.json
else
    echo '{"fractionalScore": 0.25, "feedback": "Expected 3.", "feedbackType": "HTML"}' \\
        > /shared/feedback.json
    echo "<b>got $got</b><script>alert(1)</script>" > /shared/htmlFeedback.html
fi
"""
ADD = "echo $(($1 + $2))\n"


class Coursera(compat.CompatCase):
    KIND = "coursera"
    KEYS = {"run": ["./grade.sh"], "part": "HxbKF"}

    def written(self, feedback, more="", **keys):
        text = feedback if isinstance(feedback, str) else json.dumps(feedback)
        script = f"#!/bin/bash\n{more}\ncat > /shared/feedback.json <<'END'\n{text}\nEND\n"
        return self.old_grader({"grade.sh": script}, **keys)

    def score(self, feedback, **keys):
        return self.grade(self.written(feedback, **keys), self.handed_in(a__sh=ADD))["score"]

    def test_folder_and_zip_are_graded(self):
        for archive in (False, True):
            files = {"grade.sh": GRADE, "data/x": ""}
            run = ["bash", "/grader/grade.sh"]
            made = self.old_grader(files, archive=archive, run=run)
            result = self.grade(made, self.handed_in(add__sh=ADD))
            self.assertEqual((result["score"], result["max_score"]), (10, 10))
            (test,) = result["tests"]
            expected = {"id": "HxbKF", "verdict": "passed", "message": "Congratulations!"}
            self.assertEqual(test, {**test, **expected, "separation": "in-process"})

    def test_rich_feedback_is_shown_as_its_source(self):
        made = self.old_grader({"grade.sh": GRADE})
        submitted = self.handed_in(add__sh="echo 4\n")
        result = self.grade(made, submitted)
        self.assertEqual((result["score"], result["fraction"]), (2.5, 0.25))
        (test,) = result["tests"]
        self.assertEqual((test["verdict"], test["message"]), ("partial", "Expected 3."))
        self.assertEqual(test["output"], "<b>got 4</b><script>alert(1)</script>\n")
        page = self.cupel("grade", "--format", "html", made, submitted).stdout
        self.assertNotIn("<script", page)

    def test_fractions_and_booleans(self):
        self.assertEqual(self.score({"isCorrect": True, "feedback": ""}), 10)
        self.assertEqual(self.score({"isCorrect": False, "feedback": ""}), 0)
        self.assertEqual(self.score({"fractionalScore": "0.5", "feedback": ""}), 5)
        self.assertEqual(self.score({"fractionalScore": 0.3333333333, "feedback": ""}), 3.333333)

    def test_the_file_that_is_named_is_the_one_handed_in(self):
        more = '[ "$filename" = a.sh ] && [ -f "/shared/submission/$filename" ] || exit 1'
        made = self.written({"isCorrect": True, "feedback": ""}, more)
        self.assertEqual(self.grade(made, self.handed_in(a__sh=ADD))["score"], 10)

    def test_the_submission_is_read_only(self):
        more = "cd /shared/submission; touch new || echo x >> a.sh || echo x >> d/b || cd /grader"
        more += '; [ "$PWD" = /grader ] || exit 1'
        made = self.written({"isCorrect": True, "feedback": ""}, more)
        submitted = self.folder() / "submission"
        for name in ("a.sh", "d/b"):
            support.write(submitted / name, ADD)
        made_for = json.loads((made / "grader.json").read_text())
        made_for["submission"] = {"files": ["a.sh", "d/b"]}
        (made / "grader.json").write_text(json.dumps(made_for))
        self.assertEqual(self.grade(made, submitted)["score"], 10)

    def test_what_coursera_would_not_take_is_the_graders_fault(self):
        cases = [
            ({"fractionalScore": True, "feedback": ""}, "expected a number from 0 to 1, found true"),
            ({"fractionalScore": 1.5, "feedback": ""}, "expected a number from 0 to 1, found 1.5"),
            ({"feedback": ""}, "expected \"fractionalScore\" or \"isCorrect\""),
            ({"fractionalScore": 1}, "key \"feedback\" is missing"),
            ("", "not JSON"),
        ]
        for feedback, said in cases:
            self.at_fault(self.written(feedback), self.handed_in(a__sh=ADD), said)

    def test_an_exit_code_is_a_failure(self):
        made = self.written({"isCorrect": True, "feedback": ""}, "trap 'exit 3' EXIT")
        self.at_fault(made, self.handed_in(a__sh=ADD), "the autograder exited with 3")

    def test_no_feedback_is_a_failure(self):
        made = self.old_grader({"grade.sh": "#!/bin/bash\n"})
        self.at_fault(made, self.handed_in(a__sh=ADD), "wrote no feedback.json; it exited with 0")

    def test_learners_cannot_bring_a_feedback_file_along(self):
        forged = '{"isCorrect": true, "feedback": ""}'
        made = self.old_grader({"grade.sh": "#!/bin/bash\n"})
        submitted = self.folder() / "submission"
        for name in ("feedback.json", "shared/feedback.json"):
            support.write(submitted / name, forged)
        self.at_fault(made, submitted, "wrote no feedback.json")

    def test_a_link_to_a_forged_file_is_not_read(self):
        script = (
            'ln -sf /shared/submission/forged.json /shared/feedback.json\n'
        )
        forged = '{"isCorrect": true, "feedback": ""}'
        made = self.old_grader({"grade.sh": "#!/bin/bash\nsh /shared/submission/a.sh\n"})
        submitted = self.folder() / "submission"
        support.write(submitted / "a.sh", script)
        support.write(submitted / "forged.json", forged)
        self.at_fault(made, submitted, "feedback.json is a link")


if __name__ == "__main__":
    support.main()
