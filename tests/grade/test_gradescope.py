"""Autograders of Gradescope, unchanged."""

import json
import os

import compat
import support

RUN = """\
#!/usr/bin/env bash
python3 source/grade.py
"""

# As gradescope-utils writes it.
GRADE = """\
import json, sys
sys.path.insert(0, "submission")

def tests():
    import sol
    yield {"name": "Adds", "number": "1.1", "score": 6.0 * (sol.add(1, 2) == 3),
           "max_score": 6.0, "output": "add(1, 2)", "tags": []}
    yield {"name": "Secret sum", "number": "1.2", "score": 4.0 * (sol.add(-1, 1) == 0),
           "max_score": 4.0, "visibility": "hidden", "output": "secret output"}

with open("/autograder/results/results.json", "w") as f:
    json.dump({"tests": list(tests()), "execution_time": "0.5", "output": "All run.",
               "leaderboard": [{"name": "Speed", "value": 3.5, "order": "asc"}]}, f)
"""

RIGHT = "def add(a, b):\n    return a + b\n"
HALF = "def add(a, b):\n    return 3\n"


class Gradescope(compat.CompatCase):
    KIND = "gradescope"

    def written(self, results, script="", **keys):
        """The result of an autograder that writes results, a text or what JSON can say."""
        text = results if isinstance(results, str) else json.dumps(results)
        run = f"#!/bin/bash\n{script}\ncat > results/results.json <<'END'\n{text}\nEND\n"
        made = self.old_grader({"run_autograder": run}, **keys)
        return self.grade(made, self.handed_in(sol__py=RIGHT))

    def python(self, submission, *options, code=0, **keys):
        made = self.old_grader({"run_autograder": RUN, "grade.py": GRADE}, **keys)
        return self.grade(made, self.handed_in(sol__py=submission), *options, code=code)

    def test_folder_and_zip_are_graded_alike(self):
        for archive in (False, True):
            result = self.python(RIGHT, archive=archive)
            self.assertEqual((result["score"], result["max_score"]), (10, 10), archive)
            result = self.python(HALF, archive=archive)
            self.assertEqual((result["score"], result["fraction"]), (6, 0.6), archive)

    def test_its_tests_become_tests_of_the_result(self):
        result = self.python(HALF)
        first, second = result["tests"]
        expected = {"id": "Adds", "title": "1.1 Adds", "verdict": "passed", "score": 6}
        self.assertEqual(first, {**first, **expected, "separation": "in-process"})
        expected = {"id": "test-2", "title": "1.2 Secret sum", "verdict": "failed", "score": 0}
        self.assertEqual(second, {**second, **expected, "visibility": "hidden"})
        board = [{"name": "Speed", "value": 3.5, "order": "asc", "withheld": False}]
        self.assertEqual(result["leaderboard"], board)
        self.assertEqual(result["build"][0]["output"], "All run.")
        self.assertEqual(result["harnesses"][0]["id"], "autograder")

    def test_learners_read_nothing_of_hidden_tests(self):
        result = self.python(HALF, "--view", "learner")
        self.assertNotIn("secret", json.dumps(result).lower())
        self.assertEqual((result["score"], result["max_score"]), (6, 6))

    def test_the_result_follows_its_schema(self):
        for view in ("staff", "learner"):
            result = self.python(HALF, "--view", view)
            self.assertEqual(support.schema_faults(result, "result"), [])

    def test_points_may_be_texts_and_tests_may_be_missing(self):
        result = self.written({"score": "7.5", "execution_time": "12.0"})
        self.assertEqual((result["score"], result["max_score"], result["tests"]), (7.5, 10, []))

    def test_a_score_stands_above_the_sum(self):
        tests = [{"name": "a", "score": 1, "max_score": 2}]
        self.assertEqual(self.written({"score": 9, "tests": tests})["score"], 9)
        self.assertEqual(self.written({"tests": tests})["score"], 1)

    def test_extra_credit_and_points_below_0_count_in_the_sum(self):
        tests = [
            {"name": "more", "score": 12, "max_score": 10},
            {"name": "less", "score": -3},
            {"name": "bonus", "score": 2},
        ]
        result = self.written({"tests": tests})
        self.assertEqual((result["score"], result["max_score"]), (11, 10))
        points = [(t["score"], t["max_score"], t["bonus"]) for t in result["tests"]]
        self.assertEqual(points, [(10, 10, False), (0, 0, False), (2, 2, True)])
        self.assertEqual(result["tests"][0]["message"], "12 points")
        self.assertEqual(result["tests"][1]["message"], "-3 points")
        self.assertEqual(self.written({"tests": [{"score": -3}]})["score"], 0)

    def test_ids_are_unique_and_of_one_line(self):
        tests = [{"name": n, "score": 0} for n in ("a", "a", "b\nc", "x" * 300, "")]
        tests += [{"score": 0, "number": 7}, {"score": 0}]
        tests += [{"name": n, "score": 0} for n in ("a #10", "test-11", "a", "a #10")]
        tests[-1]["visibility"] = "hidden"
        ids = [t["id"] for t in self.written({"tests": tests})["tests"]]
        self.assertEqual(ids[:7], ["a", "a #2", "b c", "x" * 180, "test-5", "7", "test-7"])
        self.assertEqual(ids[7:], ["a #10", "test-11", "a #10010", "test-11 #11"])

    def test_verdicts_follow_status_and_points(self):
        tests = [
            {"score": 1, "max_score": 2},
            {"score": 0, "max_score": 2, "status": "passed"},
            {"score": 2, "max_score": 2, "status": "failed"},
            {"score": 0, "max_score": 0, "status": "failed"},
            {"score": 0},
        ]
        verdicts = [t["verdict"] for t in self.written({"tests": tests})["tests"]]
        self.assertEqual(verdicts, ["partial", "passed", "partial", "failed", "passed"])

    def test_visibility_of_the_file_holds_for_tests_without_their_own(self):
        tests = [{"score": 1}, {"score": 1, "visibility": "visible"}]
        result = self.written({"visibility": "after_published", "output": "o", "tests": tests})
        seen = [t["visibility"] for t in result["tests"]]
        self.assertEqual(seen, ["after_published", "visible"])
        self.assertEqual(result["build"], [])

    def test_what_it_printed_is_for_staff_unless_it_says_otherwise(self):
        for visibility, shown in (("hidden", False), ("visible", True)):
            results = {"score": 1, "stdout_visibility": visibility}
            run = f"#!/bin/bash\necho printed\necho '{json.dumps(results)}' > results/results.json\n"
            made = self.old_grader({"run_autograder": run})
            submitted = self.handed_in(sol__py=RIGHT)
            staff = self.grade(made, submitted)["harnesses"][0]["output"]
            self.assertEqual(staff, "printed\n")
            learner = self.grade(made, submitted, "--view", "learner")
            self.assertEqual("printed" in json.dumps(learner), shown)

    def test_paths_and_metadata_are_there(self):
        script = """
        test "$PWD" = /autograder && test -x run_autograder && test -f source/run_autograder &&
        test -f submission/sol.py && test -d results && test ! -e submission/extra ||
            exit 1
        python3 - <<'CHECK' || exit 1
import json
data = json.load(open("/autograder/submission_metadata.json"))
assert data["assignment"]["total_points"] == "10.0", data
assert data["users"][0]["id"] and data["created_at"] and data["previous_submissions"] == []
CHECK
        """
        self.assertEqual(self.written({"score": 1}, script)["score"], 1)

    def test_metadata_of_staff_takes_the_place_of_ours(self):
        run = "#!/bin/bash\ncp submission_metadata.json results/results.json\n"
        made = self.old_grader({"run_autograder": run}, metadata="m.json")
        (made / "m.json").write_text('{"score": 4}')
        self.assertEqual(self.grade(made, self.handed_in(a__py=""))["score"], 4)

    def test_setup_is_run_before_and_scripts_may_end_lines_in_cr_lf(self):
        files = {
            "setup.sh": "ls submission | grep . && exit 1\r\necho made > /autograder/source/made\r\n",
            "run_autograder": "#!/bin/bash\r\ngrep -q made source/made &&\r\n"
            "  echo '{\"score\": 3}' > results/results.json\r\n",
        }
        result = self.grade(self.old_grader(files), self.handed_in(a__py=""))
        self.assertEqual(result["score"], 3)
        self.assertEqual([b["id"] for b in result["judge_build"]], ["setup"])
        self.at_fault(self.old_grader(files, setup=False), self.handed_in(a__py=""), "no results")

    def test_an_exit_code_is_no_failure(self):
        self.assertEqual(self.written({"score": 1}, "trap 'exit 9' EXIT")["score"], 1)


