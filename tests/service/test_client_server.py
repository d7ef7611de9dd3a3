"""The client commands on `cupel serve`: they do and print what they do on its queue."""

import json
import os
import subprocess
import time
import uuid

import client
import support
from client import CHECK, result
from service import Service


class Asking:
    """A server of self.url's queue."""

    def setUp(self):
        super().setUp()
        self.service = Service(self, self.url)
        self.server = f"http://127.0.0.1:{self.service.port}"
        self.token = self.service.read_token()

    def environment(self, **more):
        """That of the server, unless the queue is asked for."""
        if "CUPEL_QUEUE" in more:
            more = {"CUPEL_SERVER": self.server, "CUPEL_TOKEN": self.token}
        return super().environment(**more)

    def folder_of(self, **files):
        """A folder with files: (text, mode) by a name in which __ is a slash."""
        folder = self.files / uuid.uuid4().hex
        folder.mkdir()
        for name, (text, mode) in files.items():
            support.write(folder / name.replace("__", "/"), text, mode)
        return folder

    def submissions(self):
        """What is handed in, with its options, and the exit code of that."""
        script = "#!/bin/sh\necho 1\n"
        whole = self.submission()
        yield "a file", 0, (whole,)
        yield "an empty file", 0, (self.submission(""),)
        yield "a folder", 0, (self.folder_of(fib=("1", 0o644), src__main=("2", 0o755)),)
        yield "one file in a folder", 0, (self.folder_of(fib=("1", 0o644)),)
        yield "one file, empty", 0, (self.folder_of(fib=("", 0o644)),)
        yield "empty ones among others", 0, (self.folder_of(a=("", 0o755), b=("", 0o644),
                                                            c=("1", 0o644), d=("", 0o644)),)
        yield "one nested file", 0, (self.folder_of(src__main=("2", 0o644)),)
        yield "one executable", 0, (self.folder_of(main=("\x7fELF", 0o755)),)
        yield "a script without a right", 0, (self.folder_of(main=(script, 0o644)),)
        yield "only an archive", 0, (self.folder_of(**{"x.zip": ("PK", 0o644)}),)
        yield "no file at all", 2, (self.folder_of(),)
        yield "an odd file", 2, (self.folder_of(**{"a\\b": ("", 0o644)}) / "a\\b",)
        yield "an odd name", 2, (self.folder_of(**{"a\\b": ("", 0o644)}),)
        yield "a quote", 2, (self.folder_of(**{'a"b': ("", 0o644)}),)
        yield "a quoted file", 0, (self.folder_of(**{'a"b': ("", 0o644)}) / 'a"b',)
        yield "deep folders", 2, (self.folder_of(**{"a__" * 17 + "b": ("", 0o644)}),)
        for option in ("--learner", "--key"):
            yield f"long {option}", 0, (whole, option, "x" * 255)
            yield f"longer {option}", 2, (whole, option, "x" * 256)
        yield "its own course", 0, (whole, "--course", "c1")
        yield "another's course", 2, (whole, "--course", "c2")

    def test_a_submission_is_the_same_however_it_is_handed_in(self):
        """The second time, its key finds the same job, or what was handed in is not the same."""
        self.publish()
        for name, code, words in self.submissions():
            with self.subTest(name):
                words = ("submit", "--json", "--key", name, "fib", *words)
                asked = self.run_client(*words, code=code)
                there = self.run_client(*words, "--queue", self.url, code=code)
                self.assertEqual(asked.stderr, there.stderr)
                if code == 0:
                    self.assertEqual(json.loads(asked.stdout)["id"], json.loads(there.stdout)["id"])

    def refuse_here(self, message, *words, **keywords):
        self.refuse(message.replace("HERE", f"127.0.0.1:{self.service.port}"), *words, **keywords)


class PostgresqlServer(Asking, client.Postgresql, client.TestCase):
    pass


