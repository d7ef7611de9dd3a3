"""Each system call and each allocation of cupel fails once: see faults.py.

ctest fails some of them. All, or those of a job, of a kind of process or of a call, are failed by
`test_faults.py --all`, which prints how many points there are, and what followed; see --help.
"""

import argparse
import collections
import json
import os
import sys
import tempfile
import time
import unittest
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faults
import support
from fault_errors import ID_VALID, SEND, errors_of

WORKERS = 2


def make_grade(folder):
    """A zip, a build step, two tests and a checker in the judge's cell."""
    tests = [
        {"id": "good", "points": 2, "stdin_text": "7\n", "expect": {"stdout_text": "49\n"}},
        {"id": "bad", "points": 3, "stdin_text": "6\n", "expect": {"stdout_text": "35\n"}},
        {"id": "checked", "points": 4, "stdin_text": "5\n", "check": {"run": ["sh", "check"]}},
    ]
    definition = {
        "schema": "cupel.grader/1",
        "name": "made",
        "submission": {"files": ["*"]},
        "build": [{"id": "copy", "run": ["cp", "program", "built"]}],
        "tests": [{**test, "run": ["sh", "built"]} for test in tests],
    }
    return _grade(folder, definition, check='test "$(cat "$2")" = 25\n')


def make_harness(folder):
    """A harness that starts the learner's program by the broker."""
    definition = {
        "schema": "cupel.grader/1",
        "name": "made",
        "submission": {"files": ["*"]},
        "tests": [
            {
                "id": "units",
                "harness": {
                    "run": ["sh", "units"],
                    "report": "tap",
                    "tests": [{"id": "squares", "points": 2}, {"id": "cubes", "points": 3}],
                },
            }
        ],
    }
    script = (
        'echo "TAP version 13"; echo 1..2\n'
        'test "$(echo 7 | /cupel/exec -- sh program)" = 49 && echo "ok 1 - squares"\n'
        'test "$(echo 2 | /cupel/exec -- sh program)" = 8 || echo "not ok 2 - cubes"\n'
    )
    return _grade(folder, definition, units=script)


