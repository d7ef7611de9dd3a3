"""Autograders of PrairieLearn, unchanged."""

import json

import compat
import support

RUN = "#!/bin/bash\ncd /grade/tests && python3 grade.py\n"

# As PrairieLearn's own graders write it.
GRADE = """\
import importlib.util, json, os
data = json.load(open("/grade/data/data.json"))
assert data["submitted_answers"] == {} and data["gradable"] is True
lib = open("/grade/serverFilesCourse/lib.txt").read()
spec = importlib.util.spec_from_file_location("sol", "/grade/student/sol.py")
sol = importlib.util.module_from_spec(spec)
os.makedirs("/grade/results", exist_ok=True)
results = {"gradable": True, "succeeded": True, "message": "Tests completed.", "output": lib}
try:
    spec.loader.exec_module(sol)
except SyntaxError:
    results |= {"gradable": False, "format_errors": ["not Python", "see line 1"]}
else:
    right = sol.add(1, 2) == 3
    results |= {"score": 1.0 if right else 0.25, "tests": [
        {"name": "Add", "description": "adds", "points": 3 if right else 0, "max_points": 3,
         "message": "m", "output": "o", "images": [{"url": "data:"}]},
        {"name": "Import", "points": 1, "max_points": 1}]}
json.dump(results, open("/grade/results/results.json", "w"))
"""
RIGHT = "def add(a, b):\n    return a + b\n"


class PrairieLearn(compat.CompatCase):
    KIND = "prairielearn"
    KEYS = {"run": ["/grade/serverFilesCourse/run.sh"]}

    def python(self, submission, code=0, **keys):
        files = {
            "serverFilesCourse/run.sh": RUN,
            "serverFilesCourse/lib.txt": "library",
            "tests/grade.py": GRADE,
        }
        return self.grade(
            self.old_grader(files, **keys), self.handed_in(sol__py=submission), code=code
        )

    def written(self, results, more=""):
        text = results if isinstance(results, str) else json.dumps(results)
        script = f"#!/bin/bash\n{more}\nmkdir -p /grade/results\ncat > /grade/results/results.json "
        script += f"<<'END'\n{text}\nEND\n"
        return self.old_grader({"serverFilesCourse/run.sh": script})

    def test_it_is_graded_as_there(self):
        result = self.python(RIGHT)
        self.assertEqual((result["score"], result["max_score"]), (10, 10))
        result = self.python("def add(a, b):\n    return 4\n")
        self.assertEqual((result["score"], result["fraction"]), (2.5, 0.25))
        self.assertEqual(result["build"][0]["output"], "Tests completed.\nlibrary")
        first, second = result["tests"]
        expected = {"id": "Add", "title": "adds", "verdict": "failed", "score": 0, "max_score": 3}
        message = "m\nimages that are not shown: 1"
        self.assertEqual(first, {**first, **expected, "message": message, "output": "o"})
        self.assertEqual((second["id"], second["verdict"]), ("Import", "passed"))

    def test_what_is_not_gradable_is_rejected(self):
        result = self.python("def add(:", code=3)
        self.assertEqual((result["status"], result["score"]), ("rejected", 0))
        self.assertEqual(result["message"], "not Python\nsee line 1")

    def test_what_did_not_succeed_is_the_graders_fault(self):
        made = self.written({"succeeded": False, "score": 1, "message": "no space"})
        self.at_fault(made, self.handed_in(a__py=""), "did not succeed: no space")

    def test_what_prairielearn_would_not_take_is_the_graders_fault(self):
        large = {"score": 1, "output": "x" * (1 << 20)}
        cases = [
            ({}, 'key "score" is missing'),
            ({"score": 2}, "expected a number from 0 to 1, found 2"),
            ({"score": 1, "tests": [{"points": "many"}]}, "tests[0].points: expected a number"),
            (large, "is too large"),
        ]
        for results, said in cases:
            self.at_fault(self.written(results), self.handed_in(a__py=""), said)

    def test_an_exit_code_is_no_failure_and_no_file_is_one(self):
        made = self.written({"score": 1}, "trap 'exit 9' EXIT")
        self.assertEqual(self.grade(made, self.handed_in(a__py=""))["score"], 10)
        made = self.old_grader({"serverFilesCourse/run.sh": "#!/bin/bash\nexit 2\n"})
        said = "wrote no results/results.json; it exited with 2"
        self.at_fault(made, self.handed_in(a__py=""), said)

    def test_data_of_staff_takes_the_place_of_ours(self):
        script = "#!/bin/bash\nmkdir results; cp data/data.json results/results.json\n"
        made = self.old_grader({"serverFilesCourse/run.sh": script}, metadata="data.json")
        (made / "data.json").write_text('{"score": 0.5, "params": {"n": 3}}')
        self.assertEqual(self.grade(made, self.handed_in(a__py=""))["score"], 5)

    def test_the_entrypoint_needs_no_permission(self):
        files = {"tests/entry": "#!/bin/bash\nmkdir results\necho '{\"score\": 1}' > results/results.json\n"}
        made = self.old_grader(files, run=["/grade/tests/entry"])
        self.assertEqual(self.grade(made, self.handed_in(a__py=""))["score"], 10)


if __name__ == "__main__":
    support.main()
