"""cupel worker, from outside: jobs in, results out, whatever happens to the worker meanwhile."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

import postgres
import support
from support import HELPERS, PREFIX, write

SERVICE = PREFIX / "libexec/cupel/cupel-service"
SECOND = 1_000_000

GRADER = {
    "schema": "cupel.grader/1",
    "name": "echo",
    "title": "Echo",
    "version": "1",
    "submission": {"files": ["a.sh"], "max_size": "4 MiB"},
    "defaults": {"policy": "compat"},
    "tests": [
        {"id": "first", "points": 2, "run": ["sh", "a.sh"], "expect": {"stdout_text": "hi\n"}},
        {"id": "second", "points": 1.5, "run": ["sh", "a.sh", "2"], "expect": {"stdout_text": "2\n"}},
    ],
}


def timeless(value):
    """A result without what differs from one grading to the next."""
    volatile = ("seconds", "_bytes", "started_at", "_peak", "rusage")
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if not k.endswith(volatile)}
    return [timeless(v) for v in value] if isinstance(value, list) else value


class Worker:
    """A process of cupel worker, with its log."""

    def __init__(self, test, *options, wrap=(), folder=None, **keywords):
        self.test = test
        self.folder = folder or test.folder()
        self.log_path = test.folder() / "log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*wrap, SERVICE, "worker", "--queue", test.url, "--work", self.folder / "work",
                 *options], stderr=log, **keywords)
        test.addCleanup(self.end, signal.SIGKILL)

    def log(self):
        lines = self.log_path.read_text().splitlines()
        return [json.loads(line) for line in lines if line.endswith("}")]

    def events(self):
        return [line["event"] for line in self.log()]

    def wait_for(self, event):
        self.test.wait_for(lambda: event in self.events() or self.process.poll() is not None)
        self.test.assertIn(event, self.events())

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=30)


class Jobs:
    """What is promised with either kind of database; url is the class's."""

    url = None

    def put(self, *what):
        done = subprocess.run([HELPERS / "queue_put", self.url, "course", *map(str, what)],
                              check=False, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        ids = [int(line) for line in done.stdout.split()]
        return ids if len(ids) > 1 else ids[0]

    def get(self, number):
        done = subprocess.run([HELPERS / "queue_get", self.url, str(number)], check=False,
                              capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def cancel(self, number):
        subprocess.run([HELPERS / "queue_get", self.url, "cancel", str(number)], check=True)

    def ended(self, number):
        """The job, once it has ended."""
        self.wait_for(lambda: self.get(number)["state"] in ("done", "dead", "cancelled"))
        return self.get(number)

    def grader(self, **change):
        folder = self.folder() / "grader"
        write(folder / "grader.json", json.dumps(GRADER | change))
        return folder

    def submission(self, text='test -z "$1" && echo hi || echo "$1"\n'):
        return write(self.folder() / "a.sh", text)

    def sleeper(self, seconds, *keys):
        spec = {"command": ["sleep", str(seconds)], "policy": "compat", "limits": {"wall": "60s"}}
        return self.put("run", json.dumps(spec), *keys)

    def worker(self, *options, **keywords):
        return Worker(self, *options, **keywords)

    def test_a_job_has_the_result_of_a_grading(self):
        grader, submission = self.grader(), self.submission()
        job = self.put("grade", grader, submission)
        tree = self.put("grade", grader, submission.parent)
        self.worker()
        expected = self.grade(grader, submission)
        for found in (self.ended(job), self.ended(tree)):
            self.assertEqual((found["state"], found["status"]), ("done", "graded"), found)
            self.assertEqual(timeless(found["result"]), timeless(expected))
            self.assertEqual(found["score_micro"], 3_500_000)
            self.assertEqual(found["max_score_micro"], 3_500_000)
            self.assertEqual(found["facts"]["verdicts"], {"passed": 2})
            self.assertEqual(found["failures"], 0)

    def test_faults_have_owners(self):
        good = self.grader()
        rejected = self.put("grade", good, write(self.folder() / "b.sh", ""))
        invalid = self.put("grade", self.grader(tests=[]), self.submission())
        wrong = self.put("grade", good, self.submission("echo no\n"))
        self.worker()
        found = self.ended(rejected)
        self.assertEqual((found["state"], found["status"]), ("done", "rejected"))
        self.assertEqual(found["result"]["schema"], "cupel.result/1")
        found = self.ended(invalid)
        self.assertEqual((found["state"], found["status"]), ("done", "grader_error"))
        self.assertEqual((found["result"]["schema"], found["result"]["status"]),
                         ("cupel.result/1", "grader_error"))
        self.assertIn("grader.json:", found["result"]["message"])
        self.assertNotIn("graders/", found["result"]["message"])
        self.assertIsNone(found["score_micro"])
        shown = subprocess.run(
            [SERVICE, "result", "--queue", self.url, "--view", "learner", "--format", "text", str(invalid)],
            capture_output=True, text=True, check=False)
        self.assertEqual(shown.returncode, 5, shown.stderr)
        self.assertIn("the grader is at fault, no score", shown.stdout)
        found = self.ended(wrong)
        self.assertEqual((found["status"], found["score_micro"]), ("graded", 0))

    def test_what_the_platform_lacks_is_tried_again(self):
        spec = {"command": ["true"], "stdin": "0" * 64}
        again = self.put("run", json.dumps(spec), "attempts=2")
        once = self.put("run", json.dumps(spec), "attempts=1")
        broken = self.put("run", json.dumps({"command": "true"}), "attempts=1")
        self.worker()
        for job, failures, why in ((once, 1, "there is no blob"), (broken, 1, '"command": expected a list'),
                                   (again, 2, "there is no blob")):
            found = self.ended(job)
            self.assertEqual((found["state"], found["failures"]), ("dead", failures))
            self.assertIn(why, found["why"])
            self.assertIsNone(found["result"])

    def test_a_command_is_run(self):
        spec = {"command": ["sh", "-c", "echo out; printf '\\033' >&2; exit 3"],
                "policy": "compat", "limits": {"wall": "5s", "processes": 8}}
        exits = self.put("run", json.dumps(spec))
        slow = self.put("run", json.dumps({"command": ["sleep", "9"], "policy": "compat",
                                           "limits": {"wall": "100ms"}}))
        spec = {"command": ["true"], "policy": "unheard-of"}
        refused = self.put("run", json.dumps(spec), "attempts=1")
        self.worker()
        found = self.ended(exits)
        self.assertEqual((found["state"], found["status"]), ("done", "exited"), found)
        result = found["result"]
        self.assertEqual(result["schema"], "cupel.run_result/1")
        self.assertEqual(result["run"]["exit_code"], 3)
        self.assertEqual((result["stdout"], result["stderr"]), ("out\n", "\\x1b"))
        found = self.ended(slow)
        self.assertEqual((found["status"], found["result"]["run"]["limit"]), ("limit", "wall_time"))
        found = self.ended(refused)
        self.assertEqual(found["state"], "dead")
        self.assertIn("125", found["why"])

    def test_a_grader_is_checked(self):
        good, bad, invalid = self.grader(), self.grader(), self.grader(tests=[])
        for folder, score in ((good, 3.5), (bad, 1)):
            write(folder / "samples/correct/submission/a.sh", self.submission().read_text())
            write(folder / "samples/correct/expected.json", json.dumps({"score": score}))
        jobs = [self.put("check", folder) for folder in (good, bad, invalid)]
        self.worker()
        passed, refused, not_linted = map(self.ended, jobs)
        self.assertEqual((passed["state"], passed["status"]), ("done", "passed"), passed)
        self.assertEqual(passed["result"]["schema"], "cupel.check/1")
        self.assertTrue(passed["result"]["test"]["passed"])
        self.assertEqual(refused["status"], "refused")
        self.assertFalse(refused["result"]["passed"])
        self.assertEqual(refused["result"]["test"]["graders"][0]["samples"][0]["score"], 3.5)
        self.assertEqual(not_linted["status"], "refused")
        self.assertIsNone(not_linted["result"]["test"])
        self.assertRegex(not_linted["result"]["lint"][0], r"^grader\.json:\d+:\d+: error: ")

    def test_tests_are_told_while_others_run(self):
        job = self.put("grade", self.grader(), self.submission("test -z $1 || sleep 30\necho hi\n"))
        self.worker("--slots", "1")
        self.wait_for(lambda: self.get(job)["events"])
        event = self.get(job)["events"][0]
        self.assertEqual((event["event"], event["done"]), ("test", 1))
        self.assertEqual(event["test"]["verdict"], "passed")

    def test_a_job_at_work_is_cancelled(self):
        job = self.sleeper(50)
        worker = self.worker("--slots", "1")
        worker.wait_for("leased")
        self.wait_for(lambda: support.children_of(worker.process.pid))
        child = support.children_of(worker.process.pid)[0]
        self.cancel(job)
        begun = time.monotonic()
        self.assertEqual(self.ended(job)["state"], "cancelled")
        self.assertLess(time.monotonic() - begun, 4 * support.SLOWNESS)
        self.wait_for(lambda: not os.path.exists(f"/proc/{child}"))
        self.assertIn("cancelled", worker.events())

    def test_what_a_killed_job_has_left_is_reaped(self):
        jobs = [self.sleeper(50) for _ in range(3)]
        worker = self.worker("--slots", "3", "--cpus", "3")
        self.wait_for(lambda: worker.events().count("leased") == 3)
        time.sleep(0.3)  # until their cells are there
        for job in jobs:
            self.cancel(job)
        for job in jobs:
            self.assertEqual(self.ended(job)["state"], "cancelled")
        self.wait_for(lambda: not support.children_of(worker.process.pid))

    def test_a_job_that_hangs_is_tried_again(self):
        job = self.sleeper(1)
        worker = self.worker("--job-time", "3s", "--slots", "1")
        self.wait_for(lambda: support.children_of(worker.process.pid))
        os.kill(support.children_of(worker.process.pid)[0], signal.SIGSTOP)
        found = self.ended(job)
        self.assertEqual((found["state"], found["failures"]), ("done", 1))
        self.assertIn("not done after 3 s", found["attempts"][0]["why"])

    def test_sigterm_lets_jobs_end_and_takes_no_more(self):
        first, second = self.sleeper(1), self.sleeper(1)
        worker = self.worker("--slots", "1")
        worker.wait_for("leased")
        self.assertEqual(worker.end(), 0)
        self.assertEqual(self.get(first)["state"], "done")
        self.assertEqual(self.get(second)["state"], "ready")
        self.assertEqual(worker.events()[-1], "drained")

    def test_what_takes_too_long_is_given_back_unless_it_is_at_most_once(self):
        for signals, options in ((1, ("--drain", "100ms")), (2, ())):
            once, job = self.sleeper(50, "attempts=1"), self.sleeper(50)
            worker = self.worker("--slots", "2", "--cpus", "2", *options)
            self.wait_for(lambda: worker.events().count("leased") == 2)
            if signals > 1:
                worker.process.send_signal(signal.SIGINT)
                worker.wait_for("draining")
            self.assertEqual(worker.end(), 0)
            found = self.get(job)
            self.assertEqual((found["state"], found["failures"]), ("ready", 0))
            self.assertEqual(found["attempts"][0]["why"],
                             "given back while it ran: the worker was stopped")
            self.cancel(job)
            found = self.get(once)
            self.assertEqual((found["state"], found["why"]),
                             ("dead", "interrupted: the worker was stopped"))

    def test_a_killed_worker_costs_a_retry(self):
        job = self.sleeper(2)
        first = self.worker("--lease", "1s", "--name", "first")
        first.wait_for("leased")
        self.wait_for(lambda: support.children_of(first.process.pid))
        child = support.children_of(first.process.pid)[0]
        first.end(signal.SIGKILL)
        self.wait_for(lambda: not os.path.exists(f"/proc/{child}"))
        again = self.worker("--name", "second", folder=first.folder)
        again.wait_for("finished")
        found = self.ended(job)
        self.assertEqual((found["state"], found["status"]), ("done", "exited"))
        self.assertEqual([a["worker"] for a in found["attempts"]], ["first", "second"])
        self.assertEqual(list((first.folder / "work/jobs").iterdir()), [])

    def test_leases_of_long_jobs_are_extended(self):
        job = self.sleeper(2.5)
        self.worker("--lease", "1s", "--name", "first")
        self.worker("--lease", "1s", "--name", "second")
        found = self.ended(job)
        self.assertEqual((found["state"], len(found["attempts"])), ("done", 1))

    def test_leases_are_extended_while_a_job_is_prepared(self):
        submission = self.submission()
        self.put("grade", self.grader(), submission)
        file = {"sha256": hashlib.sha256(submission.read_bytes()).hexdigest(), "bytes": 1,
                "executable": False}
        files = [file | {"path": f"{n}"} for n in range(5000)]
        document = write(self.folder() / "many.tree",
                         json.dumps({"schema": "cupel.tree/1", "files": files}))
        first = self.sleeper(4)
        second = self.put("grade", self.grader(), document)
        self.worker("--slots", "3", "--cpus", "3", "--lease", "1s", "--name", "first")
        self.wait_for(lambda: self.get(first)["state"] == "running")
        self.worker("--slots", "3", "--cpus", "3", "--lease", "1s", "--name", "second")
        for job in (first, second):
            found = self.ended(job)
            self.assertEqual((found["state"], len(found["attempts"])), ("done", 1), found)

    def test_what_was_kept_before_the_power_was_lost_is_not_trusted(self):
        grader, submission = self.grader(), self.submission()
        first = self.worker()
        self.assertEqual(self.ended(self.put("grade", grader, submission))["status"], "graded")
        first.end()
        work = first.folder / "work"
        next((work / "graders").glob("*/grader.json")).write_text("")
        (work / "boot").write_text("another\n")
        self.worker(folder=first.folder)
        self.assertEqual(self.ended(self.put("grade", grader, submission))["status"], "graded")

    def test_two_workers_share_jobs(self):
        jobs = self.put("grade", self.grader(), self.submission(), "count=20")
        workers = [self.worker("--slots", "1") for _ in range(2)]
        for job in jobs:
            found = self.ended(job)
            self.assertEqual((found["status"], len(found["attempts"])), ("graded", 1))
        self.assertEqual(sum(w.events().count("finished") for w in workers), len(jobs))
        self.assertTrue(all("finished" in w.events() for w in workers))

    def test_jobs_wait_for_memory_and_processors(self):
        for asked in ("memory=6e8", "cpus=2500"):
            with self.subTest(asked):
                jobs = [self.sleeper(0.3, asked), self.sleeper(0.3, asked)]
                worker = self.worker("--slots", "4", "--cpus", "4", "--memory", "1GB")
                first, second = sorted(map(self.ended, jobs), key=lambda job: job["started"])
                self.assertGreaterEqual(second["started"], first["finished"] - 50_000)
                worker.end()

    def client(self, *words):
        done = subprocess.run([SERVICE, *words[:1], "--queue", self.url, "--json", *words[1:]],
                              check=False, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_gradings_wait_for_the_memory_that_their_grader_allows(self):
        limits = {"policy": "compat", "limits": {"memory": "1100 MiB"}}
        grader = self.grader(defaults=limits)
        write(grader / "samples/correct/submission/a.sh", self.submission().read_text())
        write(grader / "samples/correct/expected.json", json.dumps({"score": 3.5}))
        version = self.client("publish", "--course", "c1", grader)
        worker = self.worker("--slots", "4", "--cpus", "4", "--memory", "2GB")
        self.assertEqual(self.ended(version["check"])["status"], "passed")
        self.assertEqual(
            self.client("publish", "--list")["graders"][0]["memory_bytes"], 1100 << 20)
        submission = self.submission("sleep 0.3\n")
        jobs = [self.client("submit", "echo", submission) for _ in range(2)]
        self.assertEqual([job["memory_bytes"] for job in jobs], [1164 << 20] * 2)
        first, second = sorted((self.ended(job["id"]) for job in jobs), key=lambda job: job["started"])
        self.assertGreaterEqual(second["started"], first["finished"] - 50_000)
        worker.end()

    def test_a_command_has_the_memory_that_its_job_asks_for(self):
        job = self.put("run", json.dumps({"command": ["true"], "policy": "compat"}), "memory=5e7")
        self.worker()
        self.assertEqual(self.ended(job)["result"]["run"]["limits"]["memory_bytes"], 50_000_000)

    def test_a_full_disk_is_another_workers_job(self):
        support.need("unshare")
        large = self.submission("echo hi #" + "x" * (2 << 20))
        job = self.put("grade", self.grader(), large, "attempts=1")
        folder = self.folder()
        script = f'mount -t tmpfs -o size=1m none {folder} && exec "$@"'
        wrap = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
        if subprocess.run([*wrap, "true"], check=False, capture_output=True).returncode:
            raise unittest.SkipTest("user namespaces cannot mount here")
        full = self.worker("--name", "full", wrap=wrap, folder=folder)
        full.wait_for("disk_full")
        full.wait_for("given_back")
        self.assertIn("No space left", self.get(job)["attempts"][0]["why"])
        self.worker("--name", "roomy")
        found = self.ended(job)
        self.assertEqual(found["status"], "graded")
        self.assertEqual((found["failures"], found["attempts"][-1]["worker"]), (0, "roomy"))

    def test_a_worker_that_can_write_nothing_eats_no_jobs(self):
        broken = self.worker("--name", "broken")
        broken.wait_for("ready")
        (broken.folder / "work/jobs").rmdir()
        jobs = self.put("grade", self.grader(), self.submission(), "count=50", "attempts=2")
        broken.wait_for("given_back")
        broken.wait_for("unwell")
        self.worker("--name", "well")
        for job in jobs:
            found = self.ended(job)
            self.assertEqual((found["status"], found["failures"]), ("graded", 0), found["why"])

    def test_a_worker_that_fails_one_after_the_other_takes_fewer(self):
        spec = {"command": ["true"], "policy": "unheard-of"}
        jobs = self.put("run", json.dumps(spec), "attempts=1", "count=20")
        worker = self.worker("--slots", "1")
        worker.wait_for("unwell")
        self.assertIn("5 jobs have failed in a row", worker.log_path.read_text())
        time.sleep(0.5)
        self.assertLess(sum(self.get(job)["state"] == "dead" for job in jobs), 8)

    def test_a_delayed_job_begins_on_time(self):
        worker = self.worker()
        worker.wait_for("ready")
        job = self.sleeper(0, "not_before=2")
        self.assertEqual(self.get(job)["state"], "waiting")
        found = self.ended(job)
        self.assertGreater(found["started"] - found["created"], 0.9 * SECOND)
        self.assertLess(found["started"] - found["created"], 3.5 * SECOND)


class OnSqlite(Jobs, support.TestCase):
    def setUp(self):
        self.url = f"sqlite://{self.folder()}/queue.db"

    def test_a_folder_is_one_workers(self):
        first = self.worker()
        first.wait_for("ready")
        second = self.worker(folder=first.folder)
        self.assertEqual(second.process.wait(timeout=10), 2)
        self.assertIn("another worker works there", second.log_path.read_text())

    def test_systemd_is_told(self):
        place = self.folder() / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
            heard.bind(str(place))
            heard.settimeout(10)
            worker = self.worker(env={"NOTIFY_SOCKET": str(place), "WATCHDOG_USEC": "200000"})
            texts = [heard.recv(4096).decode() for _ in range(5)]
            self.assertIn("READY=1", texts)
            self.assertTrue(any("WATCHDOG=1" in text for text in texts))
            self.assertTrue(any("STATUS=0 of" in text for text in texts))
            self.assertEqual(worker.end(), 0)
            while heard.recv(4096) != b"STOPPING=1":
                pass

    def test_a_blob_that_is_damaged_is_not_graded(self):
        job = self.put("grade", self.grader(), self.submission(), "attempts=1")
        for path in (Path(self.url[9:] + ".blobs")).glob("*/*"):
            if path.read_bytes().startswith(b"test"):
                path.write_text("echo hi\n")
        self.worker()
        found = self.ended(job)
        self.assertEqual(found["state"], "dead")
        self.assertIn("is damaged", found["why"])

    def test_no_more_graders_are_kept_than_some(self):
        submission = self.submission()
        folder = self.grader()
        jobs = []
        for number in range(66):
            write(folder / "grader.json", json.dumps(GRADER | {"version": str(number)}))
            jobs.append(self.put("grade", folder, submission))
        worker = self.worker()
        for job in jobs:
            self.assertEqual(self.ended(job)["status"], "graded")
        self.assertLessEqual(len(list((worker.folder / "work/graders").iterdir())), 64)

    def test_no_descriptor_is_left(self):
        jobs = self.put("grade", self.grader(), self.submission(), "count=5")
        worker = self.worker()
        for job in jobs:
            self.ended(job)
        self.wait_for(lambda: worker.events().count("finished") == 5)
        before = len(os.listdir(f"/proc/{worker.process.pid}/fd"))
        jobs = self.put("grade", self.grader(), self.submission(), "count=5")
        for job in jobs:
            self.ended(job)
        self.wait_for(lambda: worker.events().count("finished") == 10)
        time.sleep(0.1)
        self.assertEqual(len(os.listdir(f"/proc/{worker.process.pid}/fd")), before)
        self.assertEqual(list((worker.folder / "work/jobs").iterdir()), [])

    def usage(self, *options):
        return subprocess.run([SERVICE, "worker", *options], check=False, capture_output=True,
                              text=True)

    def test_wrong_options_are_named(self):
        cases = (
            ((), "--queue URL"),
            (("--queue", self.url, "--slots", "0"), "--slots 0: expected a number from 1 to 256"),
            (("--queue", self.url, "--memory", "much"), "--memory: "),
            (("--queue", self.url, "--cpus", "0"), "--cpus 0: expected"),
            (("--queue", self.url, "--lease", "1ms"), "--lease: 1ms: expected 1 s to 3600 s"),
            (("--queue", self.url, "--drain", "soon"), "--drain: "),
            (("--queue", self.url, "--name", ""), "--name: expected 1 to 200 bytes"),
            (("--queue", self.url, "more"), "unexpected more"),
            (("--queue", "mysql://x", "--work", self.folder() / "w"), "sqlite://PATH"),
        )
        for options, text in cases:
            with self.subTest(options=options):
                done = self.usage(*options)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(text, done.stderr)

    def test_help_is_printed(self):
        done = self.usage("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Usage: cupel worker [OPTION…]", done.stdout)


class OnPostgresql(Jobs, support.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Postgres()
        cls.addClassCleanup(cls.server.stop)
        cls.server.folder.chmod(0o711)  # so that who is root of a namespace alone can connect
        cls.url = cls.server.url

    def tearDown(self):
        self.doCleanups()  # no worker is left
        self.server.query("DELETE FROM events; DELETE FROM attempts; DELETE FROM jobs")

    def test_a_lost_database_is_found_again(self):
        job = self.sleeper(1.5)
        worker = self.worker("--slots", "1")
        worker.wait_for("leased")
        self.server.kill()
        worker.wait_for("lost_queue")
        time.sleep(1)
        self.server.start()
        found = self.ended(job)
        self.assertEqual((found["status"], len(found["attempts"])), ("exited", 1))
        worker.wait_for("found_queue")
        self.assertEqual(self.ended(self.sleeper(0))["status"], "exited")


if __name__ == "__main__":
    support.main()
