"""The client commands on `cupel serve`: they do and print what they do on its queue."""

import json
import os
import subprocess
import time

import client
import support
from client import CHECK, result
from service import Service


class Server(client.Sqlite, client.TestCase):
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

    def refuse_here(self, message, *words, **keywords):
        self.refuse(message.replace("HERE", f"127.0.0.1:{self.service.port}"), *words, **keywords)

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

    def test_a_submission_is_kept_as_it_was_handed_in(self):
        self.publish()
        path = self.submission()
        one = self.json("jobs", self.submit(submission=path))
        other = self.json("submit", "--queue", self.url, "fib", path)
        self.assertEqual(one["submission"], other["submission"])
        folder = self.submit(submission=path.parent)
        self.assertEqual(self.submit(submission=path.parent), folder + 1)
        hashes = {self.json("jobs", job)["submission"] for job in (folder, folder + 1)}
        self.assertEqual(len(hashes), 1)

    def test_a_grader_is_the_same_however_it_was_published(self):
        folder = self.grader()
        support.write(folder / "data/run.sh", "echo\n").chmod(0o755)
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

    def test_waiting_has_an_end(self):
        self.publish()
        done = self.run_client("submit", "--wait=300ms", "fib", self.submission(), code=1)
        self.assertEqual(done.stderr, "cupel submit: job 2 has not ended after 300 ms\n")

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
