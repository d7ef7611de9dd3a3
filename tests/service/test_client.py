"""The client commands on a queue, of SQLite and of PostgreSQL: the same of both; and what they
make of a server's answers."""

import email
import json
import os
import subprocess
import threading
import time

import client
import servers
import support
from client import CHECK, result

NO_SERVICE = "no service is named: give --queue URL or --server URL, or set CUPEL_QUEUE or CUPEL_SERVER"


class Commands:
    """submit, result, jobs."""

    def test_a_submission_is_a_job_of_a_folder_that_is_a_grader(self):
        job = self.json("submit", self.grader(), self.submission(), "--learner", "Ada")
        self.assertEqual((job["id"], job["kind"], job["course"]), (1, "grade", "local"))
        self.assertEqual((job["learner"], job["state"], job["grader"]), ("Ada", "ready", None))
        self.assertEqual((job["priority"], job["attempts"]), ("live", 3))
        self.assertEqual(len(job["tree"]), 64)
        self.assertEqual(self.text("submit", self.grader(), self.submission()), "2\n")
        self.assertEqual(self.json("jobs", 2)["tree"], job["tree"])

    def test_a_job_is_as_it_was_asked_for(self):
        job = self.json("submit", "--course", "c7", "--priority", "batch", "--attempts", "1",
                        "--key", "k", "--not-before", "2040-01-01T01:00:00+01:00",
                        "--deadline", "2041-01-01T00:00:00Z", self.grader(), self.submission())
        self.assertEqual((job["course"], job["priority"], job["state"]), ("c7", "batch", "waiting"))
        self.assertEqual((job["attempts"], job["idempotency_key"]), (1, "k"))
        self.assertEqual(job["not_before"], "2040-01-01T00:00:00.000000Z")
        self.assertEqual(job["deadline"], "2041-01-01T00:00:00.000000Z")

    def test_a_submission_is_a_folder_or_comes_from_standard_input(self):
        self.publish()
        job = self.json("jobs", self.submit(submission=self.submission().parent))
        self.assertEqual((job["grader"], job["course"]), ("fib", "c1"))
        archive = subprocess.run(["tar", "-C", self.submission().parent, "-cf", "-", "."],
                                 check=True, capture_output=True).stdout
        self.assertEqual(self.text("submit", "fib", "-", stdin=archive), "3\n")

    def test_the_same_key_is_the_same_job(self):
        self.publish()
        path = self.submission()
        first = self.submit("--key", "k", submission=path)
        self.assertEqual(self.submit("--key", "k", submission=path), first)
        self.refuse(f"cupel submit: idempotency key k: job {first} was asked for with it otherwise",
                    "submit", "--key", "k", "fib", self.submission("echo 2\n"))
        tree = self.json("jobs", first)["tree"]
        self.publish(title="The second version")
        self.assertEqual(self.submit("--key", "k", submission=path), first)
        self.assertEqual(self.json("jobs", first)["tree"], tree)

    def test_a_deadline_that_passes_is_nobodys_fault(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        job = self.text("submit", "--deadline", soon, self.grader(), self.submission()).strip()
        time.sleep(2.1)
        self.assertEqual(self.act("lease"), ["none"])
        self.refuse(f"cupel result: job {job} was not begun: its deadline has passed",
                    "result", job, code=1)
        self.refuse("cupel submit: deadline: expected a time to come", "submit", "--deadline",
                    "2001-01-01T00:00:00Z", self.grader(), self.submission())

    def test_what_cannot_be_submitted_is_named(self):
        self.refuse("cupel submit: there is no grader nobody", "submit", "nobody", self.submission())
        self.refuse("cupel submit: /no/where: No such file or directory",
                    "submit", "/no/where", self.submission())
        self.refuse(f"cupel submit: {self.home}/grader.json: No such file or directory",
                    "submit", self.home, self.submission())
        self.refuse("cupel submit: /no/fib.sh: No such file or directory",
                    "submit", self.grader(), "/no/fib.sh")
        self.refuse("cupel submit: /dev/null: neither a folder nor a file",
                    "submit", self.grader(), "/dev/null")
        self.publish()
        self.refuse("cupel submit: grader fib is of course c1, not of c2",
                    "submit", "--course", "c2", "fib", self.submission())

    def wait(self, document, *words, code=0, grader=None, told=()):
        """`cupel submit --wait`, whose job is done in a worker's place meanwhile."""
        process = subprocess.Popen(
            [support.CUPEL, "submit", "--wait=60s", *words, grader or self.grader(),
             self.submission()],
            env=self.environment(CUPEL_QUEUE=self.url), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        held = self.lease()
        for line in told:
            self.act("tell", *held, line)
        path = support.write(self.files / "result.json", json.dumps(document))
        self.act("finish", *held, document["status"], path)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, err)
        return out, err

    def test_waiting_prints_the_result_as_it_was_made(self):
        document = result(score=1)
        out, err = self.wait(document)
        self.assertEqual((out, err), (json.dumps(document), ""))

    def test_waiting_ends_as_grading_would_have(self):
        out, err = self.wait(result("rejected", "no such\nfile"), code=3)
        self.assertEqual(json.loads(out)["status"], "rejected")
        self.assertEqual(err, "cupel submit: submission rejected: no such\nfile\n")
        _, err = self.wait(result("grader_error", "it\x1b[31m crashed"), code=5)
        self.assertEqual(err, "cupel submit: the grader is at fault: it\\x1b[31m crashed\n")

    def test_a_result_is_printed_or_why_there_is_none(self):
        job = self.submit(grader=self.grader())
        self.refuse("cupel result: job 1 has no result yet: it is ready; --wait waits for it",
                    "result", job)
        self.finish(result(score=2))
        self.assertEqual(json.loads(self.text("result", job)), result(score=2))
        target = self.files / "out.json"
        self.assertEqual(self.text("result", "-o", target, job, "--wait"), "")
        self.assertEqual(json.loads(target.read_text()), result(score=2))

        job = self.submit("--attempts", "1", grader=self.grader())
        held = self.act("lease")
        self.act("fail", *held, "no cell")
        self.refuse(f"cupel result: platform failure: job {job} is dead: no cell", "result", job,
                    code=1)
        job = self.submit(grader=self.grader())
        self.assertEqual(self.text("jobs", "cancel", job), f"{job} cancelled\n")
        self.refuse(f"cupel result: job {job} was cancelled", "result", "--wait", job, code=1)
        self.refuse("cupel result: there is no job 77", "result", 77)

    def test_a_result_is_rendered_as_grading_renders_it(self):
        grader, submission = self.grader(), self.submission("echo 2\n")
        graded = self.cupel("grade", grader, submission)
        self.assertEqual(graded.returncode, 0, graded.stderr)
        document = json.loads(graded.stdout)
        job = self.submit(grader=grader, submission=submission)
        self.finish(document)
        self.assertEqual(json.loads(self.text("result", job)), document)
        text = self.text("result", "--format", "text", job)
        self.assertIn("one", text)
        self.assertTrue(self.text("result", "--format", "html", job).startswith("<!DOCTYPE html>"))
        learner = json.loads(self.text("result", "--view", "learner", job))
        self.assertEqual(learner["score"], 0)

    def test_only_gradings_are_rendered(self):
        self.publish()
        self.refuse("cupel result: job 1 grades no submission: its result is JSON, for staff",
                    "result", "--format", "text", 1)
        self.assertEqual(json.loads(self.text("result", 1)), CHECK)

    def test_jobs_are_listed(self):
        self.publish()
        self.submit("--learner", "Ädä\x1b[31m")
        self.submit("--priority", "batch")
        self.finish(result(), score=(5, 10))
        self.assertEqual(self.lines("jobs"), [
            "ID AGE COURSE GRADER LEARNER PRIORITY STATE SCORE",
            "3 AGE c1 fib - batch ready -",
            "2 AGE c1 fib Ädä\\x1b[31m live done 5/10",
            "1 AGE c1 fib - live done -",
        ])
        self.assertEqual(len(self.lines("jobs", "--state", "ready")), 2)
        self.assertEqual(len(self.lines("jobs", "--course", "c2")), 1)
        self.assertEqual(len(self.lines("jobs", "--grader", "fib", "--limit", "1")), 2)
        page = self.json("jobs", "--limit", "2")
        self.assertEqual(([job["id"] for job in page["jobs"]], page["next"]), ([3, 2], "2"))
        whole = self.json("jobs", "--all")
        self.assertEqual(([job["id"] for job in whole["jobs"]], whole["next"]), ([3, 2, 1], None))

    def test_a_job_is_shown_with_its_attempts(self):
        job = self.submit(grader=self.grader())
        held = self.act("lease")
        self.act("fail", *held, "no cell")
        document = self.json("jobs", job)
        self.assertEqual([a["why"] for a in document["attempts_made"]], ["no cell"])
        text = self.text("jobs", job)
        self.assertRegex(text, r"(?m)^state +waiting$")
        self.assertRegex(text, rf"(?m)^submission +{document['submission']}$")
        self.assertRegex(text, r"(?m)^attempt 1 +20.*Z to 20.*Z by act: no cell$")

    def test_jobs_are_cancelled_whatever_becomes_of_others(self):
        job = self.submit(grader=self.grader())
        done = self.run_client("jobs", "cancel", 9, job, code=2)
        self.assertEqual((done.stdout, done.stderr),
                         (f"{job} cancelled\n", "cupel jobs cancel: there is no job 9\n"))
        job = self.submit(grader=self.grader())
        self.act("lease")
        self.assertEqual(self.text("jobs", "cancel", job), f"{job} running, is being ended\n")
        self.assertTrue(self.json("jobs", job)["cancelling"])
        self.refuse("cupel jobs cancel: x: expected an id, a whole number from 1 on",
                    "jobs", "cancel", "x")

    def test_dead_jobs_are_tried_again(self):
        job = self.submit("--attempts", 1, grader=self.grader())
        self.refuse(f"cupel jobs retry: job {job} is ready: only a dead one is tried again",
                    "jobs", "retry", job)
        number, token = self.lease()
        self.act("fail", number, token, "no disk")
        self.assertEqual(self.json("jobs", job)["state"], "dead")
        self.assertEqual(self.text("jobs", "retry", job), f"{job} ready\n")
        self.assertEqual(self.lease()[0], number)

    def test_old_jobs_are_dropped(self):
        self.submit(grader=self.grader())
        self.finish(result())
        self.assertEqual(self.text("jobs", "prune", "--older", "90d"),
                         "dropped 0 jobs and 0 files of 0 B\n")
        time.sleep(0.01)
        self.assertEqual(self.json("jobs", "prune", "--older", "1ms")["jobs"], 1)
        self.assertEqual(self.json("jobs")["jobs"], [])

    def test_courses_have_shares(self):
        self.assertEqual(self.json("jobs", "course", "c1", "--weight", "3"),
                         {"name": "c1", "weight": 3, "max_running": 0})
        self.assertEqual(self.lines("jobs", "course", "c1", "--max-running", "2"),
                         ["COURSE WEIGHT MAX-RUNNING", "c1 3 2"])
        self.assertEqual(self.lines("jobs", "courses"), ["COURSE WEIGHT MAX-RUNNING", "c1 3 2"])

    def test_a_grader_is_published_once_it_is_checked(self):
        folder = self.grader()
        version = self.json("publish", "--course", "c1", folder)
        self.assertEqual((version["name"], version["version"], version["state"]),
                         ("fib", 1, "checking"))
        self.refuse("cupel submit: grader fib has no live version: version 1 is being checked",
                    "submit", "fib", self.submission())
        self.finish(CHECK, "passed")
        self.assertEqual(self.submit(), 2)
        self.refuse("cupel publish: there is no such grader", "publish", "--list", "none")

    def test_versions_are_listed_and_rolled_back(self):
        self.publish()
        self.publish(title="Other")
        states = [v["state"] for v in self.json("publish", "--list", "fib")["versions"]]
        self.assertEqual(states, ["live", "retired"])
        versions = self.json("publish", "--roll-back", 1, "fib")["versions"]
        self.assertEqual([v["state"] for v in versions], ["retired", "live"])
        user = self.json("publish", "--list")["graders"][0]["created_by"]
        self.assertEqual(self.lines("publish", "--list"), [
            "GRADER VERSION COURSE STATE AGE BY CHECK WHY",
            f"fib 1 c1 live AGE {user} 1 -",
        ])

    def test_a_regrade_is_seen_before_it_counts(self):
        self.publish()
        first = self.submit("--learner", "Ada")
        second = self.submit("--learner", "Bob")
        for score in (5, 6):
            self.finish(result(), score=(score, 10))
        self.publish(title="Other")
        regrade = self.json("regrade", "fib")
        self.assertEqual((regrade["id"], regrade["from"], regrade["to"]), (1, None, 2))
        self.refuse("cupel regrade publish: regrade 1: 2 of its jobs have not ended",
                    "regrade", "publish", 1)
        jobs = [self.finish(result(), score=(score, 10)) for score in (7, 6)]
        self.assertEqual(self.lines("regrade", "show", 1), [
            "ID GRADER FROM TO STATE ENDED GRADED CHANGED HIGHER LOWER",
            "1 fib any 2 open 2/2 2 1 1 0",
        ])
        self.assertEqual(self.lines("regrade", "items", 1), [
            "JOB ORIGINAL LEARNER STATE STATUS OLD NEW",
            f"{jobs[0]} {first} Ada done graded 5/10 → 7/10",
            f"{jobs[1]} {second} Bob done graded 6/10 → 6/10",
        ])
        changed = self.json("regrade", "items", "--changed", 1)["items"]
        self.assertEqual([item["job"] for item in changed], [jobs[0]])
        self.assertEqual(self.json("regrade", "publish", 1)["state"], "published")
        self.assertEqual(self.json("jobs", first)["current"], jobs[0])
        self.assertEqual(self.json("regrade", "list")["regrades"][0]["state"], "published")
        self.assertEqual(self.json("regrade", "--to", 1, "--sample", 1, "fib")["total"], 1)
        self.assertEqual(self.json("regrade", "withdraw", 2)["state"], "withdrawn")

    def test_a_regrade_is_waited_for(self):
        self.publish()
        self.submit()
        self.finish(result(), score=(5, 10))
        self.publish(title="Other")
        self.refuse("cupel regrade: regrade 1 has not ended in time",
                    "regrade", "--wait=1s", "fib", code=1)
        self.assertEqual(self.json("regrade", "withdraw", 1)["state"], "withdrawn")
        timer = threading.Timer(0.5, lambda: self.finish(result(), score=(6, 10)))
        timer.start()
        self.addCleanup(timer.join)
        self.assertEqual(self.json("regrade", "--wait=30s", "fib")["ended"], 1)

    def test_schedules_are_set_listed_and_removed(self):
        words = ("schedule", "set", "nightly", "--cron", "0 3 * * *", "--zone", "Europe/Berlin",
                 "--missed", "skip", "--course", "c1", "--policy", "python")
        schedule = self.json(*words, "--", "python3", "-c", "print(1)")
        self.assertEqual((schedule["name"], schedule["missed"]), ("nightly", "skip"))
        self.assertEqual(schedule["spec"],
                         {"command": ["python3", "-c", "print(1)"], "policy": "python"})
        self.assertEqual(self.json("schedule", "list")["schedules"], [schedule])
        line = self.text("schedule", "list").splitlines()[1]
        self.assertRegex(line, r"^nightly +c1 +0 3 \* \* \* +Europe/Berlin +skip +20.*Z +- +-$")
        self.assertEqual(self.text("schedule", "remove", "nightly"), "")
        self.refuse("cupel schedule remove: there is no schedule nightly",
                    "schedule", "remove", "nightly")
        done = self.run_client(*words[:3], "--cron", "61 * * * *", "--course", "c1", "--", "true",
                               code=2)
        self.assertRegex(done.stderr, "^cupel schedule set: .*61")

    def test_tokens_are_told_once(self):
        token = self.text("token", "add", "--role", "staff", "--course", "c1", "--name", "Ada",
                          "--expires", "90d")
        self.assertRegex(token, r"^cupel_[a-z0-9]{8}_[0-9a-f]{64}\n$")
        name = token.split("_")[1]
        tokens = self.json("token", "list")["tokens"]
        self.assertEqual([(t["id"], t["role"], t["used_at"]) for t in tokens], [(name, "staff", None)])
        listed = self.text("token", "list")
        self.assertNotIn(token.strip().split("_")[2], listed)
        self.assertEqual(self.text("token", "revoke", name), "")
        self.assertIsNotNone(self.json("token", "list")["tokens"][0]["revoked_at"])
        document = self.json("token", "add", "--role", "platform", "--name", "Bob")
        self.assertEqual((document["role"], document["expires_at"]), ("platform", None))
        self.assertIn(document["id"], document["token"])
        self.refuse("cupel token revoke: there is no token nobody", "token", "revoke", "nobody")
        done = self.run_client("token", "add", "--role", "staff", "--name", "Ada", code=2)
        self.assertIn("course", done.stderr)


class SqliteCommands(client.Sqlite, Commands, client.TestCase):
    pass


class PostgresqlCommands(client.Postgresql, Commands, client.TestCase):
    pass


class Usage(client.Sqlite, client.TestCase):
    """Messages, and where the service is."""

    def test_wrong_use_is_told(self):
        for words, message in (
            (["submit", "a"], "submit: expected a grader and a submission; see cupel submit --help"),
            (["submit", "--attempts", "0", "a", "b"],
             "submit: --attempts 0: expected a number from 1 to 100"),
            (["submit", "--priority", "soon", "a", "b"],
             "submit: --priority soon: expected live or batch"),
            (["submit", "--deadline", "soon", "a", "b"],
             'submit: --deadline: "soon": expected a time such as 2026-01-31T12:00:00Z'),
            (["submit", "--wait=9", "a", "b"],
             "submit: --wait 9: expected a time with its unit, ms, s, min, h or d: 90d"),
            (["submit", "--learner", "", "a", "b"],
             "submit: --learner: expected text in UTF-8, not empty"),
            (["submit", "--learner", b"\xff", "a", "b"],
             "submit: --learner: expected text in UTF-8, not empty"),
            (["submit", "-o", "f", "a", "b"], "submit: --output has no meaning without --wait"),
            (["submit", "--format", "json", "a", "b"],
             "submit: --format has no meaning without --wait"),
            (["submit", "--view", "staff", "a", "b"], "submit: --view has no meaning without --wait"),
            (["result", "--json", "--format", "text", 1],
             "result: --json has no meaning with --format text"),
            (["submit", "--frob"], "submit: unrecognized option '--frob'"),
            (["jobs", "x"], "jobs: x: expected an id, a whole number from 1 on"),
            (["jobs", 1, 2], "jobs: expected at most the id of one job; see cupel jobs --help"),
            (["jobs", "--weight", "3"], "jobs: --weight has no meaning here; see cupel jobs --help"),
            (["jobs", "cancel"],
             "jobs cancel: expected ids of jobs; see cupel jobs cancel --help"),
            (["jobs", "prune"],
             "jobs prune: expected --older TIME; see cupel jobs prune --help"),
            (["jobs", "course", "c1"], "jobs course: expected --weight or --max-running"),
            (["result"], "result: expected the id of a job; see cupel result --help"),
            (["result", "--format", "pdf", 1],
             "result: --format pdf: expected json, text, html, gradescope, coursera, prairielearn or "
             "junit"),
            (["regrade"], "regrade: expected the name of a grader; see cupel regrade --help"),
            (["regrade", "show"],
             "regrade show: expected the id of a regrade; see cupel regrade show --help"),
            (["schedule"], "schedule: expected list, set or remove; see cupel schedule --help"),
            (["schedule", "set", "n", "--", "true"],
             "schedule set: expected --cron EXPRESSION; see cupel schedule set --help"),
            (["token"], "token: expected add, list or revoke; see cupel token --help"),
            (["token", "add", "--name", "Ada"],
             "token add: expected --role ROLE; see cupel token add --help"),
            (["token", "add", "--role", "auditor", "--name", "Ada", "--expires", "0d"],
             "token add: --expires: expected a time above 0"),
            (["token", "add", "--role", "auditor", "--name", "Ada", "--expires", "0s"],
             "token add: --expires: expected a time above 0"),
            (["publish", "--list", "--roll-back", 1, "fib"],
             "publish: expected one of --course, --list and --roll-back; see cupel publish --help"),
            (["publish", "."], "publish: expected --course COURSE and a folder with grader.json; see "
             "cupel publish --help"),
        ):
            with self.subTest(words=words):
                self.refuse(f"cupel {message}", *words)

    def test_help_goes_to_standard_output_and_needs_no_service(self):
        for command in ("submit", "jobs", "result", "regrade", "schedule", "token", "publish"):
            with self.subTest(command):
                text = self.text(command, "--help", env=self.environment())
                self.assertTrue(text.startswith(f"Usage: cupel {command}"), text[:80])
                self.assertLessEqual(max(map(len, text.splitlines())), 91)

    def test_the_service_is_named_in_one_way(self):
        self.refuse(f"cupel jobs: {NO_SERVICE}; there is no {self.home}/.local/state/cupel/queue.db",
                    "jobs", env=self.environment())
        both = self.environment(CUPEL_QUEUE=self.url, CUPEL_SERVER="http://127.0.0.1:1")
        self.refuse("cupel jobs: CUPEL_QUEUE and CUPEL_SERVER are both set: give --queue or "
                    "--server", "jobs", env=both)
        self.refuse("cupel jobs: expected --queue or --server, not both", "jobs", "--queue",
                    self.url, "--server", "http://127.0.0.1:1")
        self.text("jobs", "--queue", self.url, env=both)
        self.refuse("cupel jobs: cannot connect to 127.0.0.1:1: Connection refused",
                    "jobs", "--server", "http://127.0.0.1:1", code=1)

    def test_the_services_own_queue_is_the_default(self):
        folder = self.files / "state/cupel"
        folder.mkdir(parents=True)
        job = self.text("submit", self.grader(), self.submission(), "--queue",
                        f"sqlite://{folder}/queue.db")
        environment = self.environment(XDG_STATE_HOME=str(self.files / "state"))
        self.assertEqual(self.json("jobs", env=environment)["jobs"][0]["id"], int(job))

    def test_a_queue_that_cannot_be_used_is_a_platform_failure(self):
        for url, code in (("sqlite:///no/where/q.db", 1), ("mysql://x", 2),
                          ("postgresql:///x?host=/no/where", 1)):
            with self.subTest(url):
                done = self.run_client("jobs", "--queue", url, code=code)
                self.assertRegex(done.stderr, "^cupel jobs: .+\n$")


class Server(client.TestCase):
    """What is made of a server's answers; test_client_server.py asks a real one."""

    def answers(self, status, document=None, **more):
        body = b"" if document is None else json.dumps(document).encode()
        return servers.Server(self, servers.answer(status, body=body, **more))

    def ask(self, server, *words, token="cupel_abcd1234_secret", code=2):
        env = self.environment(CUPEL_SERVER=server.url(path=""))
        if token:
            env["CUPEL_TOKEN"] = token
        done = self.run_client(*words, env=env, code=code)
        self.assertNotIn("secret", done.stderr)
        return done.stderr.replace(str(server.port), "PORT")

    def test_errors_are_told(self):
        for status, detail, words, code, message in (
            ("404 Not Found", "there is no job 7", ["jobs", 7], 2, "jobs: there is no job 7\n"),
            ("409 Conflict", "a regrade is open", ["regrade", "f"], 2, "regrade: a regrade is open\n"),
            ("503 Service Unavailable", "the queue is away", ["jobs"], 1, "jobs: the queue is away\n"),
            ("500 Internal Server Error", "it broke\x1b", ["jobs"], 1,
             "jobs: 127.0.0.1:PORT answers with status 500: it broke\\x1b\n"),
            ("401 Unauthorized", "no", ["jobs"], 2,
             "jobs: 127.0.0.1:PORT does not take the token cupel_abcd1234: it has expired, was "
             "revoked or never was; expected one of role platform, staff or auditor\n"),
            ("403 Forbidden", "it is c2's", ["jobs", "cancel", 1], 2,
             "jobs cancel: 127.0.0.1:PORT: the token cupel_abcd1234 may not do that: it is c2's; "
             "expected one of role platform, or staff of the course\n"),
        ):
            with self.subTest(status):
                server = self.answers(status, {"title": "no", "detail": detail})
                self.assertEqual(self.ask(server, *words, code=code), f"cupel {message}")

    def test_a_token_is_asked_for(self):
        server = self.answers("401 Unauthorized", {"detail": "no"})
        self.assertEqual(self.ask(server, "token", "list", token=None),
                         "cupel token list: 127.0.0.1:PORT asks for a token of role platform: set "
                         "CUPEL_TOKEN, or give --token-file\n")

    def test_what_is_no_document_is_refused(self):
        server = servers.Server(self)
        self.assertEqual(self.ask(server, "jobs", code=1),
                         "cupel jobs: 127.0.0.1:PORT answers with what is no JSON object\n")

    def test_a_submission_is_sent_as_it_is(self):
        server = self.answers("201 Created", {"id": 5, "state": "ready"})
        self.ask(server, "submit", "--learner", "Ädä & co", "--key", "k", "fib", self.file(), code=0)
        asked = server.asked[0]
        self.assertEqual(asked.line, "POST /v1/jobs?grader=fib&name=a%20b.py&learner="
                         "%C3%84d%C3%A4%20%26%20co&priority=live&attempts=3&idempotency_key=k HTTP/1.1")
        self.assertEqual(asked.body, b"print(1)\n")
        self.assertEqual(asked.headers["authorization"], "Bearer cupel_abcd1234_secret")

    def file(self):
        return support.write(self.files / "work/a b.py", "print(1)\n", 0o755)

    def test_a_folder_is_sent_as_a_form_that_tells_what_is_executable(self):
        support.write(self.file().parent / "src/ü.txt", "deep\n")
        server = self.answers("201 Created", {"id": 5, "state": "ready"})
        self.ask(server, "submit", "fib", self.files / "work", code=0)
        asked = server.asked[0]
        self.assertEqual(asked.line, "POST /v1/jobs?grader=fib&form=tree&priority=live&attempts=3 "
                         "HTTP/1.1")
        form = email.message_from_bytes(
            b"Content-Type: " + asked.headers["content-type"].encode() + b"\r\n\r\n" + asked.body)
        self.assertEqual(
            [(part.get_content_type(), part.get_payload(decode=True)) for part in form.get_payload()],
            [("application/x-executable", b"print(1)\n"), ("application/octet-stream", b"deep\n")])
        self.assertIn('name="file"; filename="src/ü.txt"\r\n'.encode(), asked.body)

    def test_a_name_that_cannot_be_sent_is_refused(self):
        support.write(self.files / 'odd/a"b', "")
        server = self.answers("201 Created", {})
        self.assertEqual(self.ask(server, "submit", "fib", self.files / "odd"),
                         'cupel submit: a"b: such a name cannot be sent; it must be in UTF-8, without '
                         "quotes, backslashes and ends of lines\n")
        self.assertEqual(server.asked, [])

    def test_what_needs_the_queue_says_so(self):
        server = self.answers("200 OK", {})
        self.assertEqual(self.ask(server, "jobs", "prune", "--older", "90d"),
                         "cupel jobs prune: jobs are dropped where the queue is: give --queue, not "
                         "--server\n")
        self.assertEqual(self.ask(server, "submit", "./fib", self.file()),
                         "cupel submit: ./fib: a server grades with graders that are published; give "
                         "the name of one, or --queue\n")
        self.assertEqual(server.asked, [])

    def test_a_token_is_not_sent_in_the_clear_to_other_machines(self):
        self.refuse("cupel jobs: example.com:80: expected https://…, since others could read the "
                    "token; http:// is for this machine alone", "jobs", "--server",
                    "http://example.com", env=self.environment())

    def test_a_token_file_is_its_owners_alone(self):
        server = self.answers("200 OK", {"jobs": [], "next": None})
        path = support.write(self.files / "token", "cupel_x_secret\n", 0o640)
        words = ("jobs", "--server", server.url(path=""), "--token-file", path)
        self.refuse(f"cupel jobs: --token-file {path}: others than its owner may use it (mode "
                    "0640); chmod 600 mends that", *words, env=self.environment())
        path.chmod(0o600)
        self.text(*words, env=self.environment())
        self.assertEqual(server.asked[0].headers["authorization"], "Bearer cupel_x_secret")


if __name__ == "__main__":
    support.main()
