"""Where the tests of limits are, how cupel is started there, and what is expected of it.

Each class of tests that derives from limits.Case runs once in each mode that there is:

    fallback   cupel is told not to use cgroups; not in guests, where all is slow
    cgroup     if CUPEL_TEST_CGROUP names an empty cgroup of this user, with the controllers cpu,
               memory and pids, cupel runs as the sole process of a fresh child of it; else, where
               this host's own controllers are free, it finds a cgroup itself

A file of such tests ends with `if __name__ == "__main__": limits.main()`.
"""

import inspect
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import support

MIB = 1 << 20
BASE = Path(os.environ["CUPEL_TEST_CGROUP"]) if os.environ.get("CUPEL_TEST_CGROUP") else None
OPEN = support.SOURCE / "tests/limits/open.json"  # lets programs have what no limit counted
# Where everything is slow, and CPU time comes in ticks.
IN_GUEST = bool(os.environ.get("CUPEL_GUEST"))


def _modes():
    if IN_GUEST:
        return ("cgroup",)
    if BASE:
        return ("fallback", "cgroup")
    free = [support.CUPEL, "doctor", "--require", "cgroup"]
    found = subprocess.run(free, capture_output=True, check=False).returncode == 0
    return ("fallback", "cgroup") if found else ("fallback",)


MODES = _modes()
TICK = 0.01  # seconds

ENTER = 'echo $$ >"$0"/cgroup.procs && exec "$@"'


class Case(support.TestCase):
    mode = None  # set by main()
    modes = MODES

    def setUp(self):
        self.leaves = []

    def enforcement(self):
        """What `enforcement` of a report says of the limits."""
        if self.mode == "cgroup":
            return {"memory": "cgroup", "processes": "cgroup", "cpu": "cgroup"}
        processes = "watchdog" if _is_root_of_one_id() else "rlimit"
        return {"memory": "watchdog", "processes": processes, "cpu": "rusage"}

    def options(self):
        """What cupel is told of cgroups."""
        return [] if self.mode == "cgroup" else ["--cgroup", "none"]

    def wrap(self):
        """A command to put before cupel's, for one start of it."""
        if self.mode != "cgroup" or BASE is None:
            return []
        child = fresh_cgroup()
        self.leaves.append(child)
        self.addCleanup(remove_cgroup, child)
        return ["/bin/sh", "-c", ENTER, child]

    def assert_tidy(self):
        """Nothing is left in the cgroups in which cupel was started."""
        for child in self.leaves:
            self.assertEqual(folders_in(child), [])
            self.assertEqual((child / "cgroup.procs").read_text(), "")

    def start(self, helper, *args, options=(), policy="native", **keywords):
        """`cupel run` of a helper (or of a program in PATH): (finished process, report)."""
        shown = support.HELPERS / helper
        command = [f"/helpers/{helper}"] if shown.exists() else [helper]
        options = [*self.options(), "--policy", policy, *options]
        if shown.exists():
            options += ["--bind-ro", f"{support.HELPERS}:/helpers"]
        done, report = self.run_boxed(
            *command, *map(str, args), options=options, wrap=self.wrap(), **keywords
        )
        self.assert_tidy()
        self.assertIsNotNone(report, done.stderr)
        expected = self.enforcement()
        self.assertEqual({k: report["enforcement"][k] for k in expected}, expected)
        return done, report

    def stopped(self, limit, *command, **keywords):
        """The same, of a run that a limit ends."""
        done, report = self.start(*command, **keywords)
        self.assertEqual(
            (report["status"], report["limit"]), ("limit", limit), (done.stderr, report)
        )
        self.assertEqual(done.returncode, 124, done.stderr)
        return done, report

    def free(self, *command, **keywords):
        """The same, of a run that has room enough and ends with 0."""
        done, report = self.start(*command, **keywords)
        self.assertEqual((done.returncode, report["status"]), (0, "exited"), (done.stderr, report))
        return done, report

    def grade_helper(self, helper, *args, limits=None, policy="native", code=0):
        """The only test's result of a grader that runs a helper."""
        test = {
            "id": "only",
            "run": [f"./{helper}", *map(str, args)],
            "policy": "open.json" if policy == OPEN else policy,
            "limits": limits or {},
            "expect": {"exit_code": 0},
        }
        grader, handed_in = self.grader([test]), self.handed_in(helper)
        result = self.grade(
            grader, handed_in, *self.options(), "--jobs", "1", code=code, wrap=self.wrap()
        )
        self.assert_tidy()
        return result["tests"][0]

    def grader(self, tests):
        """A grader's folder."""
        folder = self.folder()
        definition = {
            "schema": "cupel.grader/1",
            "name": "made",
            "submission": {"files": ["*"]},
            "tests": tests,
        }
        support.write(folder / "grader.json", json.dumps(definition))
        shutil.copy(OPEN, folder)
        return folder

    def handed_in(self, *helpers):
        """A submission's folder with helpers in it."""
        folder = self.folder()
        for helper in helpers:
            shutil.copy(support.HELPERS / helper, folder)
        return folder


def fresh_cgroup():
    """A cgroup for one start of cupel, with all controllers."""
    enable_controllers(BASE)
    child = BASE / f"test-{uuid.uuid4().hex}"
    child.mkdir()
    return child


def enable_controllers(folder):
    (folder / "cgroup.subtree_control").write_text("+cpu +memory +pids")


def processes_with(marker):
    """Ids of processes other than this one whose command line holds a marker."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if marker.encode() in Path("/proc", pid, "cmdline").read_bytes():
                found.append(int(pid))
        except OSError:
            pass  # it has ended
    return [pid for pid in found if pid != os.getpid()]


def descendants(pid):
    """Ids of a process and of all below it."""
    found = {pid}
    for thread in Path("/proc", str(pid), "task").iterdir():
        for child in value(thread, "children").split():
            found |= descendants(int(child))
    return found


def command_of(pid):
    return value(f"/proc/{pid}", "comm")


def value(folder, name):
    """The text of one of the kernel's files."""
    return Path(folder, name).read_text().rstrip("\n")


def folders_in(path):
    return sorted(entry.name for entry in path.iterdir() if entry.is_dir())


def remove_cgroup(folder):
    """Remove a cgroup with all below it, and what runs there: after a test that failed."""
    if not folder.exists():
        return
    (folder / "cgroup.kill").write_text("1")
    end = time.monotonic() + 10
    while "populated 1" in value(folder, "cgroup.events") and time.monotonic() < end:
        time.sleep(0.01)
    for below in sorted(folder.rglob("*/"), key=lambda path: -len(path.parts)):
        if below.is_dir():
            below.rmdir()
    folder.rmdir()


def _is_root_of_one_id():
    """RLIMIT_NPROC does not bind the host's root, if cupel can take no other uid."""
    maps = Path("/proc/self/uid_map").read_text().split()
    return os.getuid() == 0 and len(maps) == 3 and int(maps[2]) == 1


def main():
    """Run the tests of the calling file in each mode; see support.main()."""
    module = sys.modules["__main__"]
    for name, case in inspect.getmembers(module, inspect.isclass):
        if issubclass(case, Case) and case.__module__ == "__main__":
            delattr(module, name)
            for mode in case.modes:
                made = type(f"{name}_{mode}", (case,), {"mode": mode, "__module__": "__main__"})
                setattr(module, made.__name__, made)
    support.main()
