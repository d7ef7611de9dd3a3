"""The HTTP client of client commands: what it sends, what it makes of answers, what it says."""

import errno
import socket
import time

import servers
import support
from servers import OK, Server, answer

TOKEN = "cupel_0123456789abcdef"


class Client(servers.TestCase):
    def request(self, url, **options):
        """As a command asks the service that its user names."""
        allowed = {"allow_http": True, "allow_private": True}
        return self.ask(url, max_bytes=4096, **allowed, **options)


class Sent(Client):
    def test_a_get_has_a_token_and_no_body(self):
        server = Server(self)
        outcome = self.request(server.url(path="/v1/jobs/1?wait=5"), token=TOKEN)
        self.assertEqual((outcome["status"], outcome["body"]), (200, "ok"))
        (asked,) = server.asked
        self.assertEqual(asked.line, "GET /v1/jobs/1?wait=5 HTTP/1.1")
        self.assertEqual(asked.headers["authorization"], f"Bearer {TOKEN}")
        self.assertNotIn("content-type", asked.headers)
        self.assertNotIn("content-length", asked.headers)

    def test_each_method_arrives_with_its_body(self):
        for method in ("POST", "PUT", "DELETE"):
            with self.subTest(method=method):
                server = Server(self)
                kind = "application/json"
                self.request(server.url(), method=method, text="{}", content_type=kind)
                (asked,) = server.asked
                self.assertEqual(asked.line, f"{method} / HTTP/1.1")
                self.assertEqual(asked.headers["content-type"], kind)
                self.assertEqual(asked.body, b"{}")

    def test_a_post_without_a_body_says_that_it_has_none(self):
        server = Server(self)
        self.request(server.url(), method="POST")
        (asked,) = server.asked
        self.assertEqual(asked.headers["content-length"], "0")
        self.assertNotIn("content-type", asked.headers)

    def test_headers_of_the_caller_are_sent(self):
        server = Server(self)
        headers = [["Idempotency-Key", "k1"], ["Accept", "text/event-stream"]]
        self.request(server.url(), headers=headers)
        (asked,) = server.asked
        self.assertEqual(asked.headers["idempotency-key"], "k1")
        self.assertEqual(asked.headers["accept"], "text/event-stream")

    def test_a_file_is_sent_as_the_body(self):
        bytes_ = bytes(range(256)) * 8192  # 2 MiB
        file = self.folder() / "a.tar"
        file.write_bytes(bytes_)
        for method in ("POST", "PUT"):
            server = Server(self)
            sent = {"file": str(file), "file_bytes": len(bytes_), "content_type": "a/b"}
            outcome = self.request(server.url(), method=method, **sent)
            self.assertEqual(outcome["status"], 200)
            (asked,) = server.asked
            self.assertEqual(asked.line, f"{method} / HTTP/1.1")
            self.assertNotIn("expect", asked.headers)
            self.assertTrue(asked.body == bytes_)

    def test_a_file_that_became_shorter_fails_the_request(self):
        file = support.write(self.folder() / "a.tar", "short")
        server = Server(self)
        outcome = self.request(server.url(), method="POST", file=str(file), file_bytes=100)
        self.assert_failed(outcome, errno.EIO, "became shorter while it was sent: 95 bytes")

    def test_parts_are_files_under_their_own_names_and_values(self):
        folder = self.folder()
        one = support.write(folder / "one.c", "int main;")
        two = support.write(folder / 'tw"o.txt', "2")
        server = Server(self)
        parts = [["submission", str(one)], ["submission", str(two)], ["value", "fibonacci"]]
        self.assertEqual(self.request(server.url(), method="POST", parts=parts)["status"], 200)
        (asked,) = server.asked
        self.assertRegex(asked.headers["content-type"], "^multipart/form-data; boundary=")
        body = asked.body.decode()
        self.assertIn('form-data; name="submission"; filename="one.c"\r\n', body)
        self.assertIn("\r\n\r\nint main;\r\n", body)
        self.assertIn('name="submission"; filename="tw%22o.txt"', body)
        self.assertIn('form-data; name="value"\r\n\r\nfibonacci\r\n', body)
        self.assertNotIn(str(folder), body)

    def test_a_part_that_is_no_file_is_named(self):
        folder = self.folder()
        for path, code, text in (
            (folder / "gone", errno.ENOENT, "cannot open .*/gone: No such file"),
            (folder, errno.EINVAL, " is not a regular file$"),
        ):
            outcome = self.request(
                "http://127.0.0.1:9/", method="POST", parts=[["submission", str(path)]]
            )
            self.assert_failed(outcome, code, text)

    def test_a_token_that_would_break_a_header_is_refused_and_not_shown(self):
        server = Server(self)
        for token in (f"{TOKEN}\r\nEvil: 1", f"{TOKEN}\n", "", f"{TOKEN}\u00e9"):
            outcome = self.request(server.url(), token=token)
            self.assert_failed(outcome, errno.EINVAL, "^the token cannot be sent: ")
            self.assertNotIn(TOKEN, outcome["error"])
        self.assertEqual(server.asked, [])


