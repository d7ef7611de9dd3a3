"""Waiting by the client commands: on a queue of SQLite or PostgreSQL, and on a server; for what
takes its time, fails, or goes away and comes back."""

import json
import os
import signal
import socket
import subprocess
import time

import client
import servers
import support
from client import CHECK, result
from service import Service

CLEAR = "\r\x1b[K"


class Processes:
    """Commands at work."""

    def start(self, *words, **keywords):
        """`cupel WORDS` at work; its output is a pipe's."""
        keywords.setdefault("stderr", subprocess.PIPE)
        process = subprocess.Popen(
            [support.CUPEL, *map(str, words)], env=self.environment(CUPEL_QUEUE=self.url),
            stdout=subprocess.PIPE, text=True, **keywords)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        if process.stderr:
            self.addCleanup(process.stderr.close)
        return process

    def end(self, process, code=0):
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, err)
        return out, err

    def terminal(self, *words):
        """The same with a terminal as standard error: the process, and what reads of that until
        it has seen a text."""
        leader, follower = os.openpty()
        self.addCleanup(os.close, leader)
        process = self.start(*words, stderr=follower)
        os.close(follower)
        seen = [b""]

        def see(text):
            while text not in seen[0]:
                seen[0] += os.read(leader, 1000)
            return seen[0].decode()

        return process, see


class Waiting(Processes):
    """What is the same wherever it is waited."""

    def finish_held(self, held, document, status="graded"):
        path = support.write(self.files / "result.json", json.dumps(document))
        self.act("finish", *held, status, path)

    def test_waiting_shows_progress_on_a_terminal(self):
        self.publish()
        process, see = self.terminal("submit", "--wait=60s", "fib", self.submission())
        see(b"waiting")
        held = self.lease()
        see(b"running")  # though the job has told nothing yet
        self.act("tell", *held, '{"event":"test","done":1,"total":4,"test":{"id":"one"}}')
        see(b"1/4")
        self.act("tell", *held, '{"event":"test","done":3,"total":4,"test":{"id":"two"}}')
        seen = see(b"3/4")
        self.finish_held(held, result())
        self.assertEqual(json.loads(self.end(process)[0]), result())
        self.assertEqual(seen, f"{CLEAR}job 2: waiting{CLEAR}job 2: running"
                         f"{CLEAR}job 2 [#####---------------] 1/4"
                         f"{CLEAR}job 2 [###############-----] 3/4")

    def test_a_second_attempt_is_told(self):
        self.publish()
        process, see = self.terminal("submit", "--wait=60s", "fib", self.submission())
        held = self.lease()
        self.act("tell", *held, '{"event":"test","done":1,"total":4}')
        see(b"1/4")
        self.act("fail", *held, "no disk")
        held = self.lease()
        see(b"job 2: running, attempt 2")
        self.finish_held(held, result())
        self.end(process)

    def test_waiting_has_an_end(self):
        self.publish()
        done = self.run_client("submit", "--wait=200ms", "fib", self.submission(), code=1)
        self.assertEqual((done.stdout, done.stderr),
                         ("", "cupel submit: job 2 has not ended after 200 ms\n"))

    def test_waiting_no_time_looks_once(self):
        self.publish()
        began = time.monotonic()
        done = self.run_client("submit", "--wait=0s", "fib", self.submission(), code=1)
        self.assertEqual(done.stderr, "cupel submit: job 2 has not ended yet\n")
        self.assertLess(time.monotonic() - began, 10)
        self.finish(result())
        self.assertEqual(json.loads(self.text("result", "--wait=0s", 2)), result())

    def test_whoever_stops_waiting_is_told_of_the_job(self):
        self.publish()
        process, see = self.terminal("submit", "--wait", "fib", self.submission())
        see(b"waiting")
        process.send_signal(signal.SIGINT)
        self.assertEqual(see(b"goes on\r\n")[-len(CLEAR) - 30:].partition(CLEAR)[2],
                         "cupel submit: job 2 goes on\r\n")
        self.end(process, code=130)
        self.assertEqual(self.json("jobs", 2)["state"], "ready")

    def test_what_fails_after_a_submission_names_the_job(self):
        self.publish()
        process = self.start("submit", "--wait=60s", "-o", "/no/where/x", "fib", self.submission())
        self.finish_held(self.lease(), result())
        self.assertRegex(self.end(process, code=1)[1], "^cupel submit: job 2: /no/where/x.*\n$")

    def test_publishing_waits_for_the_check(self):
        for status, code, state in (("passed", 0, "live"), ("refused", 5, "refused")):
            with self.subTest(status):
                process = self.start("publish", "--wait=60s", "--json", "--course", "c1", "--name",
                                     status, self.grader())
                self.finish_held(self.lease(), CHECK, status)
                self.assertEqual(json.loads(self.end(process, code)[0])["state"], state)

    def test_a_check_that_could_not_be_done_is_no_fault_of_the_graders(self):
        process = self.start("publish", "--wait=60s", "--course", "c1", self.grader())
        for _ in range(3):
            held = self.lease()
            self.act("fail", *held, "no disk")
        self.assertEqual(self.end(process, code=1),
                         ("", "cupel publish: platform failure: job 1 is dead: no disk\n"))
        self.assertEqual(self.text("jobs", "retry", 1), "1 ready\n")
        self.finish(CHECK, "passed")
        self.assertEqual(self.json("publish", "--list", "fib")["versions"][0]["state"], "live")
        process = self.start("publish", "--wait=60s", "--course", "c1", self.grader())
        self.wait_for(lambda: len(self.json("jobs")["jobs"]) == 2)
        self.text("jobs", "cancel", 2)
        self.assertEqual(self.end(process, code=1)[1], "cupel publish: job 2 was cancelled\n")

    def go_and_come_back(self):
        """Of what is waited on."""

    def test_waiting_outlasts_a_restart(self):
        self.publish()
        process = self.start("submit", "--wait=60s", "fib", self.submission())
        held = self.lease()
        self.act("tell", *held, '{"event":"test","done":1,"total":4}')
        time.sleep(0.3)
        self.go_and_come_back()
        self.assertIsNone(process.poll())
        self.finish_held(held, result())
        self.assertEqual(self.end(process), (json.dumps(result()), ""))


