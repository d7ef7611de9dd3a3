"""Whose failure it is, what is left behind, and where the result goes."""

import json
import os
import signal
import subprocess
import time

import grading
import support
from support import CUPEL


def spin(seconds):
    return {"id": "spin", "run": ["sleep", seconds], "limits": {"wall": "60 s"}}


class Failures(grading.GradeCase):
    def setUp(self):
        self.submitted = self.handed_in(a__txt="a\n")

    def only(self, **test):
        """The result of one test, and its status."""
        test = {"id": "only", "run": ["true"], **test}
        done = self.cupel("grade", self.grader([test]), self.submitted)
        result = json.loads(done.stdout)
        return done.returncode, result, result["tests"][0]

    def test_a_program_that_the_host_lacks_is_the_graders_fault(self):
        for program in ("no-such-program", "/usr/bin/no-such-program"):
            with self.subTest(program):
                code, result, test = self.only(run=[program], expect={"exit_code": None})
                message = f"{program} could not be started: No such file or directory"
                self.assertEqual((code, result["status"]), (5, "grader_error"))
                self.assertEqual(result["message"], f"test only: {message}")
                self.assertEqual((test["verdict"], test["reason"]), ("error", None))
                self.assertEqual((test["score"], test["message"]), (0, message))

    def test_a_program_that_the_box_lacks_is_the_learners_fault(self):
        for program in ("./prog", "/box/prog", "bin/prog"):
            with self.subTest(program):
                code, result, test = self.only(run=[program], expect={"exit_code": None})
                self.assertEqual((code, result["status"]), (0, "graded"))
                self.assertEqual((test["verdict"], test["reason"]), ("failed", "runtime_error"))

    def test_a_rejection_does_not_wait_for_a_cell_on_its_way(self):
        """Lanes whose cell was killed while they came to be end with it."""
        grader = self.grader([{"id": f"test-{i}", "run": ["true"]} for i in range(8)])
        for _ in range(20):
            start = time.monotonic()
            done = self.cupel("grade", "--jobs", "8", grader, "nosuch")
            self.assertEqual(done.returncode, 3)
            self.assertLess(time.monotonic() - start, 4)

    def test_a_bare_name_is_the_learners_where_path_leads_into_the_box(self):
        code, _, test = self.only(run=["prog"], env={"PATH": "/box:/usr/bin"})
        self.assertEqual((code, test["reason"]), (0, "runtime_error"))

    def test_what_a_hidden_test_runs_is_not_told_to_learners(self):
        made = self.grader([{"id": "only", "run": ["no-such-secret"], "visibility": "hidden"}])
        done = self.cupel("grade", "--view", "learner", made, self.submitted)
        self.assertEqual(done.returncode, 5)
        self.assertNotIn("secret", done.stdout)
        self.assertIn("test only: its program could not be started", done.stdout)

    def test_a_compiler_that_the_host_lacks_is_the_graders_fault(self):
        made = self.grader(
            [{"id": "t", "run": ["true"]}], build=[{"id": "b", "run": ["no-such-compiler"]}]
        )
        result = self.grade(made, self.submitted, code=5)
        message = "no-such-compiler could not be started: No such file or directory"
        self.assertEqual(result["message"], f"build step b: {message}")
        self.assertEqual(result["build"][0]["message"], message)

    def test_a_build_step_of_the_learners_that_is_missing_fails_the_build(self):
        made = self.grader(
            [{"id": "t", "run": ["true"]}],
            build=[{"id": "a", "run": ["./configure"]}, {"id": "b", "run": ["true"]}],
        )
        result = self.grade(made, self.submitted)
        self.assertEqual([b["passed"] for b in result["build"]], [False, False])
        self.assertEqual([b["run"] is None for b in result["build"]], [False, True])
        test = result["tests"][0]
        self.assertEqual((test["verdict"], test["reason"]), ("skipped", "build_failed"))
        self.assertEqual(test["message"], "not run: the build step a failed")

    def test_a_build_that_closes_the_box_does_not_stop_the_next_step(self):
        close = {"id": "a", "run": ["chmod", "0", "."], "policy": "compile"}
        made = self.grader(
            [{"id": "t", "run": ["cat", "a.txt"]}], build=[close, {"id": "b", "run": ["true"]}]
        )
        result = self.grade(made, self.submitted)
        self.assertEqual([b["passed"] for b in result["build"]], [True, True])
        self.assertEqual(result["tests"][0]["output"], "a\n")

    def test_a_layer_that_the_host_lacks_exits_4_without_a_result(self):
        done = self.cupel("grade", "--cgroup", "none", "--require", "cgroup", self.grader([spin("0")]), self.submitted)
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertEqual(
            done.stderr,
            "cupel grade: this host cannot enforce what is required: cgroup; see `cupel doctor`\n",
        )

    def test_a_host_that_forbids_user_namespaces_exits_4_without_a_result(self):
        forbid = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
        made = self.grader([spin("0")])
        done = subprocess.run(
            ["unshare", "-Ur", "sh", "-c", forbid, "sh", CUPEL, "grade", made, self.submitted],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertEqual(
            done.stderr,
            "cupel grade: set up the sandbox: unshare user namespace: "
            "user.max_user_namespaces is 0\n",
        )

    def test_a_cell_that_cannot_be_started_is_the_platforms_failure(self):
        prefix = self.folder()
        (prefix / "bin").mkdir()
        (prefix / "bin/cupel").write_bytes(CUPEL.read_bytes())
        (prefix / "bin/cupel").chmod(0o755)
        (prefix / "share").symlink_to(support.PREFIX / "share")
        for state in ("missing", "not executable"):
            with self.subTest(state):
                if state != "missing":
                    support.write(prefix / "libexec/cupel/cupel-cell", "")
                done = subprocess.run(
                    [prefix / "bin/cupel", "grade", self.grader([spin("0")]), self.submitted],
                    capture_output=True,
                    check=False,
                )
                self.assertEqual(done.returncode, 1, done.stderr)
                result = json.loads(done.stdout)
                self.assertEqual(result["status"], "platform_error")
                self.assertEqual(
                    (result["score"], result["tests"][0]["verdict"]), (None, "skipped")
                )

    def test_results_do_not_depend_on_jobs(self):
        # The later a test stands, the sooner it ends.
        tests = [
            {"id": f"t{i}", "run": ["sh", "-c", f"sleep 0.{9 - i}; echo {i}; echo e{i} >&2"]}
            for i in range(6, 9)
        ]
        made = self.grader(tests)
        results = [
            grading.unmeasured(self.grade(made, self.submitted, "--jobs", str(jobs)))
            for jobs in (1, 2, 3)
        ]
        self.assertEqual(results[0], results[1])
        self.assertEqual(results[0], results[2])
        self.assertEqual([t["output"] for t in results[0]["tests"]], ["6\ne6\n", "7\ne7\n", "8\ne8\n"])

    def test_much_input_and_output_pass_through(self):
        text = "".join(f"{n} squares to {n * n}\n" for n in range(100000))
        made = self.grader(
            [
                {
                    "id": "cat",
                    "run": ["cat"],
                    "stdin": "in",
                    "limits": {"output": "64 MiB", "stdout": "64 MiB"},
                    "expect": {"stdout": "in", "compare": "exact"},
                },
                {"id": "deaf", "run": ["true"], "stdin": "in"},
            ],
            files={"in": text},
        )
        result = self.grade(made, self.submitted)
        self.assertEqual([t["verdict"] for t in result["tests"]], ["passed", "passed"])
        self.assertLess(len(result["tests"][0]["output"]), 17 << 10)

    def test_a_signal_ends_cupel_and_all_that_it_started(self):
        seconds = f"31.{os.getpid()}"  # which no other test sleeps
        made = self.grader([spin(seconds)])
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                folder = self.folder()
                target = folder / "result.json"
                process = subprocess.Popen([CUPEL, "grade", "-o", target, made, self.submitted])
                self.addCleanup(process.kill)
                self.wait_for(lambda: self.is_at_work(seconds))
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=10), 128 + number)
                self.wait_for(lambda: not self.is_at_work(seconds))
                self.assertEqual(list(folder.iterdir()), [])

    def is_at_work(self, argument):
        for folder in os.listdir("/proc"):
            if folder.isdigit():
                try:
                    with open(f"/proc/{folder}/cmdline", "rb") as file:
                        words = file.read().split(b"\0")
                except OSError:
                    continue
                if words[:1] == [b"sleep"] and argument.encode() in words:
                    return True
        return False


