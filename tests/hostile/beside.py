"""What goes on at the host's side beside hostile programs, for them to find: servers on a port, on a named
and on an abstract socket, shared memory and a message queue. Every user may use them."""

import array
import contextlib
import ctypes
import os
import socket
import threading
from pathlib import Path

IPC_CREAT, IPC_RMID = 0o1000, 0
KEYS = 0x68000000  # and the number: keys of System V

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


class Attributes(ctypes.Structure):
    """struct mq_attr of a queue that takes as little as there can be."""

    _fields_ = [(name, ctypes.c_long) for name in ("flags", "most", "size", "now")]
    _fields_.append(("reserved", ctypes.c_long * 4))


class Beside:
    """All of it, until close(). number names everything, and is the port."""

    def __init__(self):
        self.undo = contextlib.ExitStack()
        self.port = self.keep(socket.create_server(("127.0.0.1", 0)))
        self.number = self.port.getsockname()[1]
        self.share_memory(Path(f"/dev/shm/hostile-{self.number}"))
        self.make_queue(f"/hostile-{self.number}".encode())
        self.keep(self.listen(f"\0hostile-{self.number}"))

    def keep(self, server):
        threading.Thread(target=self.serve, args=[server], daemon=True).start()
        self.undo.callback(server.close)
        self.undo.callback(server.shutdown, socket.SHUT_RDWR)
        return server

    def listen(self, address):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(address)
        server.listen(64)
        return server

    def share_memory(self, folder):
        folder.mkdir()
        self.undo.callback(folder.rmdir)
        folder.chmod(0o755)
        secret = folder / "secret"
        self.undo.callback(secret.unlink, missing_ok=True)
        secret.write_text("secret\n")
        secret.chmod(0o644)
        server = self.listen(str(folder / "socket"))
        self.undo.callback((folder / "socket").unlink)
        (folder / "socket").chmod(0o666)
        self.keep(server)
        segment = checked(libc.shmget(KEYS + self.number, 4096, IPC_CREAT | 0o666))
        self.undo.callback(libc.shmctl, segment, IPC_RMID, None)

    def make_queue(self, name):
        smallest = Attributes(most=1, size=1)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        queue = checked(libc.mq_open(name, flags, 0o644, ctypes.byref(smallest)))
        self.undo.callback(libc.mq_unlink, name)
        os.close(queue)

    def serve(self, server):
        """Everybody gets a byte; those on a socket of this machine a descriptor with it."""
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return  # it was closed
            rights = []
            if client.family == socket.AF_UNIX:
                fds = array.array("i", [server.fileno()])
                rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)]
            with client, contextlib.suppress(OSError):  # it may be gone
                client.sendmsg([b"x"], rights)

    def close(self):
        self.undo.close()
