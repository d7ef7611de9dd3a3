"""Servers on loopback for the tests of the HTTP client, and the client itself.

A server answers each connection with what a test gives it, byte by byte if it likes; what was
asked is kept as it came.
"""

import json
import os
import socket
import ssl
import subprocess
import threading

import support

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TLS_HELLO = b"\x16"


class Asked:
    """A request as it came."""

    def __init__(self, file):
        self.line = file.readline().decode("latin-1").rstrip("\r\n")
        self.headers = {}
        for line in iter(file.readline, b"\r\n"):
            if not line:
                break
            name, _, value = line.decode("latin-1").partition(":")
            self.headers[name.lower()] = value.strip()
        self.body = file.read(int(self.headers.get("content-length", 0)))


class Server:
    """answer: bytes, or a function of the connection that is called once the request was read."""

    def __init__(self, test, answer=OK, family=socket.AF_INET, host="127.0.0.1", tls=None):
        self.answer = answer
        self.asked = []
        self.tls = tls
        self.over = threading.Event()
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind((host, 0))
        self.socket.listen()
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        test.addCleanup(self._close)

    def url(self, host="127.0.0.1", path="/", scheme="http"):
        return f"{scheme}://{host}:{self.port}{path}"

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                try:
                    self._answer(connection)
                except OSError:
                    pass  # the client has left

    def _answer(self, connection):
        connection.settimeout(20)
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        elif connection.recv(1, socket.MSG_PEEK) == TLS_HELLO:
            connection.sendall(answer("400 Bad Request"))
            return
        with connection, connection.makefile("rb") as file:
            asked = Asked(file)
            if not asked.line:
                return
            self.asked.append(asked)
            if callable(self.answer):
                self.answer(connection)
            else:
                connection.sendall(self.answer)

    def _close(self):
        self.over.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


def answer(status, *headers, body=b""):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def endless(start):
    """Sends start and then bytes until the client leaves."""

    def send(connection):
        connection.sendall(start)
        while True:
            connection.sendall(b"x" * 4096 + b"\r\n")

    return send


def certificate(folder, name):
    """(CA file, server's context) of a certificate for a name, which is its own authority."""
    key, pem = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        [
            *"openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2".split(),
            *("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"),
            *("-keyout", key, "-out", pem),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return os.fspath(pem), context


class TestCase(support.TestCase):
    def ask(self, url, environment=None, **options):
        """What came of a request, see http_request.c; "streamed" is what was taken as it came."""
        done = subprocess.run(
            [support.HELPERS / "http-request"],
            input=json.dumps({"url": url, **options}).encode(),
            capture_output=True,
            timeout=60,
            check=False,
            env={**os.environ, **(environment or {})},
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return {**json.loads(done.stdout), "streamed": done.stderr.decode()}

    def assert_failed(self, outcome, code, pattern):
        self.assertEqual(outcome["code"], -code, outcome)
        self.assertRegex(outcome["error"], pattern)
