"""`cupel grade --format` of other systems: their documents, and when there is none."""

import json
import xml.etree.ElementTree

import grading
import support

ECHO = {"id": "echo", "title": "Echoes", "points": 3, "run": ["cat", "a.txt"], "policy": "native"}
HIDDEN = {
    "id": "secret",
    "points": 1,
    "visibility": "hidden",
    "run": ["echo", "actual-secret"],
    "policy": "native",
    "expect": {"stdout_text": "expected-secret\n"},
}
HOSTILE = "]]><!-- &\x00\x1b[31m</failure>\ufffe\ufffd\u2028 \U0001f600 \"quoted' \\ \xe9\n"
FORMATS = ("gradescope", "coursera", "prairielearn", "junit")


class Formats(grading.GradeCase):
    def written(self, name, *args, made=None, submitted=None, code=0):
        """What --format NAME prints."""
        done = self.cupel(
            "grade",
            "--quiet",
            "--format",
            name,
            *args,
            made or self.grader([ECHO, HIDDEN]),
            submitted or self.handed_in(a__txt="a\n"),
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def test_the_same_grading_in_each(self):
        theirs = json.loads(self.written("gradescope"))
        self.assertEqual(theirs["score"], 3)
        self.assertEqual([t["visibility"] for t in theirs["tests"]], ["visible", "hidden"])
        self.assertEqual([t["status"] for t in theirs["tests"]], ["passed", "failed"])
        theirs = json.loads(self.written("coursera"))
        self.assertEqual(theirs["fractionalScore"], 0.75)
        theirs = json.loads(self.written("prairielearn"))
        self.assertEqual((theirs["gradable"], theirs["score"]), (True, 0.75))
        self.assertEqual([t["name"] for t in theirs["tests"]], ["echo"])
        suite = xml.etree.ElementTree.fromstring(self.written("junit"))
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("2", "1"))

    def test_learners_read_nothing_of_hidden_tests(self):
        for name in FORMATS:
            self.assertNotIn("-secret", self.written(name, "--view", "learner"), name)
        for name in ("coursera", "prairielearn"):  # they show learners all that they get
            self.assertNotIn("-secret", self.written(name, "--view", "staff"), name)

    def test_what_a_program_prints_is_text_in_each(self):
        submitted = self.handed_in(a__txt=HOSTILE)
        clean = HOSTILE.replace("\x00", "\\x00").replace("\x1b", "\\x1b")
        for name in ("gradescope", "prairielearn"):
            theirs = json.loads(self.written(name, submitted=submitted))
            self.assertEqual(theirs["tests"][0]["output"], clean, name)
        suite = xml.etree.ElementTree.fromstring(self.written("junit", submitted=submitted))
        self.assertEqual(suite.find(".//system-out").text, clean.replace("\ufffe", "\ufffd"))

    def test_a_rejected_submission_costs_no_attempt_where_there_are_attempts(self):
        empty = self.handed_in(b__txt="")
        needs = self.grader([ECHO], submission={"files": ["a.txt"]})
        say = {"made": needs, "submitted": empty, "code": 3}
        theirs = json.loads(self.written("gradescope", **say))
        self.assertEqual(theirs["score"], 0)
        self.assertIn("a.txt", theirs["output"])
        theirs = json.loads(self.written("coursera", **say))
        self.assertEqual(theirs["fractionalScore"], 0)
        self.assertIn("a.txt", theirs["feedback"])
        theirs = json.loads(self.written("prairielearn", **say))
        self.assertEqual((theirs["gradable"], theirs.get("score")), (False, None))
        self.assertIn("a.txt", theirs["format_errors"][0])
        suite = xml.etree.ElementTree.fromstring(self.written("junit", **say))
        self.assertEqual(suite.find(".//failure").get("type"), "rejected")

    def test_a_graders_fault_is_no_zero(self):
        broken = self.grader([{**ECHO, "run": ["no-such-program"]}])
        say = {"made": broken, "code": 5}
        self.assertEqual(self.written("gradescope", **say), "")
        self.assertEqual(self.written("coursera", **say), "")
        theirs = json.loads(self.written("prairielearn", **say))
        self.assertEqual((theirs["gradable"], theirs["succeeded"]), (False, False))
        self.assertNotIn("score", theirs)
        suite = xml.etree.ElementTree.fromstring(self.written("junit", **say))
        self.assertEqual(suite.get("errors"), "2")

    def test_a_file_of_an_earlier_grading_stays_where_there_is_no_document(self):
        path = self.folder() / "results.json"
        path.write_text("earlier")
        broken = self.grader([{**ECHO, "run": ["no-such-program"]}])
        self.written("gradescope", "-o", path, made=broken, code=5)
        self.assertEqual(path.read_text(), "earlier")


if __name__ == "__main__":
    support.main()
