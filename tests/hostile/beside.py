"""What goes on at the host's side beside hostile programs, for them to find: servers on a port, on a named
and on an abstract socket, shared memory and a message queue. Every user may use them."""

import array
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


class Beside:
    """All of it, until close(). number names everything, and is the port."""

    def __init__(self):
        self.servers = [socket.create_server(("127.0.0.1", 0))]
        self.number = self.servers[0].getsockname()[1]
        self.folder = Path(f"/dev/shm/hostile-{self.number}")
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.secret = self.folder / "secret"
        self.secret.write_text("secret\n")
        self.secret.chmod(0o644)
        self.listen(f"\0hostile-{self.number}")
        self.listen(str(self.folder / "socket"))
        (self.folder / "socket").chmod(0o666)
        self.segment = checked(libc.shmget(KEYS + self.number, 4096, IPC_CREAT | 0o666))
        self.queue = f"/hostile-{self.number}".encode()
        checked(libc.mq_open(self.queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644, None))
        for server in self.servers:
            threading.Thread(target=self.serve, args=[server], daemon=True).start()

    def listen(self, address):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(address)
        server.listen(64)
        self.servers.append(server)

    def serve(self, server):
        """Everybody gets a byte; those on a socket of this machine a descriptor with it."""
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return  # it was closed
            rights = []
            if client.family == socket.AF_UNIX:
                fds = array.array("i", [self.servers[0].fileno()])
                rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)]
            try:
                client.sendmsg([b"x"], rights)
            except OSError:
                pass  # it is gone
            client.close()

    def close(self):
        for server in self.servers:
            server.shutdown(socket.SHUT_RDWR)
            server.close()
        checked(libc.shmctl(self.segment, IPC_RMID, None))
        checked(libc.mq_unlink(self.queue))
        for path in (self.secret, self.folder / "socket"):
            path.unlink()
        self.folder.rmdir()