class Server(Asking, client.Sqlite, client.TestCase):
    def assert_same(self, *words):
        """Whatever it talks to, the same is printed, but for ages."""
        asked, there = self.lines(*words), self.lines(*words, "--queue", self.url)
        self.assertEqual(asked, there)
        return "".join(asked)

    def fill(self):
        """Jobs of all sorts, a regrade, a schedule."""
        self.publish()
        self.submit("--learner", "Ädä & co")
        self.finish(result(score=1), score=(5, 10))
        self.publish(title="Other")
        self.submit("--priority", "batch", "--not-before", "2040-01-01T00:00:00Z")
        self.json("regrade", "fib")
        self.finish(result(score=1), score=(7, 10))
        self.json("schedule", "set", "nightly", "--cron", "0 3 * * *", "--course", "c1", "--", "true")
        self.json("jobs", "course", "c1", "--weight", "3")

    def test_the_same_is_printed_as_on_the_queue(self):
        self.fill()
        for words in (
            ["jobs", "--json"], ["jobs", "--json", "--limit", 2], ["jobs", "--all", "--json"],
            ["jobs", "--json", "--learner", "Ädä & co"], ["jobs", "--json", "--state", "waiting"],
            ["jobs", 2], ["jobs", 2, "--json"], ["result", 2], ["jobs", "courses"],
            ["jobs", "courses", "--json"], ["publish", "--list"], ["publish", "--list", "fib"],
            ["publish", "--list", "fib", "--json"], ["regrade", "list"], ["regrade", "show", 1],
            ["regrade", "items", 1], ["regrade", "items", "--changed", "--json", 1],
            ["schedule", "list"], ["schedule", "list", "--json"],
        ):
            with self.subTest(words=words):
                self.assertGreater(len(self.assert_same(*words)), 20)

    def test_a_grader_is_the_same_however_it_was_published(self):
        folder = self.grader()
        support.write(folder / "data/run.sh", "echo\n").chmod(0o755)
        support.write(folder / "data/notes.sh", "#!/bin/sh\n")
        one = self.json("publish", "--course", "c1", "--name", "a", folder)
        other = self.json("publish", "--course", "c1", "--name", "b", folder, "--queue", self.url)
        self.assertEqual(one["tree"], other["tree"])

    def test_a_job_is_waited_for(self):
        self.publish()
        process = subprocess.Popen(
            [support.CUPEL, "submit", "--wait=60s", "fib", self.submission()],
            env=self.environment(CUPEL_QUEUE=""), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        held = self.lease()
        self.act("tell", *held, '{"event":"test","done":1,"total":4}')
        time.sleep(0.2)
        path = support.write(self.files / "result.json", json.dumps(result("rejected", "no")))
        self.act("finish", *held, "rejected", path)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (3, b"cupel submit: submission rejected: no\n"))
        self.assertEqual(json.loads(out), result("rejected", "no"))

    def test_what_is_refused_is_told_as_on_the_queue(self):
        self.publish()
        for words in (["jobs", 77], ["submit", "none", self.submission()], ["result", 77],
                      ["regrade", "none"], ["regrade", "show", 7], ["schedule", "remove", "n"],
                      ["token", "revoke", "nobody12"], ["publish", "--roll-back", 7, "fib"],
                      ["publish", "--list", "none"]):
            with self.subTest(words=words):
                told = self.run_client(*words, code=2).stderr
                self.assertEqual(told, self.run_client(*words, "--queue", self.url, code=2).stderr)

    def test_jobs_are_cancelled(self):
        self.publish()
        job = self.submit()
        self.assertEqual(self.text("jobs", "cancel", job), f"{job} cancelled\n")

    def test_tokens_are_made_used_and_revoked(self):
        staff = self.text("token", "add", "--role", "staff", "--course", "c1", "--name", "Ada").strip()
        name = staff.split("_")[1]
        platform, self.token = self.token, staff
        self.assertEqual(self.json("jobs")["jobs"], [])
        done = self.run_client("token", "list", code=2)
        self.assertRegex(done.stderr, f"the token cupel_{name} may not do that: .*; expected one of "
                         "role platform\n$")
        self.assertNotIn(staff, done.stderr)
        self.token = platform
        self.assertEqual(self.text("token", "revoke", name), "")
        self.token = staff
        self.refuse_here(f"cupel jobs: HERE does not take the token cupel_{name}: it has expired, was "
                         "revoked or never was; expected one of role platform, staff or auditor",
                         "jobs")
        environment = {k: v for k, v in os.environ.items() if k not in client.VARIABLES}
        self.refuse_here("cupel jobs: HERE asks for a token of role platform, staff or auditor: set "
                         "CUPEL_TOKEN, or give --token-file", "jobs",
                         env={**environment, "CUPEL_SERVER": self.server})

    def test_a_server_that_is_gone_is_a_platform_failure(self):
        self.service.stop()
        done = self.run_client("jobs", code=1)
        self.assertRegex(done.stderr, "^cupel jobs: cannot connect to 127.0.0.1:.*refused\n$")

    def test_a_grader_is_checked_and_rolled_back(self):
        self.publish()
        version = self.json("publish", "--course", "c1", self.grader(title="Other"))
        self.finish(CHECK, "passed")
        self.assertEqual(version["version"], 2)
        versions = self.json("publish", "--roll-back", 1, "fib")["versions"]
        self.assertEqual([v["state"] for v in versions], ["retired", "live"])


if __name__ == "__main__":
    support.main()
