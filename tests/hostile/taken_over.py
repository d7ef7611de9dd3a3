"""A harness that what learners print has taken over: python3 taken_over.py DEED SEED. It does its worst
to the broker, prints how often it was answered and how often refused, and then does its work."""

import array
import os
import random
import signal
import socket
import subprocess
import sys
import time

from fake_broker import CALL, EXITED, GET, INPUT, INPUT_END, MORE, PUT, REFUSED, data, frame, text, u32

PROGRAM = [text("python3"), text("main.py")]
HONEST = frame(CALL, text(""), u32(0), u32(len(PROGRAM)), *PROGRAM, u32(0))
SLEEP = frame(CALL, text(""), u32(0), u32(2), text("sleep"), text("60"), u32(0))
FRAMES = [
    HONEST, frame(PUT, text("a"), u32(0), data(b"x" * 100)), frame(GET, text("a")),
    frame(INPUT, data(b"x")), frame(INPUT_END), frame(MORE, u32(1)),
]
PATIENCE = 20  # seconds, for an answer that is to come
CROWD = 200


def connected():
    broker = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    broker.connect("/cupel/broker")  # with a timeout it would not wait until calls are accepted again
    broker.settimeout(PATIENCE)
    return broker


def told(frames, rights=()):
    """The kinds of what is answered to these frames."""
    kinds = []
    with connected() as broker:
        try:
            for one in frames:
                broker.sendmsg([one], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", rights))]
                               if rights else [])
            broker.shutdown(socket.SHUT_WR)
            while not {EXITED, REFUSED} & set(kinds) and (answer := broker.recv(200000)):
                kinds.append(answer[4])
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was refused before all was sent
    return kinds


def mutated(frames, choose):
    frames = [bytearray(one) for one in frames]
    for one in frames:
        match choose.randrange(5):
            case 0:
                one[choose.randrange(len(one))] = choose.randrange(256)
            case 1:
                del one[choose.randrange(len(one)):]
            case 2:
                one += bytes(choose.randrange(256) for _ in range(choose.randrange(200)))
            case 3:
                at = choose.randrange(0, len(one), 4)
                one[at:at + 4] = u32(choose.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 131072]))
    return [bytes(one) for one in frames if one]


def garbage(choose):
    for _ in range(100):
        yield told(mutated(choose.choices(FRAMES, k=choose.randrange(1, 6)), choose))


def disorder(choose):
    for _ in range(60):
        yield told(choose.choices(FRAMES, k=choose.randrange(2, 12)))


def descriptors(choose):
    with connected() as other, open("/dev/null", "rb") as null:
        for one in (HONEST, b"x", FRAMES[1]):
            yield told([one], [null.fileno()] * 200)
            yield told([one], [other.fileno(), null.fileno()])
    left, right = socket.socketpair()
    with left, right:  # sockets that keep each other
        socket.send_fds(left, [b"x"], [left.fileno(), right.fileno()])
        yield told([b"x"], [left.fileno(), right.fileno()])


def nothing(choose):
    for _ in range(100):
        yield told([b""])
        with connected():
            pass


def crowd(choose):
    waiting = []
    for _ in range(CROWD):
        broker = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        waiting.append(broker)
        try:
            broker.connect("/cupel/broker")
            broker.send(choose.choice([SLEEP, FRAMES[1], b"x"]))
        except BlockingIOError:
            pass  # no more are accepted for now
    time.sleep(0.3)
    for broker in choose.sample(waiting, k=CROWD):
        broker.close()
    yield told([b"x"])


def unread(choose):
    """Endless input for a program that reads none, and output that nobody reads."""
    for begin in ([SLEEP], [HONEST]):
        with connected() as broker:
            broker.send(begin[0])
            broker.settimeout(0.3)
            try:
                for _ in range(1000):
                    broker.send(frame(INPUT, data(b"x" * 60000)))
            except OSError:
                pass  # it takes no more, or has refused it
    yield told([b"x"])


def killed(choose):
    for _ in range(20):
        child = os.fork()
        if child == 0:
            with connected() as broker:
                broker.send(SLEEP)
                signal.pause()
        time.sleep(choose.random() / 50)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    yield told([b"x"])


def main(deed, seed):
    answers = list(globals()[deed](random.Random(int(seed))))
    print("#", len(answers), "refused", sum(REFUSED in kinds for kinds in answers), file=sys.stderr)
    done = subprocess.run(["/cupel/exec", "python3", "main.py"], capture_output=True, text=True, check=False)
    print("TAP version 13", "1..1", sep="\n")
    print("ok" if done.stdout == "well\n" else "not ok", 1, "-", "works")


main(*sys.argv[1:])
