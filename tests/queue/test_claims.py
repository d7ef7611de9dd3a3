"""What the queue promises, of SQLite and of PostgreSQL: the same claims of both."""

import subprocess

import postgres
import support

SUBJECTS = ("graders", "jobs", "regrades")


class Claims(support.TestCase):
    def check(self, url):
        for subject in SUBJECTS:
            with self.subTest(subject):
                done = subprocess.run([support.HELPERS / f"claims_{subject}", url], check=False,
                                      capture_output=True, timeout=200)
                self.assertEqual(done.returncode, 0, done.stderr.decode() + done.stdout.decode())

    def test_sqlite_keeps_them(self):
        self.check(f"sqlite://{self.folder()}/queue.db")

    def test_postgresql_keeps_them(self):
        server = postgres.Postgres()
        self.addCleanup(server.stop)
        self.check(server.url)


if __name__ == "__main__":
    support.main()