class Kept(compat.CompatCase):
    """What setup.sh makes is made once, for the same grader, and kept where nobody else writes."""

    KIND = "gradescope"
    SETUP = "mkdir -p made/deep && date +%s%N > made/deep/stamp && chmod 755 made/deep/stamp\n"
    RUN = """\
#!/bin/bash
[ -x made/deep/stamp ] && [ -z "$(ls results)" ] && [ "$(ls submission)" = a.py ] || exit 1
echo "{\\"score\\": 1, \\"output\\": \\"$(cat made/deep/stamp)\\"}" > results/results.json
"""

    def setUp(self):
        self.cache = self.folder()
        self.environment = {**os.environ, "XDG_CACHE_HOME": os.fspath(self.cache)}

    def stamp(self, made, ran):
        """What setup.sh wrote; whether it was run for that."""
        result = self.grade(made, self.handed_in(a__py=""), env=self.environment)
        (setup,) = result["judge_build"]
        self.assertEqual((setup["id"], setup["passed"]), ("setup", True))
        self.assertEqual(setup["run"] is not None, ran)
        return result["build"][0]["output"]

    def made(self, setup=SETUP, **files):
        return self.old_grader({"run_autograder": self.RUN, "setup.sh": setup, **files})

    def kept(self):
        return list((self.cache / "cupel").glob("setup-*"))

    def test_it_is_made_once(self):
        made = self.made()
        first = self.stamp(made, True)
        self.assertEqual(self.stamp(made, False), first)
        self.assertEqual([f.stat().st_mode & 0o777 for f in self.kept()], [0o600])

    def test_another_autograder_has_its_own(self):
        first = self.stamp(self.made(), True)
        self.assertNotEqual(self.stamp(self.made(more="x"), True), first)
        self.assertEqual(len(self.kept()), 2)

    def test_a_file_that_others_may_have_written_is_not_taken(self):
        made = self.made()
        first = self.stamp(made, True)
        (file,) = self.kept()
        file.chmod(0o666)
        self.assertNotEqual(self.stamp(made, True), first)
        file.unlink(missing_ok=True)
        (self.cache / "cupel").chmod(0o777)
        self.stamp(made, True)
        self.assertEqual(self.kept(), [])

    def test_a_file_that_is_broken_is_no_fault_of_the_submission(self):
        made = self.made()
        self.stamp(made, True)
        (file,) = self.kept()
        file.write_bytes(b"070701 and then nothing")
        done = self.cupel("grade", made, self.handed_in(a__py=""), env=self.environment)
        self.assertEqual(done.returncode, 1)
        self.assertIn("what setup.sh had made cannot be unpacked, and is removed", done.stderr)
        self.stamp(made, True)

    def test_links_are_not_kept(self):
        made = self.made(self.SETUP + "ln -s /usr/bin/python3 made/python\n")
        first = self.stamp(made, True)
        self.assertNotEqual(self.stamp(made, True), first)
        self.assertEqual(self.kept(), [])

    def test_a_setup_that_fails_keeps_nothing(self):
        made = self.made(self.SETUP + "exit 1\n")
        done = self.cupel("grade", made, self.handed_in(a__py=""), env=self.environment)
        self.assertEqual(done.returncode, 5)
        self.assertEqual(self.kept(), [])


