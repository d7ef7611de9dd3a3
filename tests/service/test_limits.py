"""What no client may cost another: slow, large, malformed and many requests, and the service's
own end; TLS; the description of it all."""

import http.client
import json
import os
import re
import resource
import signal
import ssl
import subprocess
import time
import warnings

import support
from service import SERVICE, Hand, Service, certificate, form, in_background, trusting

SLOW_ADDRESSES = [f"127.0.0.{i}" for i in range(2, 11)]
SLOW = 128  # of each; more connections than there may be
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
        files = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, files)
        slow = [service.raw(b"GET /healthz HTTP/1.1\r\nHo", (address, 0))
                for address in SLOW_ADDRESSES for _ in range(SLOW)]
        times = []
        for _ in range(50):
            start = time.monotonic()
            self.assertEqual(service.ask("POST", "/v1/jobs", RUN).status, 201)
            times.append(time.monotonic() - start)
        self.assertLess(sorted(times)[25], 0.2)
        self.assertLess(max(times), 10)
        for client in slow:
            client.close()

    def test_a_request_that_does_not_end_is_ended(self):
        service = self.serve()
        head = service.raw(b"GET /healthz HTTP/1.1\r\n")
        body = service.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                           + service.token.encode() + b"\r\nContent-Length: 100\r\n\r\n")
        nobodys = service.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        clients = {head: b"X: y\r\n", body: b"x", nobodys: b"x"}
        start = time.monotonic()
        while clients and time.monotonic() - start < 40:
            time.sleep(1)
            for client in list(clients):
                try:
                    client.sendall(clients[client])
                except OSError:
                    del clients[client]
                    client.settimeout(10)
                    read_all(client)
                    client.close()
        self.assertEqual(clients, {})

    def test_a_body_has_one_end(self):
        service = self.serve()
        for headers in (b"Content-Length: 0\r\nTransfer-Encoding: chunked",
                        b"Content-Length: 5\r\nContent-Length: 6", b"Transfer-Encoding: gzip"):
            client = service.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\n" + headers +
                                 b"\r\n\r\n5\r\nabcde\r\n")
            client.settimeout(10)
            answer = read_all(client)
            client.close()
            self.assertIn(b" 400 ", answer.partition(b"\r\n")[0], headers)
            self.assertIn(b"application/problem+json", answer)

    def test_who_asks_before_sending_is_refused_at_once(self):
        service = self.serve()
        for length in (500, 5000000):
            client = service.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
                                 b"Expect: 100-continue\r\n\r\n" % length)
            client.settimeout(10)
            self.assertIn(b" 401 ", read_all(client).partition(b"\r\n")[0])
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
        host = b" HTTP/1.1\r\nHost: x\r\n"
        close = b"Connection: close\r\n\r\n"
        for data, status in ((b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/9.9\r\n\r\n", 505),
                             (b"GET /healthz" + host + b"Host: y\r\n" + close, 400),
                             (b"GET /healthz%00x" + host + close, 400),
                             (b"GET /v1%2fqueue" + host + close, 400),
                             (b"GET /v1/jobs?learner=%00" + host + close, 400),
                             (b"POST /" + host + b"Content-Length: -1\r\n\r\n", 400)):
            client = service.raw(data)
            self.assertIn(b" %d " % status, read_all(client).partition(b"\r\n")[0], data)
            client.close()
        for data in (b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n"):  # no HTTP
            client = service.raw(data)
            self.assertEqual(read_all(client), b"", data)
            client.close()
        for data, status in ((b"GET /" + b"a" * 100000 + host + b"\r\n", 414),
                             (b"GET /" + host + b"A: b\r\n" * 20000 + b"\r\n", 431)):
            try:
                client = service.raw(data)
                self.assertRegex(read_all(client), b"^(HTTP/1.1 %d |$)" % status)
                client.close()
            except (BrokenPipeError, ConnectionResetError):
                pass  # the connection is closed while this is still being sent
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

    def test_what_is_not_there_is_not_asked_for_without_end(self):
        service = self.serve("--rate", "5")
        for method, path, status in (("GET", "/v1/nothing", 404), ("PATCH", "/v1/jobs", 405),
                                     ("GET", "/v1/%ff", 400)):
            statuses = [service.ask(method, path, token=None).status for _ in range(20)]
            self.assertEqual(set(statuses) - {status}, {429})
        self.assertEqual(service.ask("GET", "/v1/jobs").status, 200)

    def test_addresses_of_one_network_have_one_rate(self):
        service = self.serve("--rate", "5", "--trust-proxy")
        for network, expected in (("2001:db8::%x", {200, 429}), ("2001:db8:0:%x::1", {200})):
            statuses = {service.ask("GET", "/healthz", token=None,
                                    X_Forwarded_For=network % i).status for i in range(1, 30)}
            self.assertEqual(statuses, expected)

    def test_what_is_no_text_is_logged(self):
        service = self.serve()
        for path in ("/v1/%ff", "/v1/x%00y"):
            self.assertEqual(service.ask("DELETE", path, token=None).status, 400)
        client = service.raw(b"\xffX /v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        read_all(client)
        client.close()
        time.sleep(0.2)
        lines = service.log("access")
        self.assertEqual([(line["method"], line["path"]) for line in lines],
                         [("DELETE", "/v1/\ufffd"), ("DELETE", "/v1/x"), ("\ufffdX", "/v1")])
        self.assertEqual([line["object"] for line in service.log("audit")],
                         ["/v1/\ufffd", "/v1/x", "/v1"])

    def test_the_proxy_alone_tells_addresses(self):
        for options, address in (((), "127.0.0.1"), (("--trust-proxy",), "203.0.113.9")):
            service = self.serve(*options)
            service.ask("GET", "/healthz", X_Forwarded_For="198.51.100.1, 203.0.113.9")
            two = service.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1\r\n"
                              b"X-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n")
            read_all(two)
            two.close()
            time.sleep(0.2)
            self.assertEqual([line["address"] for line in service.log("access")], [address] * 2)

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

    def test_all_that_is_being_sent_has_a_bound(self):
        """16 times what one may send, until it is heard to its end or broken off."""
        service = self.serve("--max-submission", "100KiB")
        head = (f"POST /v1/jobs?grader=x HTTP/1.1\r\nHost: a\r\nContent-Type: application/zip\r\n"
                f"Authorization: Bearer {service.token}\r\nContent-Length: 100000\r\n\r\n").encode()
        held = [service.raw(head + b"x" * 99999) for _ in range(16)]  # 38 kB are left
        large = b"x" * 99999

        def send():
            return service.ask("POST", "/v1/jobs?grader=x", large, Content_Type="application/zip")

        time.sleep(1)  # all of theirs has come
        self.assertEqual(self.problem(send(), 503).headers["Retry-After"], "2")
        self.assertEqual(service.ask("POST", "/v1/jobs", RUN).status, 201)
        for client in held:
            client.close()
        self.wait_for(lambda: send().status == 404)

    def test_who_waits_leaves_room_for_others(self):
        """One token's long polls and streams do not take all connections."""
        service = self.serve("--trust-proxy")
        job = service.ask("POST", "/v1/jobs", RUN).json()["id"]
        other = service.ask("POST", "/v1/tokens", {"role": "platform", "name": "b"}).json()["token"]
        waiting = []
        for i in range(80):
            path = f"/v1/jobs/{job}" + ("?wait=60" if i % 2 else "/events")
            waiting.append(service.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: "
                                       f"Bearer {service.token}\r\n\r\n".encode()))
            self.addCleanup(waiting[-1].close)
        time.sleep(1)
        refused = 0
        for client in waiting:
            client.setblocking(False)
            try:
                answer = client.recv(4096)
            except BlockingIOError:
                answer = b""
            refused += answer.startswith(b"HTTP/1.1 429 ") and b"Retry-After: 5\r\n" in answer
        self.assertIn(refused, range(80 - 64 - 8, 80 - 64 + 9))
        begin = time.monotonic()
        self.assertEqual(service.ask("GET", "/v1/jobs", token=other).status, 200)
        self.assertEqual(service.ask("GET", f"/v1/jobs/{job}?wait=1", token=other).status, 200)
        self.assertLess(time.monotonic() - begin, 3)

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
