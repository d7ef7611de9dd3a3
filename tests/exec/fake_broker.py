"""A broker for tests of cupel-exec: what include/cupel/broker.h says, from the other side."""

import socket
import struct
import threading

PUT, GET, CALL, INPUT, INPUT_END, MORE, OUTPUT, FILE, REPORT, EXITED, REFUSED = range(1, 12)
MAGIC = 0x31425543
MAX = 131072


def u32(number):
    return struct.pack("=I", number & 0xFFFFFFFF)


def data(content):
    return u32(len(content)) + content


def text(content):
    return data(content.encode() + b"\0")


def frame(kind, *parts):
    return u32(MAGIC) + u32(kind) + b"".join(parts)


def output(content, stream=0):
    return frame(OUTPUT, u32(stream), data(content))


def file(content, index=0, code=0):
    return frame(FILE, u32(index), u32(code), data(content))


def exited(status, message=""):
    return frame(EXITED, u32(status), text(message))


class Reader:
    """The fields of a frame."""

    def __init__(self, packet):
        self.left = packet

    def u32(self):
        (number,) = struct.unpack("=I", self.left[:4])
        self.left = self.left[4:]
        return number

    def data(self):
        length = self.u32()
        content, self.left = self.left[:length], self.left[length:]
        return content

    def text(self):
        return self.data()[:-1].decode()

    def texts(self):
        return [self.text() for _ in range(self.u32())]


class Request:
    """What a call asks for, up to its CALL."""

    def __init__(self):
        self.puts = {}  # path: (content, executable)
        self.gets = []
        self.chdir = self.argv = self.environment = self.report = None

    def take(self, packet):
        """Whether that was the last of it."""
        fields = Reader(packet)
        assert fields.u32() == MAGIC
        kind = fields.u32()
        if kind == PUT:
            self.path, executable = fields.text(), fields.u32() == 1
            self.puts[self.path] = (fields.data(), executable)
        elif kind == MORE:
            content, executable = self.puts[self.path]
            self.puts[self.path] = (content + fields.data(), executable)
        elif kind == GET:
            self.gets.append(fields.text())
        else:
            assert kind == CALL
            self.chdir, self.report = fields.text(), fields.u32() == 1
            self.argv, self.environment = fields.texts(), fields.texts()
        assert fields.left == b""
        return kind == CALL


class Broker:
    """Serves one call in a thread: serve(connection) is called with the connection."""

    def __init__(self, path, serve):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(str(path))
        self.listener.listen()
        self.failure = None
        self.thread = threading.Thread(target=self._run, args=(serve,), daemon=True)
        self.thread.start()

    def _run(self, serve):
        try:
            connection, _ = self.listener.accept()
            with connection:
                serve(connection)
        except Exception as failure:  # told by join(), in the thread of the test
            self.failure = failure

    def join(self):
        self.thread.join(30)
        self.listener.close()
        if self.failure is not None:
            raise self.failure
        assert not self.thread.is_alive()


def receive(connection):
    return connection.recv(MAX)


def take_request(connection):
    request = Request()
    while not request.take(receive(connection)):
        pass
    return request


def take_input(connection):
    """All of standard input, to its end."""
    content = b""
    while True:
        fields = Reader(receive(connection))
        assert fields.u32() == MAGIC
        kind = fields.u32()
        if kind == INPUT_END:
            return content
        assert kind == INPUT
        content += fields.data()


def await_end(connection):
    """Until the other side has closed the connection, with or without having read all."""
    try:
        while connection.recv(MAX):
            pass
    except ConnectionResetError:
        pass