def _grade(folder, definition, **files):
    support.write(folder / "grader/grader.json", json.dumps(definition))
    for name, text in files.items():
        support.write(folder / "grader" / name, text)
    with zipfile.ZipFile(folder / "submission.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("program", "read n; echo $((n * n))\n")
    return ["grade", str(folder / "grader"), str(folder / "submission.zip")]


def make_run(folder):
    """One command, with files and a report."""
    command = "cat; echo told >&2; exit 3"
    return ["run", "--report", "AT/report", "--", "sh", "-c", command]


def make_denied(_folder):
    """Calls that the policy denies, in processes that are killed for them, or not."""
    command = "; ".join(f"/helpers/deny {deed}" for deed in ("fail 2", "child", "ignored", "kill"))
    shown = f"{support.HELPERS}:/helpers"
    return ["run", "--report", "AT/report", "--bind-ro", shown, "--", "sh", "-c", command]


JOBS = {"grade": make_grade, "harness": make_harness, "run": make_run, "denied": make_denied}


def make_job(name, folder):
    folder = Path(folder) / name
    folder.mkdir(parents=True)
    return faults.Job(name, folder, *JOBS[name](folder))


def all_points(job, chosen):
    """The points that are chosen: see parse()."""
    for (kind, call), count in sorted(job.counts.items()):
        if chosen.kind not in (None, kind) or chosen.call not in (None, call):
            continue
        errors = errors_of(call)
        numbers = range(1, count + 1) if chosen.repeats else job.first[kind, call]
        for error in errors[:1] if chosen.short else errors:
            yield from ((kind, call, number, error) for number in numbers[:: chosen.stride])


def go(job, points, leave=False, side_by_side=WORKERS):
    """(point, class or Finding) of each point."""

    def fail(point):
        try:
            return point, job.fail(*point, leave=leave)
        except faults.Finding as finding:
            return point, finding

    with ThreadPoolExecutor(side_by_side) as pool:
        yield from pool.map(fail, points)


def go_through(job, chosen):
    """How many points there were, and how many findings."""
    table = collections.defaultdict(collections.Counter)
    found = 0
    for point, end in go(job, all_points(job, chosen), chosen.leave, chosen.side_by_side):
        name = "finding" if isinstance(end, faults.Finding) else end
        table[point[:2]][name] += 1
        if name == "finding":
            found += 1
            print(job.name, *point, " ".join(str(end).split())[:400], flush=True)
    for (kind, call), ends in table.items():
        what = ", ".join(f"{n} {end}" for end, n in sorted(ends.items()))
        print(f"{job.name} {kind} {call}: {what}", flush=True)
    return sum(ends.total() for ends in table.values()), found


def main_all(arguments):
    begun = time.monotonic()
    points = found = 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--job", choices=JOBS)
    parser.add_argument("--kind", help="supervisor, spawn, cell, lane, init, command, unpack")
    parser.add_argument("--call", help="a system call's name, or malloc")
    parser.add_argument("--stride", type=int, default=1, help="only each so manieth of a call")
    parser.add_argument("--short", action="store_true", help="one error a call")
    parser.add_argument("--repeats", action="store_true", help="also those of the same callers")
    parser.add_argument("--leave", action="store_true", help="let leaks be looked for")
    parser.add_argument("--side-by-side", type=int, default=WORKERS, help="so many at once")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for name in [chosen.job] if chosen.job else JOBS:
            more, wrong = go_through(make_job(name, folder), chosen)
            points, found = points + more, found + wrong
    print(f"{points} points, {found} findings, {time.monotonic() - begun:.0f} s")
    sys.exit(1 if found else 0)


# What has been found and mended: (job, kind, call, error, and a path if it is given one) by the claim.
CASES = {
    "an input that cannot be written is no wrong answer": ("grade", "supervisor", "write", "EIO"),
    "an output that cannot be read is no wrong answer": ("grade", "supervisor", "read", "EIO"),
    "a deadline that cannot be set is no run without one": ("grade", "supervisor", "timerfd_settime", "ENOMEM"),
    "a run that cannot be watched is no failed build": ("grade", "supervisor", "epoll_ctl.1", "ENOMEM"),
    "a pipe that cannot be made is no failed build": ("grade", "supervisor", "pipe2", "EMFILE"),
    "a copy that cannot be sealed is no rejection": ("grade", "supervisor", "fcntl.1033", "ENOMEM"),
    "a folder that cannot be opened is no invalid grader": ("grade", "supervisor", "openat2", "EMFILE"),
    "a cell tells that it could not get its setup": ("grade", "cell", "recvmsg", "ENOMEM"),
    "Landlock that does not answer is not missing": ("grade", "cell", "landlock_create_ruleset", "ENOMEM"),
    "descriptors that stay open are none of the cell's": ("grade", "cell", "close_range", "ENOMEM"),
    "a lane tells that it could not begin": ("grade", "lane", "memfd_create", "EMFILE"),
    "a lane's report has room or is told of": ("grade", "lane", "ftruncate", "ENOSPC"),
    "a wait that was interrupted is no end of the command": ("grade", "init", "wait4", "EINTR"),
    "who could not be asked is not dead": ("grade", "init", "poll", "ENOMEM"),
    "no command goes on without its listener": ("grade", "init", "sendmsg", "ENOBUFS"),
    "no command begins without its listener": ("grade", "command", "seccomp", "ENOMEM"),
    "memory that is short is no damaged archive": ("grade", "unpack", "malloc", "ENOMEM"),
    "a read that fails is no damaged archive": ("grade", "unpack", "pread64", "EIO"),
    "calls that the broker has no memory for are no failed test": ("harness", "supervisor", "malloc", "ENOMEM"),
    "a harness that cannot be answered is no failed test": ("harness", "supervisor", "sendto", "ENOMEM"),
    "a call that cannot be waited for is no failed test": ("harness", "supervisor", "epoll_ctl.1", "ENOMEM"),
    "a call that cannot be accepted is no harness out of time": ("harness", "supervisor", "accept4", "ENOMEM"),
    "a loader that crashes is no hostile archive": ("grade", "unpack", "mmap", "ENOMEM"),
    "an answer that cannot be given is no command out of time": ("denied", "supervisor", SEND, "ENOMEM"),
    "an answer that was interrupted is given": ("denied", "supervisor", SEND, "EINTR"),
    "who is looked up and interrupted is killed": ("denied", "supervisor", ID_VALID, "EINTR"),
    "who cannot be killed for a call does not go on": ("denied", "supervisor", ID_VALID, "ENOMEM"),
    "an answer that cannot be sent stalls no harness": ("harness", "supervisor", "sendto", "EPERM"),
    "a call that cannot be received is nobody's fault": ("harness", "supervisor", "recvfrom", "EPERM"),
    "an input that was interrupted is read": ("run", "supervisor", "read", "EINTR"),
    "a cell that was ended tells the reason to all of its runs": ("grade", "supervisor", "recvmsg", "ENOMEM"),
    "a heap that could not be begun is no crash": ("run", "supervisor", "brk", "ENOMEM"),
    "the first failure of all is told": ("run", "supervisor", "openat", "EMFILE", "/dev/null"),
}
if not support.SANITIZED:  # which is linked with glibc, whose malloc(3) asks for that much by brk(2)
    CASES["a cell that is short of memory tells so"] = ("grade", "cell", "mmap", "ENOMEM")
# A user's cupel goes other ways in the beginning of a cell alone.
FEW = support.SANITIZED or os.geteuid() != 0
CASE_POINTS = 2 if FEW else 5


def spread(count, most):
    """At most so many of the numbers from 1 to count, the first and the last among them."""
    if count <= most:
        return list(range(1, count + 1))
    return [1 + i * (count - 1) // (most - 1) for i in range(most)]


class Faults(support.TestCase):
    """What follows where one call fails: never a verdict, a crash, a hang, or something left."""

    @classmethod
    def setUpClass(cls):
        if not faults.TRACER.exists():
            raise unittest.SkipTest("the tracer knows the registers of x86-64 only")
        cls.place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        cls.jobs = {}

    def job(self, name):
        if name not in self.jobs:
            self.jobs[name] = make_job(name, self.place.name)
        return self.jobs[name]

    def judge(self, name, points, leave=False):
        """All of them end as they may; how many in which way."""
        ends = collections.Counter()
        for point, end in go(self.job(name), points, leave):
            with self.subTest(f"{name} {point}"):
                self.assertNotIsInstance(end, faults.Finding, end)
            ends[str(end)] += 1
        self.assertGreater(ends["failed"] + ends["same"] + ends["host"], 0, ends)
        return ends

    def points_of(self, name, kind, call, error, path=None):
        job = self.job(name)
        numbers = job.first.get((kind, call), [])
        if path is not None:
            numbers = [n for n in numbers if job.paths[kind, call, n] == path]
        self.assertTrue(numbers, f"{kind} makes no {call} {path or ''} any more")
        chosen = spread(len(numbers), CASE_POINTS * (4 if name in ("run", "denied") else 1))
        return [(kind, call, numbers[place - 1], error) for place in chosen]

    def test_what_was_found_stays_mended(self):
        points = collections.defaultdict(list)
        for claim, (name, *point) in CASES.items():
            with self.subTest(claim):
                points[name] += self.points_of(name, *point)
        for name, chosen in points.items():
            self.assertGreater(self.judge(name, chosen)["failed"], 0)

    def test_an_end_without_failure_leaves_no_descriptor(self):
        for name in JOBS:
            kept = [target for target in self.job(name).open if "/" in target]
            self.assertEqual(set(kept) - {"/dev/null"}, set(), name)

    def test_the_first_of_each_call_fails(self):
        job = self.job("grade")
        points = [
            (kind, call, 1, errors_of(call)[0])
            for kind, call in sorted(job.counts)
            if call != "malloc"
        ]
        self.judge("grade", points[:: 4 if FEW else 1])

    def test_allocations_fail(self):
        for name, most in (("grade", 8 if FEW else 30), ("harness", 8), ("run", 6)):
            numbers = self.job(name).first["supervisor", "malloc"]
            chosen = [numbers[i - 1] for i in spread(len(numbers), most)]
            points = [("supervisor", "malloc", number, "ENOMEM") for number in chosen]
            self.judge(name, points, leave=support.SANITIZED)  # leaks are looked for

    def test_calls_of_other_jobs_fail(self):
        for name in ("harness", "run"):
            for kind in ("supervisor", "cell", "init"):
                calls = [call for of, call in sorted(self.job(name).counts) if of == kind]
                chosen = [call for call in calls if call != "malloc"][:: 8 if FEW else 4]
                counts = self.job(name).counts
                self.judge(
                    name,
                    [(kind, c, (counts[kind, c] + 1) // 2, errors_of(c)[0]) for c in chosen],
                )


if __name__ == "__main__":
    if "--all" in sys.argv:
        main_all(sys.argv[1:])
    support.main()
