"""The command line of `cupel grade`: options, exit codes, messages."""

import json
import os
import subprocess

import grading
import support

PASSING = {"id": "passing", "run": ["true"], "policy": "native"}
FAILING = {
    "id": "failing",
    "points": 3,
    "visibility": "hidden",
    "run": ["echo", "actual-secret"],
    "policy": "native",
    "stdin_text": "input-secret",
    "expect": {"stdout_text": "expected-secret\n"},
}


class Command(grading.GradeCase):
    def setUp(self):
        self.made = self.grader([PASSING, FAILING])
        self.submitted = self.handed_in(a__txt="a\n")

    def test_a_low_score_is_a_success(self):
        result = self.grade(self.made, self.submitted, code=0)
        self.assertEqual((result["status"], result["score"]), ("graded", 1))
        self.assertEqual((result["max_score"], result["fraction"]), (4, 0.25))

    def test_tests_stay_in_the_order_of_the_definition(self):
        tests = [{**PASSING, "id": f"t{n}"} for n in (3, 1, 2, 9, 0)]
        result = self.grade(self.grader(tests), self.submitted, "--jobs", "2")
        self.assertEqual([t["id"] for t in result["tests"]], ["t3", "t1", "t2", "t9", "t0"])

    def test_the_result_goes_to_a_file(self):
        path = self.folder() / "result.json"
        done = self.cupel("grade", "-o", path, self.made, self.submitted)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(json.loads(path.read_text())["score"], 1)

    def test_text_is_for_people(self):
        done = self.cupel("grade", "--format", "text", self.made, self.submitted)
        self.assertEqual(done.returncode, 0)
        for word in ("passing", "failing", "expected-secret"):
            self.assertIn(word, done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def on_a_terminal(self, *args, stream="stdout", **environment):
        """What cupel writes to a terminal that is its standard output, or standard error."""
        parent, child = os.openpty()
        done = subprocess.run(
            [support.CUPEL, "grade", "--format", "text", *args, self.made, self.submitted],
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: child},
            env={"PATH": os.environ["PATH"], "TERM": "xterm"} | environment,
            check=True,
        )
        self.assertEqual(done.returncode, 0)
        os.close(child)
        with open(parent, "rb", closefd=True) as terminal:
            return terminal.read1(1 << 16)

    def test_text_is_in_colour_on_a_terminal_only(self):
        self.assertIn(b"\x1b[32mpassed", self.on_a_terminal())
        self.assertNotIn(b"\x1b", self.on_a_terminal(NO_COLOR="1"))
        self.assertNotIn(b"\x1b", self.on_a_terminal(TERM="dumb"))

    def test_the_progress_of_hidden_tests_is_hidden_from_learners(self):
        staff = self.on_a_terminal(stream="stderr")
        self.assertIn(b"failing failed", staff)
        learner = self.on_a_terminal("--view", "learner", stream="stderr")
        self.assertIn(b"passing passed", learner)
        self.assertIn(b"failing hidden", learner)
        self.assertNotIn(b"failed", learner)

    def test_html_is_one_page(self):
        done = self.cupel("grade", "--format", "html", self.made, self.submitted)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("<!DOCTYPE html>\n<html lang=\"en\">"))
        self.assertTrue(done.stdout.endswith("</html>\n"))

    def test_quiet_says_nothing(self):
        done = self.cupel("grade", "--quiet", self.made, self.submitted)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_learners_see_id_and_points_of_a_hidden_test_only(self):
        for form in ("json", "text", "html"):
            with self.subTest(format=form):
                done = self.cupel(
                    *("grade", "--format", form, "--view", "learner", self.made, self.submitted)
                )
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("failing", done.stdout)
                self.assertNotIn("secret", done.stdout)
        staff = self.cupel("grade", self.made, self.submitted)
        self.assertIn("actual-secret", staff.stdout)
        self.assertNotIn("input-secret", staff.stdout)

    def test_usage_errors_are_one_line_and_exit_2(self):
        for args in (
            (),
            (self.made,),
            ("--no-such-option", self.made, self.submitted),
            ("--jobs", "0", self.made, self.submitted),
            ("--format", "papyrus", self.made, self.submitted),
            ("--view", "parent", self.made, self.submitted),
            ("--require", "magic", self.made, self.submitted),
        ):
            with self.subTest(args=args):
                done = self.cupel("grade", *args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_help_goes_to_standard_output(self):
        done = self.cupel("grade", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--jobs", done.stdout)

    def test_an_invalid_grader_gives_every_error_with_its_position(self):
        path = support.write(
            self.made / "grader.json",
            '{\n  "schema": "cupel.grader/1",\n  "name": "made",\n  "pionts": 1,\n'
            '  "submission": {"files": "*"},\n'
            '  "tests": [\n    {"id": "t", "run": ["true"], "stdin": "data/none.in",\n'
            '     "limits": {"cpu": "1"}}\n  ]\n}\n',
        )
        done = self.cupel("grade", self.made, self.submitted)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        lines = done.stderr.splitlines()
        for position in (":4:3: ", ":5:27: ", ":7:43: ", ":8:24: "):
            self.assertTrue(any(f"{path}{position}" in line for line in lines), done.stderr)

    def test_a_missing_grader_exits_2(self):
        done = self.cupel("grade", self.folder() / "none", self.submitted)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("none", done.stderr)

    def test_a_folder_without_definition_exits_2_and_is_named(self):
        folder = self.folder()
        done = self.cupel("grade", folder, self.submitted)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(
            done.stderr, f"cupel grade: open {folder}/grader.json: No such file or directory\n"
        )

    def test_a_rejected_submission_has_a_result_and_exits_3(self):
        needy = self.grader([PASSING], submission={"files": ["main.c"]})
        small = self.grader([PASSING], submission={"files": ["*"], "max_size": "1 B"})
        noise = support.write(self.folder() / "hand-in.zip", "PK\x03\x04 and then nothing")
        for name, grader, submitted, message in (
            ("file missing", needy, self.submitted, "main.c"),
            ("too large", small, self.submitted, "a.txt: larger than the limit of"),
            ("not there", self.made, self.folder() / "none", "none"),
            ("corrupt", self.made, noise, ""),
        ):
            with self.subTest(name):
                result = self.grade(grader, submitted, code=3)
                self.assertEqual(result["status"], "rejected")
                self.assertEqual(result["score"], 0)
                self.assertIn(message, result["message"])

    def test_kept_files_show_the_box_and_the_outputs(self):
        kept = self.folder() / "kept"
        self.grade(self.made, self.submitted, "--keep", kept)
        names = {path.name for path in kept.rglob("*")}
        self.assertIn("a.txt", names)
        texts = [p.read_text() for p in kept.rglob("*") if p.is_file()]
        self.assertIn("actual-secret\n", texts)


if __name__ == "__main__":
    support.main()
