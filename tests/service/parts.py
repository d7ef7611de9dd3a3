"""The processes of a service, which are killed and start again, as what watches over them does
it; and clients that ask again until they have an answer."""

import collections
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time

import support

SERVICE = support.PREFIX / "libexec/cupel/cupel-service"
PAUSE = 0.1  # seconds until what has ended by itself is started again
LEASE = 3
DISK = 8 << 20
LOST = 0.05  # of the answers


class Part:
    """A process that was started once, and is again whenever it has ended."""

    def __init__(self):
        self.process = None
        self.due = 0

    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def kill(self, pause):
        self.process.kill()
        self.process.wait()
        self.due = time.monotonic() + pause

    def tend(self):
        now = time.monotonic()
        if self.is_up():
            self.due = now + PAUSE
        elif now >= self.due:
            self.start()
            self.due = now + PAUSE

    def end(self):
        """As an administrator does it; its exit status."""
        if self.is_up():
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


class Database(Part):
    """PostgreSQL, as a part."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.process = server.process

    def start(self):
        self.server.start()
        self.process = self.server.process

    def kill(self, pause):
        self.server.kill()
        self.due = time.monotonic() + pause


class Worker(Part):
    """wrap: a command to start it by."""

    def __init__(self, url, folder, name, wrap=()):
        super().__init__()
        self.frozen = None
        self.folder = folder
        self.log = folder.parent / f"{name}.log"
        self.command = [*wrap, SERVICE, "worker", "--queue", url, "--work", folder / "work",
                        "--name", name, "--slots", "2", "--lease", f"{LEASE}s", "--cgroup", "none"]

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stderr=log)

    def freeze(self, pause):
        """It stands still, perhaps with a lock of the database, and does not know."""
        self.process.send_signal(signal.SIGSTOP)
        self.frozen = threading.Timer(pause, self.process.send_signal, [signal.SIGCONT])
        self.frozen.start()

    def is_frozen(self):
        return self.frozen is not None and self.frozen.is_alive()

    def told(self):
        """How often it told of what."""
        lines = self.log.read_text(errors="replace").splitlines()
        return collections.Counter(json.loads(line)["event"] for line in lines
                                   if line.startswith("{") and line.endswith("}"))


class SmallDisk(Worker):
    """A worker whose folder is on a disk of its own, which can be filled."""

    def __init__(self, url, folder, name):
        script = f'mount -t tmpfs -o size={DISK} none {folder} && exec "$@"'
        wrap = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
        super().__init__(url, folder, name, wrap)
        self.can_mount = not subprocess.run([*wrap, "true"], check=False,
                                            capture_output=True).returncode

    def _filler(self):
        return f"/proc/{self.process.pid}/root{self.folder}/filler"

    def fill(self):
        try:
            with open(self._filler(), "wb", buffering=0) as file:
                while file.tell() < DISK:  # so much only, should it not be mounted yet
                    file.write(bytes(65536))
        except OSError:
            pass  # full, or the worker is not there

    def empty(self):
        try:
            os.unlink(self._filler())
        except OSError:
            pass


class Service(Part):
    """`cupel serve` without a worker, each time on another port; token: the first one."""

    def __init__(self, url, folder):
        super().__init__()
        self.log = folder / "serve.log"
        self.port = 0
        self.token = None
        self.command = [SERVICE, "serve", "--queue", url, "--listen", "127.0.0.1:0", "--work",
                        folder, "--no-worker", "--rate", "1000000"]

    def start(self):
        if self.process is not None:
            self.process.stdout.close()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log,
                                            text=True)
        line = self.process.stdout.readline()
        if line.startswith("listening on "):
            self.port = int(line.rsplit(":", 1)[1])
            self.token = self.token or self.process.stdout.readline().split()[1]

    def ask(self, method, path, body=None, kind="text/plain", hang_up=False):
        """(status, body) of an answer, or an OSError or HTTPException. hang_up: before it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.token}",
                                                    "Content-Type": kind})
            if hang_up:
                raise ConnectionAbortedError
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


class Client(threading.Thread):
    """Adds a job for each of its keys, every pause seconds; jobs: the ids, by key."""

    def __init__(self, keys, seed, over):
        super().__init__(daemon=True)
        self.keys = keys
        self.random = random.Random(seed)
        self.over = over
        self.jobs = {}
        self.answers = collections.Counter()

    def run(self):
        for key in self.keys:
            while not self.over.is_set() and not self.add(key):
                time.sleep(PAUSE)
            self.over.wait(self.random.expovariate(1 / self.pause))


class HttpClient(Client):
    pause = 0.2

    def __init__(self, service, path, text, *rest):
        super().__init__(*rest)
        self.service = service
        self.path = path
        self.text = text

    def add(self, key):
        """Whether it was acknowledged."""
        try:
            status, body = self.service.ask("POST", f"{self.path}&idempotency_key={key}", self.text,
                                            hang_up=self.random.random() < LOST)
        except (OSError, http.client.HTTPException):
            self.answers["none"] += 1
            return False
        self.answers[status] += 1
        if status in (200, 201):
            self.jobs[key] = json.loads(body)["id"]
        return status in (200, 201)


class DirectClient(Client):
    """count: jobs of a key."""

    pause = 1

    def __init__(self, command, count, *rest):
        super().__init__(*rest)
        self.command = command
        self.count = count

    def add(self, key):
        done = subprocess.run([*self.command, f"count={self.count}", f"key={key}"], check=False,
                              capture_output=True)
        self.answers[f"exit {done.returncode}"] += 1
        if done.returncode == 0:
            for number, line in enumerate(done.stdout.split()):
                self.jobs[f"{key}-{number}"] = int(line)
        return done.returncode == 0
