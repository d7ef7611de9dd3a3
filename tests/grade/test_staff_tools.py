"""What course staff write graders with: `cupel test` and `cupel new`."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import grading
import support
from support import CUPEL

TEMPLATES = ("c", "gradescope", "harness", "io", "java", "python")
CHEATS = (
    "empty",
    "empty-files",
    "early-exit",
    "forged-result",
    "endless-output",
    "hidden-data",
)
ECHO = {
    "id": "echo",
    "points": 10,
    "run": ["python3", "main.py"],
    "policy": "python",
    "stdin_text": "hello\n",
    "expect": {"stdout_text": "hello\n"},
}
CORRECT = "import sys\nprint(sys.stdin.read().strip())\n"
WRONG = "print('bye')\n"
DIFFERENT = 6


class StaffCase(grading.GradeCase):
    """Graders with samples."""

    def with_samples(self, tests=None, samples=None, files=None, **keys):
        """A grader for main.py; samples: expected result (None: no file) and text by name."""
        keys.setdefault("submission", {"files": ["main.py"]})
        folder = self.grader(tests or [ECHO], files, **keys)
        samples = samples or {"correct": ({"score": 10}, CORRECT)}
        for name, (expected, text) in samples.items():
            sample = folder / "samples" / name
            support.write(sample / "submission/main.py", text)
            if expected is not None:
                support.write(sample / "expected.json", json.dumps(expected))
        return folder

    def run_test(self, *args, code=0, **options):
        done = self.cupel("test", *args, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def report(self, *args, code=0):
        """The only grader's part of `cupel test --json`."""
        document = json.loads(self.run_test("--json", *args, code=code).stdout)
        self.assertEqual(support.schema_faults(document, "test"), [])
        self.assertEqual(document["passed"], code == 0)
        return document["graders"][0]

    def cheats(self, grader, code=0):
        return {c["name"]: c for c in self.report(grader, code=code)["cheats"]}


