"""What the queue promises, of SQLite and of PostgreSQL: the same claims of both."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import postgres
import support

SUBJECTS = (
    "graders",
    "hooks",
    "jobs",
    "prune",
    "race",
    "regrades",
    "schedules",
    "sql",
    "tokens",
    "tree",
)


class Claims(support.TestCase):
    def check(self, url_of):
        """Side by side, each with a database of its own: they wait for time more than they do."""
        with ThreadPoolExecutor(len(SUBJECTS)) as pool:
            urls = {subject: url_of(subject) for subject in SUBJECTS}
            ended = {
                subject: pool.submit(
                    subprocess.run,
                    [support.HELPERS / f"claims_{subject}", url],
                    check=False,
                    capture_output=True,
                    timeout=250,
                )
                for subject, url in urls.items()
            }
        for subject, future in ended.items():
            with self.subTest(subject):
                done = future.result()
                self.assertEqual(done.returncode, 0, (done.stderr + done.stdout).decode())

    def test_sqlite_keeps_them(self):
        folder = self.folder()
        self.check(lambda subject: f"sqlite://{folder}/{subject}.db")

    def test_postgresql_keeps_them(self):
        server = postgres.Postgres()
        self.addCleanup(server.stop)
        self.check(server.database)


if __name__ == "__main__":
    support.main()
