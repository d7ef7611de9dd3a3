"""What programs in Python do in courses: threads, processes, sockets, signals, files, a database."""

import asyncio
import concurrent.futures
import ctypes
import fcntl
import locale
import mmap
import multiprocessing
import multiprocessing.shared_memory
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zoneinfo
from datetime import datetime


def square(number):
    return number * number


def answer(queue, lock):
    with lock:
        queue.put("answer")


def pools():
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        print("threads", list(pool.map(square, range(4))))
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, context) as pool:
            print(method, list(pool.map(square, range(4))))


def processes():
    queue, lock = multiprocessing.Queue(), multiprocessing.Lock()
    process = multiprocessing.Process(target=answer, args=(queue, lock))
    process.start()
    print("process", queue.get(), process.join(), process.exitcode)
    with multiprocessing.Manager() as manager:
        shared = manager.dict(key=1)
        print("manager", shared["key"])
    block = multiprocessing.shared_memory.SharedMemory(create=True, size=4096)
    block.buf[0] = 7
    print("shared", block.buf[0])
    block.close()
    block.unlink()
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    print("fork", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def commands():
    done = subprocess.run("tr a b", shell=True, input="a", capture_output=True, text=True)
    print("command", done.stdout, done.stderr == "", done.returncode)
    try:
        subprocess.run(["sleep", "60"], timeout=0.01, start_new_session=True)
    except subprocess.TimeoutExpired:
        print("timeout")


async def asynchronous():
    cat = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    out, _ = await cat.communicate(b"cat")
    server = await asyncio.start_unix_server(lambda r, w: w.close(), "/tmp/socket")
    reader, writer = await asyncio.open_unix_connection("/tmp/socket")
    rest = await reader.read()
    writer.close()
    server.close()
    slept = await asyncio.wait_for(asyncio.sleep(0.001, "slept"), 10)
    print("async", out, rest, slept)


def signals():
    caught = []
    signal.signal(signal.SIGALRM, lambda number, frame: caught.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    while not caught:
        time.sleep(0.001)
    print("alarm", caught == [signal.SIGALRM])


def files():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as nameless:
        nameless.write(b"text")
        fcntl.lockf(nameless, fcntl.LOCK_EX)
        path = shutil.copy2(__file__, folder)
        os.symlink("nowhere", f"{folder}/link")
        archive = shutil.make_archive("/tmp/archive", "zip", folder, os.path.basename(path))
        print("files", len(os.listdir(folder)), os.path.basename(archive))
    with mmap.mmap(-1, 1 << 20) as memory:
        memory[0] = 1
    database = sqlite3.connect("/box/database")
    database.execute("pragma journal_mode = wal")
    database.execute("create table t (a)")
    database.execute("insert into t values (1)")
    database.commit()
    print("database", database.execute("select * from t").fetchall())
    database.close()


def libraries():
    math = ctypes.CDLL("libm.so.6")
    math.sqrt.restype, math.sqrt.argtypes = ctypes.c_double, [ctypes.c_double]
    called_back = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(square)
    print("ctypes", math.sqrt(81), called_back(5))
    print("ssl", len(ssl.RAND_bytes(4)), ssl.create_default_context() is not None)
    print("uuid", len({uuid.uuid1(), uuid.uuid4()}), len(os.urandom(4)))
    berlin = datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    print("locale", locale.setlocale(locale.LC_ALL, ""), "ä", berlin.utcoffset())


def refusals():
    attempts = {
        "socket": socket.socket,
        "lookup": lambda: socket.getaddrinfo("example.org", 80),
        "memfd": lambda: os.memfd_create("test"),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
            print(name, "succeeded")
        except OSError as error:
            print(name, error.strerror)


def memory():
    blocks = [bytearray(b"1" * (1 << 20)) for _ in range(200)]
    threads = [threading.Thread(target=time.sleep, args=(0.01,)) for _ in range(50)]
    for thread in threads:
        thread.start()
    print("memory", len(blocks), len(threads))


def main():
    pools()
    processes()
    commands()
    asyncio.run(asynchronous())
    signals()
    files()
    libraries()
    refusals()
    memory()
    print("input", input())


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    main()