class Samples(StaffCase):
    def test_samples_as_expected_pass(self):
        done = self.run_test("--no-cheats", self.with_samples())
        self.assertIn("made: 1 sample\n", done.stdout)
        self.assertRegex(done.stdout, r"passed +correct +10 / 10 ")
        self.assertIn("all samples are as expected; ", done.stdout)

    def test_a_difference_names_place_expected_and_found_and_the_reason(self):
        grader = self.with_samples(
            samples={"off": ({"score": 10, "tests": [{"id": "echo", "verdict": "passed"}]}, WRONG)}
        )
        done = self.run_test("--no-cheats", grader, code=DIFFERENT)
        self.assertRegex(done.stdout, r"failed +off +0 / 10 ")
        self.assertIn(' score: expected 10, found 0\n', done.stdout)
        self.assertIn(' tests[echo].verdict: expected "passed", found "failed"\n', done.stdout)
        self.assertRegex(done.stdout, r"\n +echo: .*line 1")
        self.assertRegex(done.stdout, r'expected:\n +> 1 \| "hello"\n +found:\n +> 1 \| "bye"\n')
        self.assertIn("1 of 1 sample is not as expected", done.stdout)

    def test_a_key_that_the_result_lacks_is_told(self):
        grader = self.with_samples(samples={"off": ({"scores": 10}, CORRECT)})
        done = self.run_test("--no-cheats", grader, code=DIFFERENT)
        self.assertIn(" scores: expected 10, found nothing\n", done.stdout)

    def test_output_of_a_program_reaches_no_terminal_as_it_is(self):
        expected = {"tests": [{"id": "echo", "output": "hello\n"}]}
        grader = self.with_samples(samples={"off": (expected, "print('\\x1b[31mred')\n")})
        done = self.run_test("--no-cheats", grader, code=DIFFERENT)
        self.assertIn("red", done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_archives_are_samples(self):
        grader = self.with_samples()
        sample = grader / "samples/packed"
        support.write(sample / "expected.json", '{"score": 10}')
        (sample / "submission.zip").write_bytes(grading.zipped({"main.py": CORRECT}))
        names = [s["name"] for s in self.report(grader)["samples"]]
        self.assertEqual(names, ["correct", "packed"])

    def test_a_rejection_may_be_expected(self):
        grader = self.with_samples()
        sample = grader / "samples/empty"
        support.write(sample / "submission/other.py", "")
        support.write(sample / "expected.json", '{"status": "rejected", "score": 0}')
        self.run_test("--no-cheats", grader)

    def test_the_json_report_has_what_the_text_says(self):
        grader = self.with_samples(samples={"off": ({"score": 10, "scores": 1}, WRONG)})
        report = self.report("--no-cheats", grader, code=DIFFERENT)
        self.assertEqual((report["name"], report["cheats"]), ("made", []))
        self.assertEqual(report["memory_bytes"], 512 << 20)
        sample = report["samples"][0]
        self.assertEqual((sample["name"], sample["passed"], sample["score"]), ("off", False, 0))
        self.assertEqual(
            sample["differences"],
            [
                {"path": "score", "expected": 10, "missing": False, "found": 0},
                {"path": "scores", "expected": 1, "missing": True, "found": None},
            ],
        )

    def test_several_graders_are_tested_and_one_difference_counts(self):
        good, bad = self.with_samples(), self.with_samples(samples={"off": ({"score": 10}, WRONG)})
        done = self.run_test("--no-cheats", good, bad, code=DIFFERENT)
        self.assertEqual(done.stdout.count("made: 1 sample\n"), 2)

    def test_samples_are_graded_at_the_same_time(self):
        sleeper = {**ECHO, "expect": {"stdout_text": ""}}
        text = "import time\ntime.sleep(1)\n"
        samples = {f"s{n}": ({"score": 10}, text) for n in range(4)}
        grader = self.with_samples([sleeper], samples)
        for jobs, check in (("4", self.assertLess), ("1", self.assertGreater)):
            started = time.monotonic()
            self.run_test("--no-cheats", "--jobs", jobs, grader)
            check(time.monotonic() - started, 3.9 * support.SLOWNESS**(jobs == "4"))


class Update(StaffCase):
    def test_a_missing_file_is_a_difference_that_update_mends(self):
        grader = self.with_samples(samples={"new": (None, CORRECT)})
        done = self.run_test("--no-cheats", grader, code=DIFFERENT)
        self.assertIn("there is no expected.json; --update writes it", done.stdout)
        done = self.run_test("--no-cheats", "--update", grader)
        self.assertRegex(done.stdout, "updated +new ")
        expected = json.loads((grader / "samples/new/expected.json").read_text())
        self.assertEqual((expected["status"], expected["score"]), ("graded", 10))
        self.assertEqual(expected["tests"][0]["verdict"], "passed")
        self.assertNotIn("wall_seconds", json.dumps(expected))
        self.run_test("--no-cheats", grader)

    def test_only_the_keys_that_were_there_are_written(self):
        old = {"score": 3, "tests": [{"id": "echo", "score": 3}, {"id": "gone"}]}
        grader = self.with_samples(samples={"old": (old, CORRECT)})
        self.run_test("--no-cheats", "--update", grader)
        expected = json.loads((grader / "samples/old/expected.json").read_text())
        self.assertEqual(expected, {"score": 10, "tests": [{"id": "echo", "score": 10}]})

    def test_what_is_as_expected_is_not_written(self):
        grader = self.with_samples()
        path = grader / "samples/correct/expected.json"
        os.utime(path, (1, 1))
        self.run_test("--no-cheats", "--update", grader)
        self.assertEqual(path.stat().st_mtime, 1)

    def test_a_grader_that_fails_is_no_expectation(self):
        broken = {**ECHO, "run": ["no-such-program"]}
        grader = self.with_samples([broken], {"new": (None, CORRECT)})
        self.run_test("--no-cheats", "--update", grader, code=DIFFERENT)
        self.assertFalse((grader / "samples/new/expected.json").exists())


class Cheats(StaffCase):
    def test_no_cheat_earns_anything_of_a_careful_grader(self):
        cheats = self.cheats(self.with_samples())
        self.assertEqual(tuple(cheats), CHEATS)
        for name, cheat in cheats.items():
            with self.subTest(cheat=name):
                self.assertTrue(cheat["passed"])
                self.assertEqual(cheat["score"], 0)

    def test_an_early_exit_that_earns_points_is_told(self):
        careless = {**ECHO, "id": "runs", "points": 3, "expect": {"exit_code": 0}}
        grader = self.with_samples([ECHO, careless], {"correct": ({"score": 13}, CORRECT)})
        cheats = self.cheats(grader, code=DIFFERENT)
        failed = [name for name, cheat in cheats.items() if not cheat["passed"]]
        self.assertEqual(failed, ["empty-files", "early-exit", "forged-result", "hidden-data"])
        self.assertEqual(cheats["early-exit"]["score"], 3)
        done = self.run_test(grader, code=DIFFERENT)
        self.assertRegex(done.stdout, "failed +cheat early-exit +3 / 13 ")
        self.assertIn('its score is 3; "cheats" of grader.json lets it earn 0', done.stdout)

    def test_a_grader_may_let_a_cheat_earn_points(self):
        careless = {**ECHO, "id": "runs", "points": 3, "expect": {"exit_code": 0}}
        allowed = dict.fromkeys(("empty-files", "early-exit", "forged-result", "hidden-data"), 3)
        samples = {"correct": ({"score": 13}, CORRECT)}
        self.run_test(self.with_samples([ECHO, careless], samples, cheats=allowed))
        allowed["early-exit"] = 2
        grader = self.with_samples([ECHO, careless], samples, cheats=allowed)
        cheats = self.cheats(grader, code=DIFFERENT)
        self.assertEqual([n for n, c in cheats.items() if not c["passed"]], ["early-exit"])

    def test_endless_output_that_earns_points_is_told(self):
        lenient = {**ECHO, "run": ["sh", "-c", "python3 main.py | head -c 9"]}
        lenient["expect"] = {"stdout_text": "1" * 9}
        lenient["policy"] = "compile"
        samples = {"correct": ({"score": 10}, "print('1' * 9)\n")}
        cheats = self.cheats(self.with_samples([lenient], samples), code=DIFFERENT)
        self.assertFalse(cheats["endless-output"]["passed"])
        self.assertEqual(cheats["endless-output"]["score"], 10)

    def show(self, grader, base):
        """A copy of a grader with a policy leaky.json, which extends base and shows the copy."""
        copy = tempfile.mkdtemp(prefix="cupel-", dir="/var/tmp")  # a cell has a /tmp of its own
        self.addCleanup(shutil.rmtree, copy)
        shutil.copytree(grader, copy, dirs_exist_ok=True)
        os.chmod(copy, 0o755)
        policy = {
            "schema": "cupel.policy/1",
            "name": "leaky",
            "extends": base,
            "why": "shows too much",
            "files": {"read_only": ["/usr", "/bin", "/lib", "/lib64", "/etc", copy]},
        }
        support.write(f"{copy}/leaky.json", json.dumps(policy))
        return copy

    def test_hidden_data_that_a_policy_shows_is_told(self):
        test = {**ECHO, "stdin": "data/in"}
        del test["stdin_text"]
        grader = self.with_samples([test], files={"data/in": "hello\n"})
        self.assertTrue(self.cheats(grader)["hidden-data"]["passed"])
        text = (grader / "grader.json").read_text()
        support.write(grader / "grader.json", text.replace('"python"', '"leaky.json"'))
        copy = self.show(grader, "python")
        cheats = self.cheats(copy, code=DIFFERENT)
        self.assertEqual([n for n, c in cheats.items() if not c["passed"]], ["hidden-data"])
        self.assertEqual(
            cheats["hidden-data"]["message"],
            f"a submission can read the grader's file {copy}/data/in",
        )

    def test_a_compiler_that_sees_hidden_data_is_told(self):
        made = self.folder() / "made"
        self.cupel("new", made, "--template", "c")
        definition = json.loads((made / "grader.json").read_text())
        definition["build"][0]["policy"] = "leaky.json"
        support.write(made / "grader.json", json.dumps(definition))
        cheats = self.cheats(self.show(made, "compile"), code=DIFFERENT)
        self.assertEqual([n for n, c in cheats.items() if not c["passed"]], ["hidden-data"])

    def test_a_submission_that_makes_the_grader_fail_is_told(self):
        fragile = {**ECHO, "run": ["no-such-program"]}
        cheats = self.cheats(self.with_samples([fragile], {"a": ({}, CORRECT)}), code=DIFFERENT)
        self.assertIn("makes the grader fail", cheats["early-exit"]["message"])

    def test_a_language_without_programs_is_told(self):
        grader = self.with_samples(
            [{**ECHO, "run": ["cat", "answer.txt"]}], submission={"files": ["answer.txt"]}
        )
        shutil.rmtree(grader / "samples")
        support.write(grader / "samples/a/submission/answer.txt", "hello\n")
        support.write(grader / "samples/a/expected.json", '{"score": 10}')
        cheats = self.cheats(grader)
        self.assertIsNone(cheats["early-exit"]["passed"])
        self.assertTrue(cheats["empty-files"]["passed"])
        self.assertIn("no program is known for the files", self.run_test(grader).stdout)

    def test_programs_of_each_language_run(self):
        build = ["g++", "-o", "main", "main.cpp"]
        for name, steps, run, policy in (
            ("main.cpp", [{"id": "b", "run": build, "policy": "compile"}], ["./main"], "native"),
            ("main.js", [], ["node", "main.js"], "node"),
            ("main.sh", [], ["sh", "main.sh"], "native"),
        ):
            with self.subTest(program=name):
                support.need((steps[0]["run"] if steps else run)[0])
                runs = {"id": "t", "run": run, "policy": policy}
                grader = self.grader([runs], build=steps, submission={"files": [name]})
                support.write(grader / "samples/a/submission" / name, "")
                support.write(grader / "samples/a/expected.json", "{}")
                cheats = self.cheats(grader, code=DIFFERENT)
                earned = {n for n, c in cheats.items() if c["score"] == 1} - {"empty-files"}
                self.assertEqual(earned, {"early-exit", "forged-result", "hidden-data"})

    def test_a_cheat_that_does_not_build_proves_nothing_and_says_so(self):
        build = [{"id": "no", "run": ["false"], "policy": "compile"}]
        done = self.run_test(self.with_samples(samples={"a": ({}, CORRECT)}, build=build))
        self.assertIn("its program could not be built", done.stdout)


class Faults(StaffCase):
    def assert_refused(self, grader, *messages):
        done = self.run_test(grader, code=2)
        self.assertEqual(done.stdout, "")
        for message in messages:
            self.assertIn(message, done.stderr)

    def test_usage_errors_are_one_line_and_exit_2(self):
        grader = self.with_samples()
        for args in ((), ("--jobs", "0", grader), ("--watch", "--json", grader), ("--x", grader)):
            with self.subTest(args=args):
                done = self.run_test(*args, code=2)
                self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1))

    def test_nothing_is_graded_if_one_grader_is_invalid(self):
        bad = self.with_samples(cheats={"early-exti": 1})
        self.assert_refused(bad, ':', 'early-exti')
        done = self.run_test(self.with_samples(), bad, code=2)
        self.assertEqual(done.stdout, "")

    def test_a_grader_without_samples_is_refused(self):
        grader = self.with_samples()
        shutil.rmtree(grader / "samples")
        self.assert_refused(grader, "no samples; expected samples/NAME/submission/")

    def test_what_is_wrong_with_samples_is_told_at_once(self):
        grader = self.with_samples()
        support.write(grader / "samples/bad/expected.json", '{\n  "score": 1,,\n}')
        support.write(grader / "samples/list/expected.json", "[]")
        support.write(grader / "samples/list/submission/main.py", "")
        support.write(grader / "samples/two/submission/main.py", "")
        support.write(grader / "samples/two/submission.py", "")
        self.assert_refused(
            grader,
            f"{grader}/samples/bad: expected a folder submission/ or an archive",
            f"{grader}/samples/bad/expected.json:2:14: not JSON",
            f"{grader}/samples/list/expected.json:1:1: expected an object, found an array",
            f"{grader}/samples/two: expected one submission, found submission and submission.py",
        )

    def test_a_missing_layer_exits_4(self):
        done = self.run_test(
            "--cgroup", "none", "--require", "cgroup", self.with_samples(), code=4
        )
        self.assertIn("cannot enforce what is required: cgroup", done.stdout)
        self.assertIn("\n7 of 7 could not be graded; ", done.stdout)


