"""Backup and restore as docs/operations.md tells them: what was added before is graded after."""

import json
import shutil
import signal
import sqlite3
import subprocess

import postgres
import support
from support import CUPEL, GRADERS, SOURCE

PAGE = (SOURCE / "docs/operations.md").read_text()
GRADER = GRADERS / "fibonacci"
SUBMISSION = GRADER / "samples/correct/submission"


class Backup(support.TestCase):
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

    def test_of_sqlite(self):
        old, kept, new = self.folder(), self.folder(), self.folder()
        job = self.submit(f"sqlite://{old}/queue.db")
        self.assertIn("VACUUM INTO '", PAGE)
        with sqlite3.connect(old / "queue.db") as database:
            database.execute(f"VACUUM INTO '{kept}/queue.db'")
        database.close()
        later = self.submit(f"sqlite://{old}/queue.db")  # its blobs come along, and it does not
        shutil.copytree(old / "queue.db.blobs", kept / "queue.db.blobs")
        shutil.rmtree(old)
        shutil.copytree(kept, new, dirs_exist_ok=True)
        url = f"sqlite://{new}/queue.db"
        self.check_graded(url, job)
        self.assertEqual(self.cupel("jobs", "--queue", url, later).returncode, 2)

    def test_of_postgresql(self):
        dump = self.folder() / "cupel.dump"
        old = postgres.Postgres()
        self.addCleanup(old.stop)
        job = self.submit(old.url)
        self.run_client("pg_dump", "--format=custom", f"--file={dump}", old.url)
        old.stop()
        new = postgres.Postgres()
        self.addCleanup(new.stop)
        self.run_client("pg_restore", "--clean", "--if-exists", "--no-owner",
                        f"--dbname={new.url}", dump)  # fmt: skip
        self.check_graded(new.url, job)

    def run_client(self, program, *arguments):
        for option in (word for word in map(str, arguments) if word.startswith("--")):
            self.assertIn(option.split("=")[0], PAGE)
        subprocess.run([postgres.PROGRAMS / program, *arguments], check=True)


if __name__ == "__main__":
    support.main()
