"""What `cupel serve` does besides answering: webhooks, jobs that recur."""

import hashlib
import hmac
import json
import os
import signal
import time

import support
from servers import Server
from service import Hand, Service

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
FAILED = OK.replace(b"200 OK", b"500 No")
RUN = {"kind": "run", "course": "c", "command": ["true"]}


class Serve(support.TestCase):
    def serve(self, *options):
        url = f"sqlite://{self.folder()}/queue.db"
        service = Service(self, url, *options)
        service.read_token()
        return service, Hand(self, url)

    def finish_one(self, service, hand):
        job = service.ask("POST", "/v1/jobs", RUN).json()["id"]
        self.assertEqual(hand.lease(), job)
        self.assertEqual(hand.ask("finish exited - - -"), "ok")
        return job

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
        self.wait_for(lambda: service.ask("GET", "/v1/webhook-deliveries").json()["deliveries"])
        failed = service.ask("GET", "/v1/webhook-deliveries").json()["deliveries"][0]
        self.assertEqual(failed["job"], job)
        self.assertIn("500", failed["why"])
        self.assertNotIn("secret", failed)

    def test_only_the_first_start_tells_a_token(self):
        service, _ = self.serve()
        self.assertTrue(service.token.startswith("cupel_"))
        again = Service(self, service.queue)
        again.token = service.token
        self.assertEqual(again.ask("GET", "/v1/jobs").status, 200)
        again.process.terminate()
        self.assertEqual(again.process.stdout.read(), "")
        again.process.wait(timeout=20)

    def test_a_worker_that_dies_is_started_again_and_ends_with_the_service(self):
        url = f"sqlite://{self.folder()}/queue.db"
        service = Service(self, url, "--slots", "1", worker=True)
        service.read_token()
        self.wait_for(lambda: self.workers(service))
        first = self.workers(service)[0]
        os.kill(first, signal.SIGKILL)
        self.wait_for(lambda: self.workers(service) not in ([], [first]))
        second = self.workers(service)[0]
        self.assertIn("signal 9", (service.folder / "errors").read_text())
        self.wait_for(lambda: "ready" in (service.folder / "errors").read_text())
        self.assertEqual(service.stop(), 0)
        self.assertFalse(os.path.exists(f"/proc/{second}"))

    @staticmethod
    def workers(service):
        """Pids of the children of its first thread."""
        pid = service.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return [int(child) for child in children.read().split()]

    def test_a_schedule_tells_when_it_is_due(self):
        service, _ = self.serve()
        service.ask("PUT", "/v1/schedules/often", {"cron": "* * * * *", "job": RUN})
        soon = service.ask("GET", "/v1/schedules/often").json()["next_at"]
        self.assertRegex(soon, r":00\.000000Z$")


if __name__ == "__main__":
    support.main()