class Answers(Client):
    def test_what_callers_need_of_the_headers_is_told(self):
        sent = answer(
            "429 Slow Down",
            "Retry-After: 7",
            "Content-Type: application/problem+json",
            "Location: /v1/jobs/9",
            body=b'{"title":"slow down"}',
        )
        outcome = self.request(Server(self, sent).url())
        self.assertEqual(outcome["status"], 429)
        self.assertEqual(outcome["retry_after_s"], 7)
        self.assertEqual(outcome["content_type"], "application/problem+json")
        self.assertEqual(outcome["location"], "/v1/jobs/9")
        self.assertEqual(outcome["body"], '{"title":"slow down"}')
        self.assertFalse(outcome["is_cut"])

    def test_headers_that_are_not_there_are_none(self):
        outcome = self.request(Server(self, answer("204 No Content")).url())
        self.assertEqual(
            (outcome["status"], outcome["body"], outcome["location"], outcome["content_type"]),
            (204, "", None, None),
        )
        self.assertEqual(outcome["retry_after_s"], 0)

    def test_a_body_is_kept_up_to_its_limit(self):
        for length, is_cut in ((4095, False), (4096, False), (4097, True), (100000, True)):
            server = Server(self, answer("200 OK", body=b"a" * length))
            outcome = self.request(server.url())
            self.assertEqual(outcome["body"], "a" * min(length, 4096))
            self.assertEqual((outcome["body_len"], outcome["is_cut"]), (min(length, 4096), is_cut))

    def test_a_redirect_is_told_and_the_token_stays_here(self):
        target = Server(self)
        server = Server(self, answer("307 Temporary", f"Location: {target.url()}"))
        outcome = self.request(server.url(), token=TOKEN)
        self.assertEqual((outcome["status"], outcome["location"]), (307, target.url()))
        self.assertEqual(target.asked, [])

    def test_events_are_taken_as_they_come(self):
        def send(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            for event in (b"data: 1\n", b"data: 2\n\n"):
                connection.sendall(event)
                time.sleep(0.05)
            server.over.wait(20)

        server = Server(self, send)
        outcome = self.request(server.url(), stream=True, idle_limit_s=30)
        self.assertEqual((outcome["status"], outcome["streamed"]), (200, "data: 1\ndata: 2\n\n"))

    def test_a_taker_that_fails_fails_the_request(self):
        server = Server(self, answer("200 OK", body=b"fail"))
        self.assert_failed(self.request(server.url(), stream=True), errno.ENOSPC, "taker is full")

    def test_the_body_of_a_failure_is_kept_and_not_taken(self):
        server = Server(self, answer("404 Not Found", body=b"no such job"))
        outcome = self.request(server.url(), stream=True)
        self.assertEqual((outcome["body"], outcome["streamed"]), ("no such job", ""))


class Failures(Client):
    def test_a_closed_port_is_named(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            outcome = self.request(f"http://127.0.0.1:{port}/v1/jobs", token=TOKEN)
        self.assertEqual(outcome["code"], -errno.ECONNREFUSED)
        self.assertEqual(
            outcome["error"], f"cannot connect to 127.0.0.1:{port}: Connection refused"
        )

    def test_a_name_that_nobody_knows_is_named(self):
        outcome = self.request("http://nobody.invalid/")
        expected = "^cannot find the address of nobody.invalid:80: "
        self.assert_failed(outcome, errno.EHOSTUNREACH, expected)

    def test_a_server_that_stops_sending_is_given_up(self):
        def stall(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1")
            server.over.wait(20)

        server = Server(self, stall)
        outcome = self.request(server.url(), idle_limit_s=1)
        self.assert_failed(outcome, errno.ETIMEDOUT, r"^timed out waiting for 127\.0\.0\.1:")

    def test_a_server_that_breaks_off_is_told_from_one_that_is_done(self):
        for sent in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"):
            outcome = self.request(Server(self, sent).url())
            expected = r"^connection broken off by 127\.0\.0\.1:"
            self.assert_failed(outcome, errno.ECONNRESET, expected)

    def test_what_is_not_http_is_told(self):
        for sent in (b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/9.9 200 OK\r\n\r\n"):
            outcome = self.request(Server(self, sent).url())
            self.assert_failed(outcome, errno.EPROTO, r"^no HTTP from 127\.0\.0\.1:")

    def test_a_url_that_cannot_be_used_is_refused(self):
        for url in ("ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "127.0.0.1", "http://"):
            outcome = self.request(url)
            self.assertEqual(outcome["code"], -errno.EINVAL, outcome)


class Tls(Client):
    def setUp(self):
        self.ca, self.tls = servers.certificate(self.folder(), "localhost")

    def test_a_certificate_of_a_given_authority_is_trusted(self):
        server = Server(self, tls=self.tls)
        outcome = self.request(server.url("localhost", scheme="https"), ca_file=self.ca)
        self.assertEqual(outcome["status"], 200, outcome)

    def test_a_certificate_of_nobody_known_is_not(self):
        server = Server(self, tls=self.tls)
        outcome = self.request(server.url("localhost", scheme="https"), token=TOKEN)
        self.assert_failed(
            outcome, errno.EKEYREJECTED, r"^cannot trust the TLS certificate of localhost:\d+: "
        )
        self.assertEqual(server.asked, [])

    def test_a_certificate_of_another_host_is_not(self):
        server = Server(self, tls=self.tls)
        outcome = self.request(server.url(scheme="https"), ca_file=self.ca)
        self.assert_failed(outcome, errno.EKEYREJECTED, "^cannot trust the TLS certificate of ")
        self.assertEqual(server.asked, [])

    def test_a_ca_file_that_cannot_be_used_is_told(self):
        server = Server(self, tls=self.tls)
        url = server.url("localhost", scheme="https")
        outcome = self.request(url, ca_file="/nowhere/ca.pem")
        expected = "^cannot read the CA file /nowhere/ca.pem: No such file"
        self.assert_failed(outcome, errno.EINVAL, expected)
        empty = support.write(self.folder() / "empty.pem", "nothing")
        outcome = self.request(url, ca_file=str(empty))
        self.assert_failed(outcome, errno.EKEYREJECTED, f"^cannot trust the TLS .* {empty}")
        self.assertEqual(server.asked, [])

    def test_a_server_without_tls_is_told(self):
        outcome = self.request(Server(self, OK).url("localhost", scheme="https"))
        self.assert_failed(outcome, errno.EPROTO, r"^cannot speak TLS with localhost:\d+: ")


if __name__ == "__main__":
    support.main()
