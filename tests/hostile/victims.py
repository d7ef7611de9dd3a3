"""The processes of one cupel: who they are, and that none outlives it.

Only descendants of a process that the test started are ever touched, by pid and start time, with
a pidfd, so that a pid that was given anew is nobody's victim.
"""

import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
LEFT_SECONDS = 30  # until what is dead must have been buried, on a busy machine
TRUSTED = ("supervisor", "cell", "judge", "lane", "init")


def adopt_orphans():
    """What a job leaves behind becomes our child, and is seen."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")


class Process:
    def __init__(self, pid, role):
        self.pid, self.role = pid, role
        self.started = start_time(pid)

    def lives(self):
        return self.started is not None and start_time(self.pid) == self.started

    def signal(self, number):
        """Whether it was there to get it."""
        try:
            pidfd = os.pidfd_open(self.pid)
        except OSError:
            return False
        try:
            if not self.lives():
                return False
            signal.pidfd_send_signal(pidfd, number)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(pidfd)


def _stat(pid):
    """State, and what follows it, of /proc/PID/stat; None: there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rsplit(")", 1)[1].split()
    except OSError:
        return None


def start_time(pid):
    """In ticks since boot; None for what has ended."""
    stat = _stat(pid)
    return None if stat is None or stat[0] in "ZX" else int(stat[19])


def children(pid):
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            found += Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
    except OSError:
        pass  # it has ended
    return [int(child) for child in found]


def _inner_pid(pid):
    """The pid in the innermost namespace, and how many namespaces there are."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines():
            if line.startswith("NSpid:"):
                pids = line.split()[1:]
                return int(pids[-1]), len(pids)
    except OSError:
        pass
    return 0, 0


def _is_cell(pid):
    """Until it is executed, its supervisor waits for it in vfork(2), where nothing but SIGKILL
    reaches a process: whoever stops the child then has stopped both. See docs/testing.md."""
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "cupel-cell\n"
    except OSError:
        return False


def _below(pid, depth, cell, outer):
    for child in sorted(children(pid)):
        if depth == 0 and not _is_cell(child):
            continue
        inner, namespaces = _inner_pid(child)
        if namespaces > outer:
            role = "init" if inner == 1 else "command"
        elif depth == 0:
            role = cell = "judge" if cell else "cell"
        else:
            role = "lane"
        yield Process(child, role)
        yield from _below(child, depth + 1, cell, outer)


def of(pid):
    """The supervisor and all below it, as they are now."""
    _, outer = _inner_pid(pid)
    return [Process(pid, "supervisor"), *_below(pid, 0, None, outer)]


def left_over():
    """Processes that were adopted and do not end; adopt_orphans() comes first."""
    end = time.monotonic() + LEFT_SECONDS
    while True:
        _bury()
        left = [pid for pid in children(os.getpid()) if start_time(pid) is not None]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.005)


def describe(pids):
    """For whoever has to find out why they are still there."""
    return [Path(f"/proc/{p}/status").read_text()[:60].split() + [_inner_pid(p)] for p in pids]


def _bury():
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


def end_all(processes):
    """After a round that failed."""
    for process in processes:
        process.signal(signal.SIGKILL)
