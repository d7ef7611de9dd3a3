"""A service of a test's own, and clients of it."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import threading
import uuid

import support

SERVICE = support.PREFIX / "libexec/cupel/cupel-service"
HAND = support.HELPERS / "queue-hand"


class Hand:
    """Does what a worker does, when it is told to."""

    def __init__(self, test, url):
        self.process = subprocess.Popen([HAND, url], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        test.addCleanup(self._end)

    def _end(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def lease(self):
        return int(self.ask("lease"))


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.bytes = response.read()

    def json(self):
        return json.loads(self.bytes)


def form(fields, files=()):
    """A multipart body and its type; files: (name, bytes)."""
    boundary = uuid.uuid4().hex
    body = b""
    for name, value in fields.items():
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                 f"{value}\r\n").encode()
    for name, data in files:
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
                 f'filename="{name}"\r\n\r\n').encode() + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Service:
    """`cupel serve`, by default on a port of its own; token: the first one. program: another than
    is built; watch: called with method, path, body and each answer."""

    def __init__(self, test, queue, *options, tls=None, **spawn):
        self.folder = test.folder()
        self.queue = queue
        self.tls = tls
        self.watch = spawn.pop("watch", None)
        self.errors = open(self.folder / "errors", "wb")
        test.addCleanup(self.errors.close)
        self.process = subprocess.Popen(
            [spawn.pop("program", SERVICE), "serve", "--queue", queue, "--listen", f"127.0.0.1:{spawn.pop('port', 0)}",
             "--work", self.folder,
             "--access-log", self.folder / "access", "--audit-log", self.folder / "audit",
             *(["--no-worker"] if not spawn.pop("worker", False) else []), *options],
            stdout=subprocess.PIPE, stderr=self.errors, text=True, **spawn)
        test.addCleanup(self._check_end, test)
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[1]) if line.startswith("listening on ") else 0
        self.token = None
        if not self.port:
            test.fail((self.folder / "errors").read_text())

    def read_token(self):
        self.token = self.process.stdout.readline().split()[1]
        return self.token

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)
        self.process.stdout.close()
        return self.process.returncode

    def _check_end(self, test):
        """However a test ends, the service ends well."""
        status = self.stop()
        errors = (self.folder / "errors").read_text()
        if self.port:
            test.assertEqual(status, 0, errors)
        test.assertNotIn("Sanitizer", errors)

    def connect(self, source=None, timeout=30):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout,
                                               context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout,
                                          source_address=source)

    def ask(self, method, path, body=None, token="", **headers):
        """token: "" the first one, None nobody's."""
        connection = self.connect()
        if token is not None:
            headers["Authorization"] = "Bearer " + (token or self.token)
        data = body
        if isinstance(body, (dict, list)):
            data = json.dumps(body).encode()
            headers.setdefault("Content_Type", "application/json")
        try:
            connection.request(method, path, data,
                               {name.replace("_", "-"): value for name, value in headers.items()})
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        if self.watch:
            self.watch(method, path, body, answer)
        return answer

    def send(self, fields, files, path="/v1/jobs", method="POST", **keywords):
        body, kind = form(fields, files)
        return self.ask(method, path, body, Content_Type=kind, **keywords)

    def raw(self, data, source=("127.0.0.1", 0)):
        """A socket on which data was sent."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=30,
                                          source_address=source)
        client.sendall(data)
        return client

    def log(self, name):
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]


def certificate(folder):
    """A certificate that signs itself, and its key."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def trusting(cert):
    return ssl.create_default_context(cafile=os.fspath(cert))


def in_background(function, *arguments):
    """The result of function, called in a thread, once it is asked for."""
    kept = []
    thread = threading.Thread(target=lambda: kept.append(function(*arguments)))
    thread.start()

    def result():
        thread.join(timeout=60)
        return kept[0]

    return result