class SqliteWaiting(client.Sqlite, Waiting, client.TestCase):
    pass


class PostgresqlWaiting(client.Postgresql, Waiting, client.TestCase):
    def go_and_come_back(self):
        self.server.kill()
        time.sleep(1)
        self.server.start()


class ServerWaiting(client.Sqlite, Waiting, client.TestCase):
    def setUp(self):
        super().setUp()
        self.service = Service(self, self.url)
        self.token = self.service.read_token()

    def environment(self, **more):
        more.pop("CUPEL_QUEUE", None)
        return super().environment(CUPEL_SERVER=f"http://127.0.0.1:{self.service.port}",
                                   CUPEL_TOKEN=self.token, **more)

    def go_and_come_back(self):
        self.service.stop()
        time.sleep(1)
        self.service = Service(self, self.url, port=self.service.port)

    def test_a_limit_holds_while_the_server_is_away(self):
        self.publish()
        process = self.start("submit", "--wait=2s", "fib", self.submission())
        self.lease()
        self.service.stop()
        self.assertRegex(self.end(process, code=1)[1],
                         "^cupel submit: job 2: cannot connect to 127.0.0.1:.* refused\n$")

    def test_a_server_that_was_never_there_is_not_waited_for(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        begin = time.monotonic()
        done = self.cupel("result", "--server", f"http://127.0.0.1:{port}", "--wait", "1",
                          env=os.environ | {"CUPEL_TOKEN": "cupel_x"})
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("refused", done.stderr)
        self.assertLess(time.monotonic() - begin, 5)


class Stream(Processes, client.TestCase):
    """What is made of a server's stream of events that breaks off."""

    url = ""
    attempt = b'event: attempt\ndata: {"token":1}\n\n'

    def environment(self, **more):
        more.pop("CUPEL_QUEUE", None)
        return super().environment(CUPEL_SERVER=self.server.url(path=""), **more)

    def answer(self, connection):
        path = self.server.asked[-1].line.split()[1]
        if path == "/v1/jobs/5/events":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n"
                               b"Content-Type: text/event-stream\r\n\r\n" + next(self.streams))
        elif path == "/v1/jobs/5/result":
            connection.sendall(servers.answer("200 OK", body=json.dumps(result()).encode()))
        else:
            job = {"id": 5, "kind": "grade", "state": next(self.states), "status": "graded",
                   "has_result": True}
            connection.sendall(servers.answer("200 OK", body=json.dumps(job).encode()))

    def test_a_stream_that_breaks_off_is_taken_up_where_it_was(self):
        self.states = iter(["running"] * 4 + ["done"] * 2)
        self.streams = iter([self.attempt, self.attempt + b'id: 3\nevent: test\n'
                             b'data: {"event":"test","done":1,"total":4}\n\n', self.attempt])
        self.server = servers.Server(self, self.answer)
        process, see = self.terminal("result", "--wait", 5)
        self.assertEqual(json.loads(self.end(process)[0]), result())
        self.assertNotIn("attempt", see(b"1/4"))
        streams = [a for a in self.server.asked if a.line.split()[1].endswith("/events")]
        self.assertEqual([a.headers.get("last-event-id") for a in streams], [None, None, "3"])
        self.assertEqual(list(self.streams), [])

    def test_the_id_of_an_event_is_kept_when_others_have_none(self):
        self.states = iter(["running"] * 4 + ["done"] * 2)
        self.streams = iter([b"id: 3\nevent: test\ndata: {}\n\n", self.attempt, self.attempt])
        self.server = servers.Server(self, self.answer)
        self.assertEqual(json.loads(self.text("result", "--wait", 5, env=self.environment())),
                         result())
        streams = [a for a in self.server.asked if a.line.split()[1].endswith("/events")]
        self.assertEqual([a.headers.get("last-event-id") for a in streams], [None, "3", "3"])

    def test_a_server_that_has_too_much_to_do_is_asked_again(self):
        jobs = iter(["429 Too Many Requests", "502 Bad Gateway", "503 Service Unavailable"])

        def answer(connection):
            status = next(jobs, None)
            if status is None:
                self.answer(connection)
            else:
                connection.sendall(servers.answer(status))

        self.states = iter(["done"] * 2)
        self.server = servers.Server(self, answer)
        self.assertEqual(json.loads(self.text("result", "--wait", 5, env=self.environment())),
                         result())
        self.assertEqual(len(self.server.asked), 5)


if __name__ == "__main__":
    support.main()
