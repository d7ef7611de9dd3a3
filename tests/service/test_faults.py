"""What clients see that is wrong and none of their request: the queue is away or does not
answer, which is told as our fault, and the service lives on; a cookie is of another time."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import support
from postgres import PROGRAMS, Postgres
from service import SERVICE, Service

FORM = "application/x-www-form-urlencoded"
AWAY = "the queue cannot be reached at the moment"


class Faults(support.TestCase):
    def serve(self, url, *options):
        service = Service(self, url, *options)
        service.read_token()
        return service

    def serve_a_queue_that_goes_away(self):
        place = self.folder() / "queue"
        place.mkdir()
        service = self.serve(f"sqlite://{place}/queue.db", "--rate", "1000")
        os.rename(place, place.with_name("away"))
        return service

    def problem(self, answer, status):
        self.assertEqual((answer.status, answer.headers["Content-Type"]),
                         (status, "application/problem+json"), answer.bytes)
        return answer.json()["detail"]

    def test_a_queue_that_is_away_is_no_fault_of_a_request(self):
        service = self.serve_a_queue_that_goes_away()
        document = json.loads((support.SOURCE / "docs/openapi.json").read_text())
        for path, item in document["paths"].items():
            for method in item:
                answer = service.ask(method.upper(), re.sub(r"\{\w+\}", "1", path))
                if path in ("/healthz", "/openapi.json"):
                    self.assertEqual(answer.status, 200, path)
                else:
                    self.assertEqual(self.problem(answer, 503), AWAY, path)
                    self.assertIn("Retry-After", answer.headers)
        for path in ("/", "/login", "/jobs/1"):
            self.assertEqual(service.ask("GET", path).status, 503, path)
        self.assertEqual(service.ask("GET", "/style.css").status, 200)
        self.assertIn("/queue.db: No such file", (service.folder / "errors").read_text())

    def test_a_login_while_the_queue_is_away_ends_nothing(self):
        service = self.serve_a_queue_that_goes_away()

        def log_in(_):
            return service.ask("POST", "/login", b"token=cupel_x", token=None, Content_Type=FORM)

        with ThreadPoolExecutor(30) as clients:
            statuses = {answer.status for answer in clients.map(log_in, range(30))}
        self.assertEqual(statuses, {503})
        self.assertIsNone(service.process.poll())

    def test_a_stale_cookie_keeps_nobody_from_logging_in(self):
        service = self.serve(f"sqlite://{self.folder()}/queue.db")
        stale = {"token": None, "Cookie": "cupel_token=cupel_stale"}
        self.assertEqual(service.ask("GET", "/login", **stale).status, 200)
        self.assertEqual(service.ask("GET", "/style.css", **stale).status, 200)
        self.assertEqual(service.ask("GET", "/jobs", **stale).headers["Location"],
                         "/login?next=%2Fjobs")
        answer = service.ask("POST", "/login", f"token={service.token}", Content_Type=FORM, **stale)
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/"))
        self.assertIn(service.token, answer.headers["Set-Cookie"])

    def test_a_database_that_does_not_answer_stops_nobody_else(self):
        server = Postgres()
        self.addCleanup(server.stop)
        service = self.serve(server.database("q"))
        self.assertEqual(service.ask("GET", "/v1/jobs").status, 200)
        group = [server.process.pid, *support.children_of(server.process.pid)]
        for pid in group:
            os.kill(pid, signal.SIGSTOP)
        try:
            asking = b"GET /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
            waiting = [service.raw(asking % service.token.encode()) for _ in range(20)]
            late = service.raw(b"GET /healthz HTTP/1.1\r\n")
            start = time.monotonic()
            while time.monotonic() - start < 22:
                before = time.monotonic()
                self.assertEqual(service.ask("GET", "/healthz", token=None).status, 200)
                self.assertLess(time.monotonic() - before, 0.5)
                time.sleep(1)
            late.settimeout(5)
            self.assertEqual(late.recv(1), b"")
        finally:
            for pid in group:
                os.kill(pid, signal.SIGCONT)
        for client in [late, *waiting]:
            client.close()

    def test_a_database_that_says_nothing_is_given_up(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            for option, longest in (("", 9), ("?connect_timeout=2", 4)):
                start = time.monotonic()
                done = subprocess.run(
                    [SERVICE, "serve", "--queue",
                     f"postgresql://127.0.0.1:{silent.getsockname()[1]}/q{option}"],
                    capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("timeout", done.stderr)
                self.assertLess(time.monotonic() - start, longest)

    def test_what_the_database_refuses_us_is_no_wrong_token(self):
        server = Postgres()
        self.addCleanup(server.stop)
        server.query("CREATE ROLE weak LOGIN")
        server.query("CREATE DATABASE weak OWNER weak")
        service = self.serve(f"postgresql:///weak?host={server.folder}&user=weak")
        self.assertEqual(service.ask("GET", "/v1/jobs").status, 200)
        subprocess.run([PROGRAMS / "psql", "-qh", server.folder, "-U", "cupel", "-c",
                        "REVOKE ALL ON tokens FROM weak", "weak"], check=True)
        detail = self.problem(service.ask("GET", "/v1/jobs"), 500)
        self.assertNotIn("tokens", detail)
        self.assertIn("permission denied for table tokens",
                      (service.folder / "errors").read_text())


if __name__ == "__main__":
    support.main()
