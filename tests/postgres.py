"""A PostgreSQL of a test's own: in a temporary folder, by an ordinary user, on a Unix socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import support

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
ENDED = "ZX"  # states of proc(5)
NOBODY = "nobody"  # runs it where the test is root's, which PostgreSQL refuses to be


def state_of(pid):
    """The letter of proc(5)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


class Postgres:
    """Starts with the object; stop() ends it and removes its folder."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cupel-pg-"))
        self.user = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam(NOBODY)
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self.url = self._url("postgres")
        self.process = None
        self._run("initdb", "--auth=trust", "--username=cupel", "--no-sync", "--encoding=UTF8",
                  "--locale=C", "--pgdata", self.folder / "data")
        self.start()

    def _url(self, database):
        return f"postgresql:///{database}?host={self.folder}&user=cupel"

    def database(self, name):
        """The URL of a new one."""
        self.query(f"CREATE DATABASE {name}")
        return self._url(name)

    def _run(self, program, *arguments):
        subprocess.run([PROGRAMS / program, *arguments], check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL, **self.user)

    def start(self):
        """Start it, or start it again."""
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self.folder / "data", "-k", self.folder,
                 "-c", "listen_addresses=", "-c", "max_connections=200"],
                cwd=self.folder, stdout=log, stderr=log, start_new_session=True, **self.user)
        end = time.monotonic() + 60
        while subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", self.folder, "-U", "cupel"],
                             check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.02)

    def kill(self):
        """As if the machine had lost power: every process of it, at once."""
        first = self.process.pid
        os.kill(first, signal.SIGSTOP)  # it starts none meanwhile, and reaps none
        while state_of(first) not in ENDED + "T":
            time.sleep(0.001)
        others = support.children_of(first)
        for pid in (first, *others):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        while any(state_of(pid) not in ENDED for pid in others):
            time.sleep(0.001)  # it does not start again while one has its shared memory

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(2)  # fast shutdown
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def query(self, text):
        """One value, as text."""
        done = subprocess.run([PROGRAMS / "psql", "-h", self.folder, "-U", "cupel", "-Atc", text,
                               "postgres"], check=True, capture_output=True)
        return done.stdout.decode().strip()