class Output(grading.GradeCase):
    def setUp(self):
        self.made = self.grader([{"id": "t", "run": ["true"]}])
        self.submitted = self.handed_in(a__txt="a\n")

    def write_to(self, path, code=0):
        done = self.cupel("grade", "-o", path, self.made, self.submitted)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_a_file_is_replaced_and_nothing_else_is_left(self):
        folder = self.folder()
        path = support.write(folder / "result.json", "old")
        self.write_to(path)
        self.assertEqual(json.loads(path.read_text())["score"], 1)
        self.assertEqual([p.name for p in folder.iterdir()], ["result.json"])

    def test_the_file_has_the_usual_mode(self):
        path = self.folder() / "result.json"
        mask = os.umask(0o027)
        self.addCleanup(os.umask, mask)
        self.write_to(path)
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)

    def test_a_link_stays_and_its_target_is_replaced(self):
        folder = self.folder()
        target = support.write(folder / "target.json", "old")
        link = folder / "link.json"
        link.symlink_to(target)
        self.write_to(link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(json.loads(target.read_text())["score"], 1)

    def test_a_pipe_is_written_to_and_not_replaced(self):
        path = self.folder() / "pipe"
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.write_to(path)
        self.assertTrue(path.is_fifo())
        self.assertEqual(json.loads(os.read(reader, 1 << 16))["score"], 1)

    def test_a_file_that_cannot_be_written_is_a_failure(self):
        path = self.folder() / "none" / "result.json"
        done = self.write_to(path, code=1)
        self.assertEqual(done.stderr, f"cupel grade: {path}: No such file or directory\n")

    def test_a_reader_that_has_gone_is_a_failure_with_a_message(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [CUPEL, "grade", self.made, self.submitted],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
        os.close(writer)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, b"cupel grade: write standard output: Broken pipe\n")

    def test_what_was_kept_is_not_written_over(self):
        kept = self.folder() / "kept"
        self.grade(self.made, self.submitted, "--keep", kept)
        done = self.cupel("grade", "--keep", kept, self.made, self.submitted)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, f"cupel grade: {kept}/tests: File exists\n")


if __name__ == "__main__":
    support.main()
