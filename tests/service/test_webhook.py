"""Webhooks as a receiver sees them, and where they are never sent."""

import errno
import hashlib
import hmac
import socket
import time

import servers
import support
from servers import OK, Server, answer

BODY = '{"job":"j1"}'
LOOPBACK = {"allow_http": True, "allow_private": True}


class Webhook(servers.TestCase):
    def post(self, url, event="job.ended", **options):
        return self.ask(url, webhook=True, text=BODY, event=event, **options)

    def test_a_receiver_can_verify_it(self):
        server = Server(self)
        self.assertEqual(self.post(server.url(path="/hook?a=b"), **LOOPBACK)["status"], 200)
        (asked,) = server.asked
        self.assertEqual(asked.line, "POST /hook?a=b HTTP/1.1")
        self.assertEqual(asked.body.decode(), BODY)
        self.assertEqual(asked.headers["content-type"], "application/json")
        self.assertEqual(asked.headers["cupel-event"], "job.ended")
        self.assertEqual(asked.headers["cupel-delivery"], "d-1")
        self.assertRegex(asked.headers["user-agent"], r"^cupel/\d+\.\d+\.\d+$")
        self.assertNotIn("authorization", asked.headers)
        seconds, code = (p.split("=")[1] for p in asked.headers["cupel-signature"].split(","))
        mine = hmac.new(b"secret", f"{seconds}.{BODY}".encode(), hashlib.sha256).hexdigest()
        self.assertEqual((seconds, code), ("1700000000", mine))

    def test_http_is_refused_unless_allowed(self):
        server = Server(self)
        outcome = self.post(server.url(), allow_private=True)
        self.assert_failed(outcome, errno.EINVAL, 'scheme is "http", expected https')
        self.assertEqual(server.asked, [])

    def test_loopback_is_refused_however_it_is_written(self):
        server = Server(self)
        for host, shown in (
            ("127.0.0.1", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("0x7f.0.0.1", "127.0.0.1"),
            ("0", "0.0.0.0"),
            ("0.0.0.0", "0.0.0.0"),
            ("[::1]", "::1"),
            ("[::]", "::"),
            ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
            ("[::ffff:7f00:1]", "::ffff:127.0.0.1"),
            ("[64:ff9b::7f00:1]", "64:ff9b::7f00:1"),
            ("[2002:7f00:1::]", "2002:7f00:1::"),
        ):
            with self.subTest(host=host):
                outcome = self.post(server.url(host), allow_http=True)
                expected = f" is at {shown}, expected a public address"
                self.assertEqual(outcome["code"], -errno.EACCES, outcome)
                self.assertTrue(outcome["error"].endswith(expected), outcome)
        self.assertEqual(server.asked, [])

    def test_a_name_of_loopback_is_refused(self):
        server = Server(self)
        for name in ("localhost", "LOCALHOST", "a.localhost"):
            with self.subTest(name=name):
                outcome = self.post(server.url(name), allow_http=True)
                self.assert_failed(outcome, errno.EACCES, "expected a public address")
        self.assertEqual(server.asked, [])

    def test_private_networks_are_refused(self):
        for host in ("10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00::1]", "[fe80::1]"):
            with self.subTest(host=host):
                outcome = self.post(f"https://{host}/")
                self.assert_failed(outcome, errno.EACCES, "expected a public address")

    def test_loopback_of_ipv6_is_reached_if_allowed(self):
        try:
            server = Server(self, family=socket.AF_INET6, host="::1")
        except OSError:
            self.skipTest("this machine has no IPv6")
        self.assertEqual(self.post(server.url("[::1]"), **LOOPBACK)["status"], 200)

    def test_a_redirect_is_told_and_not_followed(self):
        target = Server(self)
        for status in ("301 Moved", "302 Found", "307 Temporary", "308 Permanent"):
            server = Server(self, answer(status, f"Location: {target.url()}"))
            outcome = self.post(server.url(), **LOOPBACK)
            self.assertEqual(outcome["status"], int(status[:3]))
        self.assertEqual(target.asked, [])

    def test_a_status_of_failure_is_told(self):
        for status in (404, 410, 500, 503):
            server = Server(self, answer(f"{status} No", body=b"sorry"))
            self.assertEqual(self.post(server.url(), **LOOPBACK)["status"], status)

    def test_a_proxy_of_the_environment_is_not_used(self):
        proxy, server = Server(self), Server(self)
        environment = {"http_proxy": proxy.url(), "ALL_PROXY": proxy.url(), "no_proxy": ""}
        outcome = self.post(server.url(), environment=environment, **LOOPBACK)
        self.assertEqual(outcome["status"], 200)
        self.assertEqual((len(proxy.asked), len(server.asked)), (0, 1))

    def test_a_server_that_never_answers_is_given_up(self):
        server = Server(self, lambda _: server.over.wait(20))
        begin = time.monotonic()
        outcome = self.post(server.url(), limit_ms=300, **LOOPBACK)
        self.assert_failed(outcome, errno.ETIMEDOUT, r"^timed out waiting for 127\.0\.0\.1:\d+: ")
        self.assertLess(time.monotonic() - begin, 5)

    def test_a_server_that_dribbles_is_given_up(self):
        def dribble(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not server.over.wait(0.05):
                connection.sendall(b"A: b\r\n")

        server = Server(self, dribble)
        outcome = self.post(server.url(), limit_ms=500, **LOOPBACK)
        self.assert_failed(outcome, errno.ETIMEDOUT, "timed out")

    def test_an_endless_answer_is_cut(self):
        for status in (200, 500):
            server = Server(self, servers.endless(b"HTTP/1.1 %d X\r\n\r\n" % status))
            self.assertEqual(self.post(server.url(), **LOOPBACK)["status"], status)

    def test_endless_headers_are_cut(self):
        for start in (b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 103 Early Hints\r\n"):
            server = Server(self, servers.endless(start))
            outcome = self.post(server.url(), **LOOPBACK)
            self.assertNotEqual(outcome["code"], 0, outcome)

    def test_many_headers_are_cut(self):
        def send(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"A: b\r\n" * 100)

        server = Server(self, send)
        outcome = self.post(server.url(), **LOOPBACK)
        self.assert_failed(outcome, errno.EMSGSIZE, "more than 65536 bytes of headers")

    def test_endless_interim_answers_are_cut(self):
        def send(connection):
            while True:
                connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20)

        server = Server(self, send)
        outcome = self.post(server.url(), **LOOPBACK)
        self.assert_failed(outcome, errno.EMSGSIZE, "more than 65536 bytes of headers")

    def test_a_line_cannot_be_smuggled_into_its_headers(self):
        server = Server(self, OK)
        for event in ("a\r\nEvil: 1", "a\nEvil: 1", "", "\u00e9"):
            outcome = self.post(server.url(), event=event, **LOOPBACK)
            self.assert_failed(outcome, errno.EINVAL, "the header Cupel-Event cannot be sent")
        self.assertEqual(server.asked, [])

    def test_a_certificate_nobody_vouches_for_is_refused(self):
        _, tls = servers.certificate(self.folder(), "localhost")
        server = Server(self, tls=tls)
        outcome = self.post(server.url("localhost", scheme="https"), allow_private=True)
        self.assert_failed(outcome, errno.EKEYREJECTED, "^cannot trust the TLS certificate of ")
        self.assertEqual(server.asked, [])


if __name__ == "__main__":
    support.main()
