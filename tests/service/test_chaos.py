"""A service of three workers, any part of which is killed at any moment: each job has one result.

What happens when is drawn from a seed, which is printed; CUPEL_CHAOS_SEED gives another one.
"""

import collections
import ctypes
import json
import os
import random
import sqlite3
import subprocess
import threading
import time
import unittest

import postgres
import support
from parts import LEASE, Database, DirectClient, HttpClient, Service, SmallDisk, Worker
from service import form
from test_worker import timeless

SECOND = 1_000_000
JOBS = 2000 if support.LONG else 200
BATCH = 10  # jobs that are added directly at once
ATTEMPTS = 50
LATE = 5 * support.SLOWNESS  # seconds after which what is due has not been seen to
PR_SET_CHILD_SUBREAPER = 36

GRADER = {
    "schema": "cupel.grader/1",
    "name": "echo",
    "title": "Echo",
    "version": "1",
    "submission": {"files": ["a.sh"]},
    "defaults": {"policy": "compat"},
    "tests": [{"id": "only", "points": 2, "run": ["sh", "a.sh"],
               "expect": {"stdout_text": "hi\n"}}],
}
SUBMISSION = "sleep 0.2\necho hi\n"  # so that a kill hits somebody at work
SAMPLE = "samples/correct"

SCORED = ("kind = 0 AND state = 3 AND status = 'graded' AND score_micro = 2000000"
          " AND max_score_micro = 2000000 AND result IS NOT NULL AND lease_until IS NULL")


def comparable(result):
    """Without the times, and what a worker enforces by other means in its namespace."""
    result = timeless(result)
    for test in result["tests"]:
        test["run"].pop("enforcement")
    return result


class Sqlite:
    """A queue in a file."""

    def __init__(self, folder):
        self.path = folder / "queue.db"
        self.url = f"sqlite://{self.path}"

    def rows(self, text):
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20) as connection:
            rows = connection.execute(text).fetchall()
        connection.close()
        return rows

    def parts(self):
        return []

    def processes(self):
        return []


class Postgresql:
    """A queue of a server that can be killed."""

    def __init__(self, test):
        self.server = postgres.Postgres()
        test.addCleanup(self.server.stop)
        self.server.folder.chmod(0o711)  # so that who is root of a namespace alone can connect
        self.url = self.server.url

    def rows(self, text):
        lines = self.server.query(text).splitlines()
        return [tuple(map(int, line.split("|"))) for line in lines]

    def parts(self):
        return [Database(self.server)]

    def processes(self):
        return [self.server.process.pid]


class Chaos:
    """Faults, until most jobs have been done; counts: of each kind."""

    def __init__(self, queue, parts, seed):
        self.queue = queue
        self.parts = parts
        self.random = random.Random(seed)
        self.counts = collections.Counter()
        self.workers = [part for part in parts if isinstance(part, Worker)]
        self.small = [part for part in self.workers if isinstance(part, SmallDisk)]
        weights = {self.kill_worker: 4, self.freeze_worker: 1, self.kill_service: 2}
        if self.small:
            weights |= {self.fill_disk: 2, self.empty_disk: 1}
        if isinstance(parts[0], Database):
            weights |= {self.kill_database: 1, self.cut_connections: 3}
        self.faults = list(weights)
        self.weights = list(weights.values())
        self.first = self.random.sample(self.faults, len(self.faults))

    def tend(self):
        for part in self.parts:
            part.tend()

    def is_felt(self):
        """Whether a part is not there, or stands still."""
        return any(not part.is_up() for part in self.parts) or any(
            worker.is_frozen() for worker in self.workers)

    def strike(self):
        """Each fault once, then any."""
        fault = self.first.pop() if self.first else self.random.choices(self.faults,
                                                                         self.weights)[0]
        fault()

    def kill(self, part, pause):
        if part.is_up():
            self.counts[f"kills of {type(part).__name__}"] += 1
            part.kill(self.random.uniform(0, pause))

    def kill_worker(self):
        self.kill(self.random.choice(self.workers), 1)

    def freeze_worker(self):
        worker = self.random.choice(self.workers)
        if worker.is_up() and not worker.is_frozen():
            self.counts["workers frozen"] += 1
            worker.freeze(self.random.uniform(0, 2 * LEASE))

    def kill_service(self):
        self.kill(next(part for part in self.parts if isinstance(part, Service)), 0.5)

    def kill_database(self):
        self.kill(self.parts[0], 1.5 * LEASE)

    def fill_disk(self):
        if self.small[0].is_up():
            self.counts["disks filled"] += 1
            self.small[0].fill()

    def empty_disk(self):
        for part in self.small:
            part.empty()

    def cut_connections(self):
        try:
            pids = self.queue.rows("SELECT pid FROM pg_stat_activity WHERE usename = 'cupel'"
                                   " AND pid <> pg_backend_pid() ORDER BY pid")
            for (pid,) in self.random.sample(pids, min(2, len(pids))):
                self.queue.rows(f"SELECT pg_terminate_backend({pid})::int")
                self.counts["connections cut"] += 1
        except subprocess.CalledProcessError:
            pass  # it is down


