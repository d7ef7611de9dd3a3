"""What the tests of the client commands share: running them, and playing the worker."""

import json
import os
import re
import subprocess
import uuid

import postgres
import support

GRADER = {
    "schema": "cupel.grader/1",
    "name": "fib",
    "title": "Fibonacci numbers",
    "version": "1",
    "environment": "host",
    "submission": {"files": ["fib.sh"]},
    "tests": [{"id": "one", "run": ["sh", "fib.sh"], "expect": {"stdout_text": "1\n"}}],
}
CHECK = {"schema": "cupel.check/1", "passed": True, "lint": [], "test": None}
VARIABLES = ("CUPEL_QUEUE", "CUPEL_SERVER", "CUPEL_TOKEN", "XDG_STATE_HOME")


def result(status="graded", message=None, **more):
    """As much of a result's document as staff's JSON is asked for."""
    return {"schema": "cupel.result/1", "status": status, "message": message, **more}


class TestCase(support.TestCase):
    """self.url is a queue's; its kind is the class's."""

    def setUp(self):
        self.files = self.folder()
        self.home = self.files / "home"
        self.home.mkdir()

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if k not in VARIABLES}
        return {**kept, "HOME": str(self.home), **more}

    def run_client(self, *words, code=0, env=None, **keywords):
        """What `cupel WORDS` has printed; it must end with the code."""
        if env is None:
            env = self.environment(CUPEL_QUEUE=self.url)
        done = self.cupel(*words, env=env, **keywords)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def text(self, *words, **keywords):
        """Its standard output, and nothing on standard error."""
        done = self.run_client(*words, **keywords)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def json(self, *words, **keywords):
        return json.loads(self.text(words[0], "--json", *words[1:], **keywords))

    def refuse(self, message, *words, code=2, **keywords):
        """Nothing on standard output, and one line on standard error."""
        done = self.run_client(*words, code=code, **keywords)
        self.assertEqual((done.stdout, done.stderr), ("", message + "\n"))

    def act(self, *words):
        done = subprocess.run([support.HELPERS / "act", self.url, *map(str, words)], check=False,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()

    def lease(self):
        """The next job, as soon as there is one: id and token."""
        held = []
        self.wait_for(lambda: held.append(self.act("lease")) or held[-1] != ["none"])
        return held[-1]

    def finish(self, document, status=None, score=()):
        """Do the next job in a worker's place; its id."""
        job, token = self.lease()
        path = support.write(self.files / "result.json", json.dumps(document))
        self.act("finish", job, token, status or document["status"], path, *score)
        return int(job)

    def grader(self, **changes):
        folder = self.files / f"grader-{uuid.uuid4().hex}"
        support.write(folder / "grader.json", json.dumps({**GRADER, **changes}))
        return folder

    def publish(self, **changes):
        """A new version that is live."""
        version = self.json("publish", "--course", "c1", self.grader(**changes))
        self.finish(CHECK, "passed")
        return version["version"]

    def submission(self, text="echo 1\n"):
        return support.write(self.files / f"{uuid.uuid4().hex}/fib.sh", text)

    def submit(self, *options, grader="fib", submission=None):
        words = ("submit", *options, grader, submission or self.submission())
        return int(self.text(*words))

    def lines(self, *words):
        """Rows of a table, cells parted by single blanks, ages left out."""
        text = re.sub(r" +\d+ (s|min|h|d) ", " AGE ", self.text(*words))
        return [re.sub(" +", " ", line).strip() for line in text.splitlines()]


class Sqlite:
    def setUp(self):
        super().setUp()
        self.url = f"sqlite://{self.files}/queue.db"
        self.act("lease")  # which makes the tables


class Postgresql:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = postgres.Postgres()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        name = f"q{uuid.uuid4().hex}"
        self.server.query(f"CREATE DATABASE {name}")
        self.url = self.server.url.replace("/postgres?", f"/{name}?")
        self.act("lease")
