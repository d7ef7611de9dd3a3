"""Queues of either database, for cases that are to hold on both."""

import support
from postgres import Postgres


class OnSqlite(support.TestCase):
    def open_queue(self):
        """URL of an empty one."""
        return f"sqlite://{self.folder()}/queue.db"


class OnPostgres(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.stop)
        cls.count = 0

    def open_queue(self):
        """URL of an empty one."""
        type(self).count += 1
        name = f"q{self.count}"
        self.postgres.query(f"CREATE DATABASE {name}")
        return self.postgres.url.replace("/postgres?", f"/{name}?")
