"""What commands make of a cell that lies (liar.h), or of another program in place of cupel-unpack: a
failure of the platform, and no score."""

import json
import os
import shutil
import subprocess
import time

import liars
import support
from test_liar import MOST, USER


class GradeCase(support.TestCase):
    """Commands with a liar in place of their cell."""

    def call(self, lie, *args, **options):
        prefix = liars.make_prefix(self.folder(), lie)
        done = subprocess.run([prefix / "bin/cupel", *args], capture_output=True, text=True,
                              timeout=100, check=False, **options)
        self.assertNotRegex(done.stderr, "Sanitizer|runtime error:")
        return done

    def make_grader(self):
        tests = [{"id": f"t{i}", "run": ["sh", "main.sh"], "policy": "native",
                  "expect": {"exit_code": 0}} for i in range(8)]
        grader = self.folder() / "grader"
        support.write(grader / "grader.json", json.dumps({
            "schema": "cupel.grader/1", "name": "made", "submission": {"files": ["*"]},
            "tests": tests}))
        return grader

    def grade(self, lie, *options):
        submission = self.folder()
        support.write(submission / "main.sh", "echo hello\n")
        return self.call(lie, "grade", *options, self.make_grader(), submission)


SCORE = 8


class Testing(GradeCase):
    """cupel test: its answer is about the grader, and of a cell that lies there is none."""

    def setUp(self):
        self.temporary = self.folder()
        self.temporary.chmod(0o777)
        self.expected = None

    def try_sample(self, lie, *options, expected=SCORE):
        grader = self.make_grader()
        sample = grader / "samples/good"
        support.write(sample / "submission/main.sh", "echo hello\n")
        self.expected = support.write(sample / "expected.json", json.dumps({"score": expected}))
        environment = {**os.environ, "TMPDIR": str(self.temporary)}
        return self.call(lie, "test", "--jobs", "2", *options, grader, env=environment)

    def test_a_lie_is_neither_a_sample_that_differs_nor_a_success(self):
        for lie in ("ready 1 length 3", "started 5 replace 0 epoll", "exited 4 length 75",
                    "exited 6 exit 0", "exited 1 repeat 2", f"exited 7 set {USER[0]} 8 {MOST}",
                    "exited 3 die 11"):
            for expected in (SCORE, 0):
                with self.subTest(lie, expected=expected):
                    done = self.try_sample(lie, expected=expected)
                    self.assertEqual(done.returncode, 1, done.stderr + done.stdout)
                    self.assertIn("cupel-cell", done.stderr + done.stdout)
                    self.assertEqual(os.listdir(self.temporary), [])

    def test_of_a_lie_nothing_is_written_down(self):
        done = self.try_sample("exited 4 length 75", "--update", "--no-cheats", expected=5)
        self.assertEqual(done.returncode, 1, done.stderr + done.stdout)
        self.assertEqual(json.loads(self.expected.read_text()), {"score": 5})

    def test_an_honest_cell_is_believed(self):
        cheats = "--no-cheats"  # any program earns the points of this grader
        self.assertEqual(self.try_sample("honest", cheats).returncode, 0)
        self.assertEqual(self.try_sample("honest", cheats, expected=0).returncode, 6)
        self.assertEqual(self.try_sample("honest", cheats, "--update", expected=5).returncode, 0)
        self.assertEqual(json.loads(self.expected.read_text()), {"score": SCORE})