class Watch(StaffCase):
    def start(self, *args):
        watch = subprocess.Popen(
            [CUPEL, "test", "--watch", "--no-cheats", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        timer = threading.Timer(60, watch.kill)
        timer.start()
        self.addCleanup(timer.cancel)
        self.addCleanup(watch.stdout.close)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        return watch

    def until_waiting(self, watch):
        """What is printed until the next wait."""
        text = ""
        for line in watch.stdout:
            text += line
            if "waiting for a change" in line:
                return text
        self.fail("ended: " + text)

    def test_a_change_is_graded_and_ctrl_c_ends(self):
        grader = self.with_samples()
        watch = self.start(grader)
        self.assertIn("all samples are as expected", self.until_waiting(watch))
        support.write(grader / "samples/correct/submission/main.py", WRONG)
        self.assertIn("1 of 1 sample is not as expected", self.until_waiting(watch))
        support.write(grader / "grader.json", "{")
        self.assertIn("grader.json:1:", self.until_waiting(watch))
        watch.send_signal(signal.SIGINT)
        self.assertEqual(watch.wait(), 128 + signal.SIGINT)

    def test_changes_that_come_together_are_graded_once_and_in_new_folders_too(self):
        grader = self.with_samples()
        watch = self.start(grader)
        self.until_waiting(watch)
        for n in range(5):
            support.write(grader / f"samples/s{n}/submission/main.py", CORRECT)
            support.write(grader / f"samples/s{n}/expected.json", '{"score": 10}')
        self.assertIn("made: 6 samples\n", self.until_waiting(watch))
        support.write(grader / "samples/s4/submission/main.py", WRONG)
        self.assertIn("1 of 6 samples is not as expected", self.until_waiting(watch))

    def test_an_interrupt_ends_what_is_being_graded(self):
        text = "import time\ntime.sleep(40)\n"
        slow = {**ECHO, "limits": {"wall": "50 s"}}
        grader = self.with_samples([slow], {"slow": ({"score": 0}, text)})
        watch = self.start(grader)
        self.wait_for(lambda: support.children_of(watch.pid))
        pids = support.children_of(watch.pid)
        time.sleep(0.2)
        watch.send_signal(signal.SIGINT)
        self.assertEqual(watch.wait(), 128 + signal.SIGINT)
        deadline = time.monotonic() + 10
        while any(os.path.exists(f"/proc/{pid}") for pid in pids):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)


class New(StaffCase):
    def make(self, template, *, code=0, folder=None):
        folder = folder or self.folder() / "my-grader"
        done = self.cupel("new", folder, "--template", template)
        self.assertEqual(done.returncode, code, done.stderr)
        return folder, done

    def test_each_template_passes_at_once(self):
        for template in TEMPLATES:
            with self.subTest(template=template):
                support.need({"c": "gcc", "java": "javac"}.get(template, "python3"))
                folder, _ = self.make(template)
                definition = json.loads((folder / "grader.json").read_text())
                self.assertEqual(definition["name"], "my-grader")
                self.assertEqual(support.schema_faults(definition, "grader"), [])
                report = self.report(folder)
                names = [s["name"] for s in report["samples"]]
                self.assertEqual(names, ["correct", "not-building", "wrong"])
                self.assertEqual({c["passed"] for c in report["cheats"]}, {True})
                self.assertNotIn("could not be built", self.run_test(folder).stdout)

    def test_readme_and_samples_are_about_the_new_grader(self):
        for template in TEMPLATES:
            with self.subTest(template=template):
                folder, done = self.make(template)
                self.assertIn(f"cupel test {folder}", done.stdout)
                self.assertIn("cupel test my-grader", (folder / "README.md").read_text())
                for text in grading.tree(folder).values():
                    self.assertNotIn(b"new-grader", text)

    def test_correct_samples_earn_everything_and_wrong_ones_something(self):
        for template in TEMPLATES:
            folder, _ = self.make(template)
            fractions = {
                path.parent.name: json.loads(path.read_text())["fraction"]
                for path in folder.glob("samples/*/expected.json")
            }
            with self.subTest(template=template):
                self.assertEqual((fractions["correct"], fractions["not-building"]), (1, 0))
                self.assertTrue(0 < fractions["wrong"] < 1)

    def test_nothing_is_written_over(self):
        folder = self.folder()
        support.write(folder / "mine", "mine\n")
        _, done = self.make("c", code=2, folder=folder)
        self.assertIn("is there already; nothing was written", done.stderr)
        self.assertEqual(grading.tree(folder), {"mine": b"mine\n"})

    def test_an_unknown_template_names_those_there_are(self):
        folder, done = self.make("fortran", code=2)
        self.assertEqual(
            done.stderr,
            "cupel new: --template fortran: "
            "expected c, gradescope, harness, io, java or python\n",
        )
        self.assertFalse(folder.exists())

    def test_the_folder_must_be_able_to_name_a_grader(self):
        _, done = self.make("c", code=2, folder=self.folder() / "two words")
        self.assertIn("since it becomes the grader's", done.stderr)


if __name__ == "__main__":
    support.main()
