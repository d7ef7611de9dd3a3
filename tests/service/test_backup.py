"""Backup and restore by the scripts of docs/operations.md: what was added is graded afterwards."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys

import postgres
import support
from support import CUPEL, GRADERS, SOURCE

PAGE = (SOURCE / "docs/operations.md").read_text()
BLOCKS = [text for _, text in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.M | re.S)]
GRADER = GRADERS / "fibonacci"
SUBMISSION = GRADER / "samples/correct/submission"

VACUUM = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])"
# What takes root or a system that is run by systemd. rsync also does what comes between.
STUBS = {
    "chown": "",
    "runuser": '[ "$1 $3" = "-u --" ] || exit 2\nshift 3\nexec "$@"',
    "rsync": '[ "$1" = --archive ] || exit 2\neval "$MEANWHILE"\n'
    'mkdir -p "$3" && cp -a "$2." "$3"',
    "sqlite3": f'exec {shlex.quote(sys.executable)} -c "{VACUUM}" "$@"',
    "systemctl": 'echo "$@" >> "$CALLS"',
}


def block(command):
    """The script of the page in which a command stands."""
    (text,) = [text for text in BLOCKS if command in text]
    return text


class Backup(support.TestCase):
    def setUp(self):
        super().setUp()
        self.stubs, self.cwd = self.folder(), self.folder()
        for name, text in STUBS.items():
            support.write(self.stubs / name, f"#!/bin/sh\n{text}\n", mode=0o755)

    def run_script(self, text, **variables):
        """Exit code, and what systemctl was called with."""
        calls = self.stubs / "calls"
        calls.write_text("")
        path = f"{self.stubs}:{postgres.PROGRAMS}:{os.environ['PATH']}"
        given = {"MEANWHILE": ":", "CALLS": str(calls), "PATH": path, **variables}
        done = subprocess.run(["sh", "-c", text], check=False, capture_output=True, cwd=self.cwd,
                              env={**os.environ, **given})  # fmt: skip
        return done.returncode, calls.read_text().splitlines()

    def submit(self, url):
        done = self.cupel("submit", "--queue", url, GRADER, SUBMISSION)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def check_graded(self, url, job):
        """By a worker that comes now."""
        worker = subprocess.Popen(
            [CUPEL, "worker", "--queue", url, "--cgroup", "none", "--work", self.folder()],
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)
        done = self.cupel("result", "--queue", url, "--wait=60s", "--format", "json", job)
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["score"], result["max_score"])
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(timeout=60), 0)


class OfSqlite(Backup):
    def setUp(self):
        super().setUp()
        self.old, self.kept = self.folder(), self.folder()
        self.url = f"sqlite://{self.old}/queue.db"

    def run_block(self, command, **variables):
        text = re.sub(r"(?<= )/backup/", f"{self.kept}/", block(command))
        return self.run_script(text.replace("/var/lib/cupel", str(self.old)), **variables)

    def test_a_restored_queue_goes_on(self):
        job = self.submit(self.url)
        (self.old / "backup.db").write_text("what a backup that was broken off has left")
        submit = shlex.join(map(str, [CUPEL, "submit", "--queue", self.url, GRADER, SUBMISSION]))
        code, calls = self.run_block("VACUUM INTO", MEANWHILE=submit)
        self.assertEqual((code, calls), (0, ["stop cupel-prune.timer cupel-prune.service",
                                             "start cupel-prune.timer"]))  # fmt: skip
        later = str(int(job) + 1)  # its blobs have come along, and it has not
        self.assertEqual(self.cupel("jobs", "--queue", self.url, later).returncode, 0)
        code, calls = self.run_block("rm -f /var/lib/cupel/queue.db ")
        self.assertEqual((code, len(calls)), (0, 2))
        self.assertEqual(set(calls[0].split()) - {"stop"},
                         {"cupel-worker.service", "cupel-serve.service", "cupel-prune.timer",
                          "cupel-prune.service"})  # fmt: skip
        self.assertEqual(set(calls[1].split()) - {"start"},
                         set(calls[0].split()) - {"stop", "cupel-prune.service"})
        self.check_graded(self.url, job)
        self.assertEqual(self.cupel("jobs", "--queue", self.url, later).returncode, 2)

    def test_a_backup_that_fails_leaves_the_one_before(self):
        self.submit(self.url)
        self.assertEqual(self.run_block("VACUUM INTO")[0], 0)
        good = (self.kept / "queue.db").read_bytes()
        self.submit(self.url)
        code, _ = self.run_block("VACUUM INTO", MEANWHILE="exit 1")
        self.assertNotEqual(code, 0)
        self.assertEqual((self.kept / "queue.db").read_bytes(), good)
        (self.old / "queue.db").write_text("no database" * 1000)
        code, calls = self.run_block("VACUUM INTO")
        self.assertNotEqual(code, 0)
        self.assertEqual((self.kept / "queue.db").read_bytes(), good)
        self.assertEqual(calls[-1], "start cupel-prune.timer")


class OfPostgresql(Backup):
    def setUp(self):
        super().setUp()
        self.server = postgres.Postgres()
        self.addCleanup(self.server.stop)
        self.url = self.server.database("cupel")

    def run_block(self, command):
        return self.run_script(block(command), CUPEL_QUEUE=self.url, PGDATABASE="postgres",
                               PGHOST=str(self.server.folder), PGUSER="cupel")

    def ask(self, text):
        done = subprocess.run([postgres.PROGRAMS / "psql", self.url, "-Atc", text], check=True,
                              capture_output=True, text=True)
        return done.stdout.strip()

    def test_a_restored_queue_goes_on(self):
        job = self.submit(self.url)
        self.assertEqual(self.run_block("pg_dump "), (0, []))
        self.ask("CREATE TABLE later (id BIGINT)")  # as a version to come may
        self.ask("UPDATE cupel_schema SET version = version + 1")
        self.assertEqual(self.cupel("jobs", "--queue", self.url, job).returncode, 1)
        self.assertEqual(self.run_block("pg_restore "), (0, []))
        self.assertEqual(self.ask("SELECT count(*) FROM pg_tables WHERE tablename = 'later'"), "0")
        self.check_graded(self.url, job)

    def test_a_dump_that_fails_leaves_the_one_before(self):
        (self.cwd / "cupel.dump").write_text("good")
        self.server.stop()
        self.assertNotEqual(self.run_block("pg_dump ")[0], 0)
        self.assertEqual((self.cwd / "cupel.dump").read_text(), "good")


if __name__ == "__main__":
    support.main()