class Commands(GradeCase):
    """What the commands make of it."""

    def test_run_exits_with_125(self):
        for lie, text in (
            ("ready 1 length 3", "malformed READY|broke the protocol"),
            ("ready 1 replace 0 host-root", "something else than its /box"),
            ("started 1 replace 1 host-proc", "something else than the run's /proc"),
            ("started 1 exit 1", "broke the protocol"),
            ("listener 1 replace 0 event", "something else than a listener"),
            ("exited 1 set 8 4 127", "malformed EXITED"),
            ("exited 1 drop", "ended unexpectedly"),
            ("exited 1 die 9", "ended unexpectedly"),
        ):
            with self.subTest(lie):
                report = self.folder() / "report.json"
                done = self.call(lie, "run", "--wall", "2s", "--report", report, "--", "true")
                self.assertEqual(done.returncode, 125, done.stderr)
                self.assertRegex(done.stderr, f"^cupel run: cupel-cell.*({text})")
                if report.exists():
                    self.assertEqual(json.loads(report.read_text())["status"], "sandbox_error")
        done = self.call("honest", "run", "--", "sh", "-c", "echo honest; exit 3")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "honest\n", ""))

    def test_notifications_that_a_process_of_the_cell_takes_first(self):
        """The supervisor does not wait for another: the deadline holds."""
        deny = self.folder()
        deny.chmod(0o755)
        shutil.copy(support.HELPERS / "deny", deny)
        for lie in ("listener 1 then race-listener", "honest"):
            start = time.monotonic()
            done = self.call(lie, "run", "--wall", "4s", "--bind-ro", f"{deny}:/shown", "--",
                             "sh", "-c", "/shown/deny fail 2000; sleep 90")
            self.assertIn(done.returncode, (124, 125), done.stderr)
            self.assertLess(time.monotonic() - start, 60)

    def test_no_score_is_given(self):
        for lie in ("started 5 replace 0 epoll", "exited 4 length 75", "exited 6 exit 0",
                    "exited 1 repeat 2", "exited 1 after 4", f"exited 7 set {USER[0]} 8 {MOST}",
                    "started 9 count 3", "exited 1 die 11"):
            with self.subTest(lie):
                done = self.grade(lie, "--jobs", "3")
                self.assertEqual(done.returncode, 1, done.stderr)
                result = json.loads(done.stdout)
                self.assertEqual((result["status"], result["score"]), ("platform_error", None))
                self.assertIn("cupel-cell", done.stderr + done.stdout)
        done = self.grade("honest", "--jobs", "3")
        result = json.loads(done.stdout)
        self.assertEqual((done.returncode, result["status"]), (0, "graded"), done.stderr)
        self.assertEqual({test["verdict"] for test in result["tests"]}, {"passed"})


# What a program in place of cupel-unpack does: its exit status and words are as hostile as a
# learner's, and what it leaves is looked at as if it were an archive's.
UNPACKS = (
    ("exit 0", 3),                                      # nothing is there
    ("exit 1", 1), ("exit 2", 1), ("exit 77", 1), ("exit 127", 1),
    ("echo 'a: no' ; exit 3", 3), ("exit 3", 3),
    ("printf '\\033[2J\\000\\377: no\\n'; exit 3", 3),
    ("while :; do echo no no no no; done", 3),          # the limit of output
    ("kill -9 $$", 1),                                  # nobody else in the run could do that
    ("kill -31 $$", 3),
    ("ln -s /etc/passwd main.sh", 3), ("ln -s / main.sh", 3), ("mkfifo main.sh", 3),
    ("mkdir main.sh", 3), ("echo > main.sh; ln main.sh more", 3),
    ("echo > main.sh; echo > \"$(printf 'a\\nb')\"", 3),
    ("echo > main.sh; echo > \"$(printf 'a\\377b')\"", 3),
    ("echo > main.sh; chmod 4755 main.sh", None),
    ("echo 'echo hello' > main.sh", 0),
    ("echo 'echo hello' > main.sh; (echo x > main.sh) & exit 0", 3),  # it starts no process
)


class Unpackers(GradeCase):
    def test_no_archive_is_needed_to_lie(self):
        for deed, code in UNPACKS:
            with self.subTest(deed):
                prefix = liars.make_prefix(self.folder(), "honest")
                unpack = prefix / "libexec/cupel/cupel-unpack"
                unpack.unlink()
                begun = "read line"  # of the archive: before that, no archive is to blame
                support.write(unpack, f"#!/bin/sh\n{begun}\n{deed}\n", 0o755)
                self.prefix = prefix
                done = self.grade("honest")
                if code is not None:
                    self.assertEqual(done.returncode, code, done.stderr + done.stdout[:1500])
                result = json.loads(done.stdout)
                self.assertNotIn("\033", done.stdout + done.stderr)
                if code != 0:
                    self.assertIn(result["score"], (None, 0), deed)

    def call(self, lie, *args, **options):
        done = subprocess.run([self.prefix / "bin/cupel", *args], capture_output=True, text=True,
                              timeout=100, check=False, **options)
        self.assertNotRegex(done.stderr, "Sanitizer|runtime error:")
        return done


if __name__ == "__main__":
    support.main()