class Faults(compat.CompatCase):
    """Whose fault it is. Nothing of the learner's makes a score of a broken result file."""

    KIND = "gradescope"

    def fault(self, run, said, submission=RIGHT, **files):
        made = self.old_grader({"run_autograder": "#!/bin/bash\n" + run, **files})
        self.at_fault(made, self.handed_in(sol__py=submission), said)

    def test_a_result_file_that_is_missing_or_invalid(self):
        self.fault("exit 4", "the autograder wrote no results/results.json; it exited with 4")
        self.fault("echo '{\"score\": 1' > results/results.json", "results.json: 2:1: not JSON")
        self.fault(
            "echo '{\"score\": NaN}' > results/results.json", "results.json: 1:11: not JSON"
        )
        self.fault(
            "echo '{\"tests\": [{}]}' > results/results.json", 'tests[0]: expected a "score"'
        )

    def test_an_autograder_that_cannot_run(self):
        made = self.old_grader({"other": ""})
        self.at_fault(made, self.handed_in(a__py=""), "no file run_autograder at its top")
        made = self.old_grader({"run_autograder": "#!/no/such/shell\n"})
        self.at_fault(made, self.handed_in(a__py=""), "could not be started")
        files = {"run_autograder": RUN, "setup.sh": "exit 7"}
        self.at_fault(self.old_grader(files), self.handed_in(a__py=""), "setup.sh: exited with 7")
        made = self.old_grader({"run_autograder": RUN}, archive=True)
        (made / "autograder.zip").write_bytes(b"no zip")
        self.at_fault(made, self.handed_in(a__py=""), "the autograder")

    def test_a_result_file_that_learners_made_into_something_else(self):
        act = "import os; os.chdir('/autograder/results'); "
        forge = '{\\"score\\": 10}'
        cases = [
            (act + "os.symlink('/autograder/submission/f', 'results.json')", "is a link"),
            (act + "os.mkfifo('results.json')", "is not a regular file"),
            (act + "os.mkdir('results.json')", "is not a regular file"),
            (act + "os.truncate(os.open('results.json', 66), 200 << 20)", "is too large"),
            ("import os, shutil; shutil.rmtree('/autograder/results'); "
             "os.symlink('submission', '/autograder/results')", "is a link, or behind one"),
        ]  # fmt: skip
        for submission, said in cases:
            files = {"f": forge, "results.json": forge}
            made = self.old_grader({"run_autograder": "#!/bin/bash\npython3 submission/sol.py\n"})
            folder = self.folder() / "submission"
            for name, text in {"sol.py": submission, **files}.items():
                support.write(folder / name, text)
            self.at_fault(made, folder, said)

    def test_a_file_beyond_the_limit_of_size(self):
        script = "import os; os.truncate(os.open('/autograder/results/results.json', 66), 2 << 30)"
        made = self.old_grader({"run_autograder": "#!/bin/bash\nexec python3 submission/sol.py\n"})
        self.at_fault(made, self.handed_in(sol__py=script), "not JSON")  # it stays empty

    def test_a_daemon_that_outlives_the_autograder_writes_nothing(self):
        daemon = (
            "import os, time\n"
            "if os.fork() == 0:\n"
            "    os.setsid()\n"
            "    while True:\n"
            "        time.sleep(0.05)\n"
            "        if os.path.exists('/autograder/results/done'):\n"
            "            time.sleep(0.3)\n"
            "            open('/autograder/results/results.json', 'w').write('{\"score\": 10}')\n"
        )
        run = (
            "#!/bin/bash\npython3 submission/sol.py\n"
            "echo '{\"score\": 1}' > results/results.json\ntouch results/done\n"
        )
        made = self.old_grader({"run_autograder": run})
        self.assertEqual(self.grade(made, self.handed_in(sol__py=daemon))["score"], 1)

    def test_a_limit_that_ends_it_is_the_learners(self):
        made = self.old_grader(
            {"run_autograder": "#!/bin/bash\nexec python3 submission/sol.py\n"},
            defaults={"limits": {"wall": "1 s"}},
        )
        result = self.grade(made, self.handed_in(sol__py="while True:\n    pass\n"))
        self.assertEqual((result["status"], result["score"]), ("graded", 0))
        self.assertEqual((result["max_score"], len(result["tests"])), (10, 1))
        self.assertEqual(result["tests"][0]["reason"], "time_limit")

    def test_a_submission_is_rejected_as_ever(self):
        made = self.old_grader({"run_autograder": RUN}, submission={"files": ["sol.py"]})
        result = self.grade(made, self.handed_in(other__py=""), code=3)
        self.assertEqual((result["status"], result["score"]), ("rejected", 0))


if __name__ == "__main__":
    support.main()