class Case:
    """What both kinds of databases have to stand."""

    def setUp(self):
        support.need("unshare")
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # whoever is left over is our child
        self.at = self.folder()
        self.grader = self.at / "grader"
        self.submission = support.write(self.at / "a.sh", SUBMISSION)
        support.write(self.grader / "grader.json", json.dumps(GRADER))
        support.write(self.grader / SAMPLE / "submission/a.sh", SUBMISSION)
        support.write(self.grader / SAMPLE / "expected.json", json.dumps({"score": 2}))
        self.queue = self.open_queue()
        self.parts = []

    def put(self, course, *keys):
        return [support.HELPERS / "queue_put", self.queue.url, course, "grade", self.grader,
                self.submission, *keys]

    def count(self, condition, table="jobs"):
        return self.queue.rows(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0]

    def start(self, part):
        """It is killed however the test ends."""
        self.addCleanup(lambda: part.process.poll() is None and part.kill(0))
        self.parts.append(part)
        part.start()
        return part

    # A burst

    def test_a_burst_of_one_course_delays_anothers_job_by_a_job_a_slot(self):
        support.write(self.submission, "echo hi\n")
        subprocess.run(self.put("a", "count=1000"), check=True, capture_output=True)
        self.start(Worker(self.queue.url, self.at, "burst"))
        self.wait_for(lambda: self.count("state = 3") >= 20)
        subprocess.run(self.put("b"), check=True, capture_output=True)
        self.wait_for(lambda: self.count("course = 'b' AND started IS NOT NULL"))
        created, started = self.queue.rows("SELECT created, started FROM jobs"
                                           " WHERE course = 'b'")[0]
        before = self.count(f"course = 'a' AND started > {created} AND started < {started}")
        print(f"course b waited {(started - created) / 1000:.1f} ms behind"
              f" {self.count('state = 1')} jobs, {before} of which began before it", flush=True)
        self.assertLessEqual(before, 2)
        self.assertGreater(self.count("state = 1"), 500)

    # Faults

    def publish(self, service):
        """Put the grader into effect."""
        names = ("grader.json", f"{SAMPLE}/submission/a.sh", f"{SAMPLE}/expected.json")
        body, kind = form({}, [(name, (self.grader / name).read_bytes()) for name in names])
        status, answer = service.ask("PUT", "/v1/graders/echo?course=http", body, kind)
        self.assertEqual(status, 202, answer)
        self.wait_for(lambda: self.count("kind = 2 AND state > 2"))
        self.assertTrue(self.count("kind = 2 AND status = 'passed'"))

    def start_parts(self):
        disk = self.at / "disk"
        disk.mkdir()
        service = self.start(Service(self.queue.url, self.at))
        for name in ("one", "two"):
            self.start(Worker(self.queue.url, self.at / name, name))
        small = SmallDisk(self.queue.url, disk, "small")
        if small.can_mount:
            self.start(small)
        self.has_small = small.can_mount
        return service

    def tell_what_is_left_out(self):
        """Once all else was seen to hold."""
        if not self.has_small:
            raise unittest.SkipTest("no disk was filled: user namespaces cannot mount here")

    def start_clients(self, service, jobs, seed):
        over = threading.Event()
        self.addCleanup(over.set)
        half = jobs // 2
        path = f"/v1/jobs?grader=echo&name=a.sh&learner=ann&attempts={ATTEMPTS}"
        clients = [HttpClient(service, path, SUBMISSION, [f"h{i}" for i in range(n, half, 2)],
                              f"{seed} {n}", over) for n in range(2)]
        clients.append(DirectClient(self.put("direct", f"attempts={ATTEMPTS}"), BATCH,
                                    [f"d{i}" for i in range((jobs - half) // BATCH)],
                                    f"{seed} direct", over))
        for client in clients:
            client.start()
        return clients

    def done(self):
        try:
            return self.count("kind = 0 AND state > 2")
        except subprocess.CalledProcessError:
            return 0  # the database is down

    def rage(self, chaos, jobs):
        """Until few jobs are left: each further fault would hit the same ones."""
        end = time.monotonic() + jobs
        while self.done() < 0.9 * jobs:
            self.assertLess(time.monotonic(), end, "the jobs do not come to an end")
            chaos.strike()
            pause = time.monotonic() + chaos.random.uniform(0.1, 0.8)
            while time.monotonic() < pause:
                chaos.tend()
                time.sleep(0.02)

    def settle(self, chaos, clients):
        """Without faults, all ends in time."""
        chaos.empty_disk()
        end = time.monotonic() + 120
        while any(client.is_alive() for client in clients) or chaos.is_felt():
            self.assertLess(time.monotonic(), end, "not all has started again")
            chaos.tend()
            time.sleep(0.05)
        begin = time.time()
        left, failures = self.queue.rows("SELECT count(*), coalesce(max(failures), 0) FROM jobs"
                                         " WHERE state < 3")[0]
        end = begin + LEASE + 2**failures + (30 + left / 5) * support.SLOWNESS
        while left := self.count("state < 3"):
            chaos.tend()
            now = time.time()
            self.assertLess(now, end, f"{left} jobs have not ended")
            if now > begin + LATE:
                late = int((now - LATE) * SECOND)
                self.assertEqual(self.count(f"state = 2 AND lease_until < {late}"), 0)
            time.sleep(0.05)

    def check_records(self, clients, jobs):
        answers = {answer for client in clients for answer in client.answers}
        self.assertLessEqual(answers, {200, 201, 503, "none", "exit 0", "exit 1"})
        acknowledged = {key: job for client in clients for key, job in client.jobs.items()}
        self.assertEqual(len(acknowledged), jobs)
        self.assertEqual(len(set(acknowledged.values())), jobs)
        self.assertEqual(self.count("kind = 0"), jobs)
        self.assertEqual(self.count(SCORED), jobs)
        self.assertEqual(self.count("ended IS NULL", "attempts"), 0)
        good = "(SELECT count(*) FROM attempts WHERE job = id AND why IS NULL)"
        self.assertEqual(self.count(f"{good} <> 1"), 0)
        failed = "(SELECT count(*) FROM attempts WHERE job = id AND why NOT LIKE 'given back %')"
        self.assertEqual(self.count(f"{failed} <> failures"), 0)
        return acknowledged.values()

    def check_results(self, service, ids):
        expected = comparable(self.grade(self.grader, self.submission))
        for job in ids:
            status, body = service.ask("GET", f"/v1/jobs/{job}/result")
            self.assertEqual(status, 200, body)
            self.assertEqual(comparable(json.loads(body)), expected)

    def end_parts(self):
        for part in self.parts:
            self.assertEqual(part.end(), 0, part.log.read_text(errors="replace")[-2000:])
            if type(part) is Worker:
                self.assertEqual(list((part.folder / "work/jobs").iterdir()), [])
        self.wait_for(lambda: not self.strangers())

    def strangers(self):
        """Whom a killed worker has left over."""
        return [pid for pid in support.children_of(os.getpid())
                if pid not in self.queue.processes() and os.waitpid(pid, os.WNOHANG)[0] == 0]

    def run_chaos(self, seed, jobs):
        begin = time.monotonic()
        print(f"CUPEL_CHAOS_SEED={seed}, {jobs} jobs on {type(self.queue).__name__}", flush=True)
        service = self.start_parts()
        self.publish(service)
        chaos = Chaos(self.queue, [*self.queue.parts(), *self.parts], seed)
        clients = self.start_clients(service, jobs, seed)
        self.rage(chaos, jobs)
        raged = time.monotonic()
        self.settle(chaos, clients)
        settled = time.monotonic()
        self.tell(chaos, clients, (raged - begin, settled - raged))
        self.check_results(service, self.check_records(clients, jobs))
        self.end_parts()

    def tell(self, chaos, clients, seconds):
        answers = sum((client.answers for client in clients), collections.Counter())
        told = sum((worker.told() for worker in chaos.workers), collections.Counter())
        attempts = dict(self.queue.rows(
            "SELECT n, count(*) FROM (SELECT count(*) AS n FROM attempts GROUP BY job) AS made"
            " GROUP BY n ORDER BY n"))
        for name, what in (("faults", dict(chaos.counts)), ("answers", dict(answers)),
                           ("workers told", dict(told)), ("jobs by attempts", attempts)):
            print(f"  {name}: {what}")
        print("  seconds: {:.1f} with faults, {:.1f} until all had ended".format(*seconds),
              flush=True)


def seeds():
    given = os.environ.get("CUPEL_CHAOS_SEED")
    if given:
        return [int(given)]
    return [1, 2, 3] if support.LONG else [1]


class OnSqlite(Case, support.TestCase):
    def open_queue(self):
        return Sqlite(self.at)

    def test_each_job_has_one_result_whoever_is_killed(self):
        self.run_chaos(seeds()[0], JOBS)
        self.tell_what_is_left_out()


class OnPostgresql(Case, support.TestCase):
    def open_queue(self):
        return Postgresql(self)

    def test_each_job_has_one_result_whoever_is_killed(self):
        first, *others = seeds()
        self.run_chaos(first, JOBS)
        for seed in others:
            self.doCleanups()
            self.setUp()
            self.run_chaos(seed, JOBS)
        self.tell_what_is_left_out()


if __name__ == "__main__":
    support.main()
