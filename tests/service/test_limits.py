"""What no client may cost another: slow, large, malformed and many requests, and the service's
own end; TLS; the description of it all."""

import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import time
import warnings

import support
from service import SERVICE, Hand, Service, certificate, form, in_background, trusting

SLOW = 200
SLOW_ADDRESS = ("127.0.0.2", 0)
RUN = {"kind": "run", "course": "c", "command": ["true"]}


def read_all(client):
    """What comes until the other side closes."""
    data = b""
    try:
        while piece := client.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def sockets_of(pid):
    """How many it has, of descriptors that come and go meanwhile."""
    count = 0
    for fd in os.scandir(f"/proc/{pid}/fd"):
        try:
            count += "socket:" in os.readlink(fd.path)
        except FileNotFoundError:
            pass
    return count


class Limits(support.TestCase):
    def serve(self, *options, **keywords):
        self.url = f"sqlite://{self.folder()}/queue.db"
        service = Service(self, self.url, *options, **keywords)
        service.read_token()
        return service

    def problem(self, answer, status):
        self.assertEqual((answer.status, answer.headers["Content-Type"]),
                         (status, "application/problem+json"), answer.bytes)
        self.assertEqual(answer.json()["status"], status)
        return answer

    def test_slow_clients_cost_others_nothing(self):
        service = self.serve()
        slow = [service.raw(b"GET /healthz HTTP/1.1\r\nHo", SLOW_ADDRESS) for _ in range(SLOW)]
        times = []
        for i in range(50):
            start = time.monotonic()
            self.assertEqual(service.ask("POST", "/v1/jobs", RUN).status, 201)
            times.append(time.monotonic() - start)
            slow[i].close()
        self.assertLess(sorted(times)[25], 0.2)
        for client in slow:
            client.close()

    def test_a_request_that_does_not_end_is_ended(self):
        service = self.serve()
        head = service.raw(b"GET /healthz HTTP/1.1\r\n")
        body = service.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                           + service.token.encode() + b"\r\nContent-Length: 100\r\n\r\n")
        start = time.monotonic()
        for i in range(50):
            time.sleep(1)
            try:
                head.sendall(b"X-%d: y\r\n" % i)
                body.sendall(b"x")
            except OSError:
                break
        self.assertLess(time.monotonic() - start, 40)
        for client in (head, body):
            client.settimeout(10)
            read_all(client)
            client.close()

    def test_large_bodies_are_refused(self):
        service = self.serve("--max-submission", "100 kB")
        path = "/v1/jobs?grader=x"
        told = service.raw(b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                           b"Content-Length: 99999999999\r\n\r\n"
                           % (path.encode(), service.token.encode()))
        self.assertIn(b" 413 ", told.recv(65536))
        told.close()
        answer = self.problem(service.ask("POST", path, b"x" * 200000), 413)
        self.assertIn("100000", answer.json()["detail"])
        pieces = iter([b"x" * 50000] * 4)
        self.problem(service.ask("POST", path, pieces), 413)
        self.problem(service.ask("PUT", "/v1/courses/c", b"x" * 5000), 413)
        body, kind = form({}, [(f"f{i}", b"") for i in range(300)])
        self.problem(service.ask("POST", path, body, Content_Type=kind), 413)
        self.assertEqual(service.ask("GET", "/healthz", token=None).status, 200)

    def test_malformed_requests_are_refused(self):
        service = self.serve()
        for data in (b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
                     b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                     b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20000 + b"\r\n"):
            try:
                client = service.raw(data)
                client.settimeout(20)
                answer = read_all(client)
                client.close()
            except (BrokenPipeError, ConnectionResetError):
                continue
            self.assertRegex(answer, rb"^(HTTP/1\.[01] [45]\d\d |$)", data[:40])
        kind = "multipart/form-data; boundary=bb"
        for body in (b"", b"--bb", b"--bb\r\n\r\n", b"--bb\r\nContent-Disposition: form-data; "
                     b'name="grader"\r\n\r\nx', b"x" * 50000):
            answer = service.ask("POST", "/v1/jobs", body, Content_Type=kind)
            self.problem(answer, 400)
        self.problem(service.ask("POST", "/v1/jobs", b"--b", Content_Type="multipart/form-data"),
                     415)
        self.problem(service.ask("GET", "/v1/jobs?learner=%ff"), 400)
        self.problem(service.ask("GET", "/v1/%ff"), 400)
        self.assertEqual(service.ask("GET", "/healthz", token=None).status, 200)

    def test_who_asks_too_often_is_told_when_to_come_back(self):
        service = self.serve("--rate", "5")
        other = service.ask("POST", "/v1/tokens", {"role": "auditor", "name": "o"}).json()["token"]
        statuses = [service.ask("GET", "/v1/jobs") for _ in range(20)]
        refused = [answer for answer in statuses if answer.status == 429]
        self.assertGreater(len(refused), 5)
        self.problem(refused[0], 429)
        self.assertGreaterEqual(int(refused[0].headers["Retry-After"]), 1)
        self.assertEqual(service.ask("GET", "/v1/jobs", token=other).status, 200)
        wrong = [service.ask("GET", "/v1/jobs", token="cupel_x").status for _ in range(20)]
        self.assertIn(429, wrong)
        self.assertEqual(service.ask("GET", "/v1/jobs", token=other).status, 200)

    def test_the_proxy_alone_tells_addresses(self):
        for options, address in (((), "127.0.0.1"), (("--trust-proxy",), "203.0.113.9")):
            service = self.serve(*options)
            service.ask("GET", "/healthz", X_Forwarded_For="198.51.100.1, 203.0.113.9")
            time.sleep(0.2)
            self.assertEqual(service.log("access")[0]["address"], address)

    def test_tls_is_spoken(self):
        cert, key = certificate(self.folder())
        service = self.serve("--tls-cert", cert, "--tls-key", key, tls=trusting(cert))
        self.assertEqual(service.ask("GET", "/v1/jobs").json(), {"jobs": [], "next": None})
        old = trusting(cert)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertRaises(OSError):
            http.client.HTTPSConnection("127.0.0.1", service.port, context=old).request("GET", "/")

    def test_the_service_ends_with_all_answered(self):
        service = self.serve()
        job = service.ask("POST", "/v1/jobs", RUN).json()["id"]
        wait = in_background(service.ask, "GET", f"/v1/jobs/{job}?wait=60")
        stream = service.connect()
        stream.request("GET", f"/v1/jobs/{job}/events",
                       headers={"Authorization": "Bearer " + service.token})
        answer = stream.getresponse()
        time.sleep(0.3)
        start = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        self.assertEqual(wait().json()["state"], "ready")
        answer.read()
        stream.close()
        self.assertEqual(service.process.wait(timeout=20), 0)
        self.assertLess(time.monotonic() - start, 5)

    def test_a_client_that_goes_away_is_forgotten(self):
        service = self.serve()
        job = service.ask("POST", "/v1/jobs", RUN).json()["id"]
        hand = Hand(self, self.url)
        for _ in range(30):
            client = service.raw(f"GET /v1/jobs/{job}?wait=60 HTTP/1.1\r\nHost: x\r\n"
                                 f"Authorization: Bearer {service.token}\r\n\r\n".encode())
            client.close()
        hand.lease()
        hand.ask("finish exited - - -")
        self.wait_for(lambda: sockets_of(service.process.pid) < 25)
        self.assertEqual(service.ask("GET", f"/v1/jobs/{job}").json()["state"], "done")

    def test_nothing_stays_in_the_work_folder(self):
        service = self.serve()
        for size in (10, 100000):
            service.ask("POST", "/v1/jobs?grader=x", b"x" * size)
        service.send({"grader": "x"}, [("../a", b"1"), ("b", b"2")])
        self.assertEqual(sorted(path.name for path in service.folder.iterdir()),
                         ["access", "audit", "errors"])

    def test_each_route_is_described(self):
        service = self.serve()
        answer = service.ask("GET", "/openapi.json", token=None)
        document = answer.json()
        self.assertEqual(document, json.loads(
            (support.SOURCE / "docs/openapi.json").read_text()))
        described = {(method.upper(), path) for path, item in document["paths"].items()
                     for method in item}
        routes = set()
        for file in (support.SOURCE / "src/service").glob("api_*.c"):
            routes |= set(re.findall(r'\{"([A-Z]+)", "(/[^"]*)",', file.read_text()))
        self.assertEqual(described, routes)
        for method, path in described:
            path = re.sub(r"\{\w+\}", "1", path)
            self.assertNotEqual(service.ask(method, path).status, 405, path)
            if not re.match("/(healthz|readyz|openapi)", path):
                self.assertEqual(service.ask(method, path, token=None).status, 401, path)

    def test_wrong_options_are_told(self):
        for options in (["--listen", "x"], ["--listen", "127.0.0.1:99999"], ["--rate", "0"],
                        ["--slots", "x"], ["--tls-cert", "x"], ["--max-submission", "x"], ["x"],
                        ["--queue", "mysql://x"]):
            done = self.serve_once(*options)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)

    def serve_once(self, *options):
        return subprocess.run([SERVICE, "serve", *options], capture_output=True, text=True,
                              timeout=20, check=False, env={**os.environ, "HOME": "/nonexistent",
                                                            "XDG_STATE_HOME": ""})


if __name__ == "__main__":
    support.main()
