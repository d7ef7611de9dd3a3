"""What `cupel serve` does unasked: webhooks, jobs that recur."""

import hashlib
import hmac
import http.server
import json
import os
import re
import socket
import sqlite3
import subprocess
import threading
import time

import postgres
import support
from servers import Server
from service import SERVICE, Hand, Service

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
FAILED = OK.replace(b"200 OK", b"500 No")
RUN = {"kind": "run", "course": "c", "command": ["true"]}
SOON = 5  # seconds; a receiver that does not answer takes 10
DUE = "UPDATE schedules SET next = 0"


class Chores(support.TestCase):
    def serve(self, *options, url=None):
        url = url or f"sqlite://{self.folder()}/queue.db"
        service = Service(self, url, *options)
        service.read_token()
        return service, Hand(self, url)

    def finish_one(self, service, hand):
        job = service.ask("POST", "/v1/jobs", RUN).json()["id"]
        self.assertEqual(hand.lease(), job)
        self.assertEqual(hand.ask("finish exited - - -"), "ok")
        return job

    def change(self, service, statement, *values):
        """What time would do to the queue; and the service looks at it."""
        with sqlite3.connect(service.queue.removeprefix("sqlite://")) as database:
            database.execute(statement, values)
        database.close()
        service.ask("PUT", "/v1/schedules/bell", {"cron": "0 0 1 1 *", "job": RUN})

    @staticmethod
    def end_jobs(service, course, count=1):
        for _ in range(count):
            job = service.ask("POST", "/v1/jobs", {**RUN, "course": course}).json()["id"]
            service.ask("DELETE", f"/v1/jobs/{job}")
        return job

    def deliveries(self, service):
        return service.ask("GET", "/v1/webhook-deliveries").json()["deliveries"]

    def why(self, service):
        """Of the newest delivery, once it has failed."""
        self.wait_for(lambda: self.deliveries(service)[0]["why"])
        return self.deliveries(service)[0]["why"]

    def assert_soon(self, claim):
        begin = time.monotonic()
        self.wait_for(claim)
        self.assertLess(time.monotonic() - begin, SOON)

    def test_a_receiver_is_told_of_a_jobs_end_and_can_verify_it(self):
        service, hand = self.serve("--allow-private-webhooks")
        receiver = Server(self, OK)
        made = service.ask("PUT", "/v1/webhooks/lms", {"url": receiver.url()})
        self.assertEqual(made.status, 201, made.bytes)
        job = self.finish_one(service, hand)
        self.wait_for(lambda: receiver.asked)
        asked = receiver.asked[0]
        told = json.loads(asked.body)
        self.assertEqual((told["event"], told["job"]["id"], told["job"]["state"]),
                         ("job.ended", job, "done"))
        seconds, signature = (part.split("=")[1]
                              for part in asked.headers["cupel-signature"].split(","))
        self.assertEqual(signature, hmac.new(made.json()["secret"].encode(),
                                             seconds.encode() + b"." + asked.body,
                                             hashlib.sha256).hexdigest())
        time.sleep(0.3)
        self.assertEqual(len(receiver.asked), 1)

    def test_what_cannot_be_told_is_listed(self):
        service, hand = self.serve("--allow-private-webhooks")
        receiver = Server(self, FAILED)
        service.ask("PUT", "/v1/webhooks/lms", {"url": receiver.url()})
        job = self.finish_one(service, hand)
        self.assertIn("500", self.why(service))
        failed = self.deliveries(service)[0]
        self.assertEqual((failed["job"], failed["event"]), (job, "job.ended"))
        self.assertNotIn("secret", failed)

    def test_a_schedule_that_fails_keeps_no_receiver_waiting(self):
        service, _ = self.serve("--allow-private-webhooks")
        receiver = Server(self, OK)
        service.ask("PUT", "/v1/webhooks/lms", {"url": receiver.url()})
        service.ask("PUT", "/v1/schedules/lost", {"cron": "0 0 1 1 *", "job": RUN})
        self.change(service, "UPDATE schedules SET next = 0, zone = 'No/Zone'")
        errors = service.folder / "errors"
        self.wait_for(lambda: "No/Zone" in errors.read_text())
        self.end_jobs(service, "c")
        self.assert_soon(lambda: receiver.asked)
        time.sleep(2.5)
        self.assertEqual(errors.read_text().count("No/Zone"), 1)

    def test_a_receiver_that_does_not_answer_keeps_no_other_waiting(self):
        service, _ = self.serve("--allow-private-webhooks")
        slow = Server(self, lambda _: slow.over.wait(30))
        other = Server(self, OK)
        service.ask("PUT", "/v1/webhooks/slow", {"url": slow.url(), "course": "c"})
        service.ask("PUT", "/v1/webhooks/other", {"url": other.url(), "course": "d"})
        self.end_jobs(service, "c", 20)
        self.wait_for(lambda: slow.asked)
        self.end_jobs(service, "d")
        self.assert_soon(lambda: other.asked)
        self.assertEqual(len(slow.asked), 1)

    def test_a_receiver_that_failed_is_told_the_same_again(self):
        service, _ = self.serve("--allow-private-webhooks")
        receiver = Server(self, FAILED)
        service.ask("PUT", "/v1/webhooks/lms", {"url": receiver.url()})
        self.end_jobs(service, "c")
        self.wait_for(lambda: receiver.asked)
        receiver.answer = OK
        self.wait_for(lambda: len(receiver.asked) == 2)
        ids = [asked.headers["cupel-delivery"] for asked in receiver.asked]
        self.assertRegex(ids[0], r"^\d+-\d+$")
        self.assertEqual(ids[0], ids[1])
        first, second = (int(re.match(r"t=(\d+),", asked.headers["cupel-signature"])[1])
                         for asked in receiver.asked)
        self.assertGreater(second, first)
        self.assertEqual(receiver.asked[0].body, receiver.asked[1].body)
        self.wait_for(lambda: self.deliveries(service) == [])

    def test_an_address_that_is_not_public_is_refused_and_not_told(self):
        service, _ = self.serve()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
            self.assertEqual(service.ask("PUT", "/v1/webhooks/lms", {"url": url}).status, 201)
            self.end_jobs(service, "c")
            self.assertEqual(self.why(service), "its host has no public address")
            with self.assertRaises(BlockingIOError):
                listener.accept()
        self.assertIn("webhook lms: 127.0.0.1", (service.folder / "errors").read_text())

    def test_what_is_dead_is_counted_and_can_be_told_again(self):
        service, _ = self.serve("--allow-private-webhooks")
        receiver = Server(self, FAILED)
        service.ask("PUT", "/v1/webhooks/lms", {"url": receiver.url(), "course": "c"})
        self.end_jobs(service, "c")
        self.why(service)
        self.assert_counted(service, 1, 0)
        self.change(service, "UPDATE deliveries SET next = NULL")
        self.assert_counted(service, 0, 1)
        self.assertTrue(self.deliveries(service)[0]["dead"])
        path = f"/v1/webhook-deliveries/{self.deliveries(service)[0]['id']}/retry"
        for role, course, status in (("staff", "d", 404), ("auditor", None, 403),
                                     ("staff", "c", 204)):
            receiver.answer = OK
            token = service.ask("POST", "/v1/tokens",
                                {"role": role, "course": course, "name": "x"}).json()["token"]
            self.assertEqual(service.ask("POST", path, token=token).status, status, role)
        self.assert_soon(lambda: len(receiver.asked) == 2)
        self.wait_for(lambda: self.deliveries(service) == [])
        self.assert_counted(service, 0, 0)

    def assert_counted(self, service, waiting, dead):
        text = service.ask("GET", "/metrics").bytes.decode()
        for state, count in (("waiting", waiting), ("dead", dead)):
            self.assertIn(f'cupel_webhook_deliveries{{state="{state}"}} {count}\n', text)

    def test_a_job_that_is_tried_again_has_not_ended(self):
        service, hand = self.serve("--allow-private-webhooks")
        receiver = Server(self, OK)
        service.ask("PUT", "/v1/webhooks/lms", {"url": receiver.url()})
        self.change(service, "UPDATE hooks SET not_before = 1 << 60")
        job = service.ask("POST", "/v1/jobs", {**RUN, "attempts": 1}).json()["id"]
        self.assertEqual(hand.lease(), job)
        self.assertEqual(hand.ask("fail no disk"), "ok")
        self.assertEqual(service.ask("POST", f"/v1/jobs/{job}/retry").status, 200)
        self.change(service, "UPDATE hooks SET not_before = 0")
        self.wait_for(lambda: self.deliveries(service) == [])
        self.assertEqual(hand.lease(), job)
        self.assertEqual(hand.ask("finish exited - - -"), "ok")
        self.wait_for(lambda: receiver.asked)
        self.assertEqual([json.loads(asked.body)["job"]["state"] for asked in receiver.asked],
                         ["done"])

    def test_a_score_is_told_of_once_a_regrade_is_published(self):
        service, hand = self.serve("--allow-private-webhooks")
        for text in (b"{}", b"{ }"):
            service.send({}, [("grader.json", text)], "/v1/graders/fib?course=c", "PUT")
            self.assertGreater(hand.lease(), 0)
            hand.ask("finish passed - - -")
            job = service.send({"grader": "fib"}, [("fib.c", b"int x;")]).json()["id"]
            self.assertEqual(hand.lease(), job)
            hand.ask("finish graded 5 10 -")
        receiver = Server(self, OK)
        service.ask("PUT", "/v1/webhooks/lms", {"url": receiver.url(), "course": "c"})
        regrade = service.ask("POST", "/v1/regrades", {"grader": "fib"}).headers["Location"]
        again = hand.lease()
        hand.ask("finish graded 8 10 -")
        self.assertEqual(self.deliveries(service), [])
        self.assertEqual(service.ask("POST", f"{regrade}/publish").status, 200)
        self.wait_for(lambda: self.deliveries(service) == [])
        (asked,) = receiver.asked
        told = json.loads(asked.body)
        self.assertEqual((asked.headers["cupel-event"], told["event"]), ("score.changed",) * 2)
        self.assertEqual((told["job"]["score"], told["job"]["current"]), (5, again))
        self.assertEqual((told["current"]["id"], told["current"]["score"]), (again, 8))

    def test_the_receiver_of_the_documentation_takes_what_is_sent(self):
        page = (support.SOURCE / "docs/webhooks.md").read_text()
        names = {}
        exec(re.search(r"^```python\n(.*?)^```$", page, re.M | re.S)[1], names)
        told, codes = [], []
        names["print"] = told.append

        class Receiver(names["Receiver"]):
            def log_request(self, code="-", size="-"):
                codes.append(code)

        service, _ = self.serve("--allow-private-webhooks")
        with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            self.addCleanup(thread.join)
            self.addCleanup(server.shutdown)
            url = f"http://127.0.0.1:{server.server_port}/"
            made = service.ask("PUT", "/v1/webhooks/lms", {"url": url})
            self.end_jobs(service, "c")
            self.wait_for(lambda: codes == [403])  # the secret is another
            names["SECRET"] = made.json()["secret"].encode()
            job = self.end_jobs(service, "c")
            delivery = self.deliveries(service)[-1]["id"]
            service.ask("POST", f"/v1/webhook-deliveries/{delivery}/retry")
            self.wait_for(lambda: codes == [403, 204, 204])
            self.assertEqual({told[0]["id"], told[1]["id"]}, {job, job - 1})

    def test_the_service_rests_although_the_databases_clock_is_behind(self):
        database = postgres.Postgres()
        self.addCleanup(database.stop)
        service, _ = self.serve("--allow-private-webhooks", url=database.url)
        database.query("CREATE OR REPLACE FUNCTION cupel_now() RETURNS BIGINT LANGUAGE sql"
                       " VOLATILE AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)"
                       "::BIGINT - 3600000000'")
        receiver = Server(self, FAILED)
        service.ask("PUT", "/v1/webhooks/lms", {"url": receiver.url()})
        self.end_jobs(service, "c")
        self.why(service)
        begin = self.processor_seconds(service)
        time.sleep(2)
        self.assertLess(self.processor_seconds(service) - begin, 0.15)

    @staticmethod
    def processor_seconds(service):
        with open(f"/proc/{service.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_a_job_recurs_by_a_service_without_worker(self):
        service, _ = self.serve()
        service.ask("PUT", "/v1/schedules/yearly", {"cron": "0 0 1 1 *", "job": RUN})
        self.assertEqual(service.ask("GET", "/v1/jobs").json()["jobs"], [])
        self.change(service, DUE)
        self.wait_for(lambda: service.ask("GET", "/v1/jobs").json()["jobs"])
        (job,) = service.ask("GET", "/v1/jobs").json()["jobs"]
        self.assertRegex(job["idempotency_key"], "^schedule/yearly/")
        self.assertEqual(job["state"], "ready")

    def test_a_job_recurs_by_a_worker_alone(self):
        service, _ = self.serve()
        service.ask("PUT", "/v1/schedules/yearly", {"cron": "0 0 1 1 *", "job": RUN})
        self.assertEqual(service.stop(), 0)
        with sqlite3.connect(service.queue.removeprefix("sqlite://")) as database:
            database.execute(DUE)
        find = "SELECT count(*) FROM jobs WHERE idempotency_key LIKE 'schedule/yearly/%'"
        worker = subprocess.Popen([SERVICE, "worker", "--queue", service.queue, "--work",
                                   self.folder()], stderr=subprocess.DEVNULL)
        try:
            self.wait_for(lambda: database.execute(find).fetchone() == (1,))
        finally:
            database.close()
            worker.terminate()
            worker.wait(timeout=30)

    def test_a_schedule_tells_when_it_is_due(self):
        service, _ = self.serve()
        service.ask("PUT", "/v1/schedules/often", {"cron": "* * * * *", "job": RUN})
        soon = service.ask("GET", "/v1/schedules/often").json()["next_at"]
        self.assertRegex(soon, r":00\.000000Z$")


if __name__ == "__main__":
    support.main()
