#!/usr/bin/env python3
"""What only a guest may suffer: its clock is set by hours, and its memory ends.

Run by ctest in the guests of tests/vm, which have a clock and control groups of their own.
"""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / name) for name in ("", "grade", "limits")]

import jobs  # noqa: E402
import limits  # noqa: E402
import support  # noqa: E402

HOUR = 3600
THRASHING = 6  # MiB: programs are read from disk again and again, which is CPU time of theirs
STEPS = (5 * HOUR, -11 * HOUR, 24 * HOUR, -18 * HOUR)  # which add up to 0


class Stepping(threading.Thread):
    """Sets the wall clock again and again until it is stopped; then to what it should be."""

    def __init__(self):
        super().__init__()
        self.over = threading.Event()
        self.count = 0

    def run(self):
        while not self.over.is_set() or self.count % len(STEPS) != 0:
            now = time.clock_gettime(time.CLOCK_REALTIME)
            time.clock_settime(time.CLOCK_REALTIME, now + STEPS[self.count % len(STEPS)])
            self.count += 1
            self.over.wait(0.07)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


class Clock(support.TestCase):
    """Durations and deadlines are not of the clock that people set."""

    def setUp(self):
        if not support.GUEST:
            self.fail("this sets the clock of the machine: it is for guests alone")
        if os.getuid() != 0:  # in the guest root's pass does it
            self.assertRaises(PermissionError, time.clock_settime, time.CLOCK_REALTIME, 0)
        self.place = self.folder()

    def stepped(self, *command, options=()):
        if os.getuid() != 0:
            return self.run_boxed(*command, options=options)
        with Stepping() as steps:
            done, report = self.run_boxed(*command, options=options)
        self.assertGreater(steps.count, 1)
        return done, report

    def test_a_run_lasts_as_long_as_it_lasts(self):
        done, report = self.stepped("sh", "-c", "sleep 1; exit 3")
        self.assertEqual((done.returncode, report["status"]), (3, "exited"), done.stderr)
        self.assertGreater(report["wall_seconds"], 0.9)
        self.assertLess(report["wall_seconds"], 10)
        self.assertLess(report["cpu_seconds"], 2)

    def test_a_deadline_comes_when_it_is_due(self):
        done, report = self.stepped("sleep", "60", options=["--wall", "2s"])
        self.assertEqual((done.returncode, report["limit"]), (124, "wall_time"), done.stderr)
        self.assertGreater(report["wall_seconds"], 1.9)
        self.assertLess(report["wall_seconds"], 10)

    def test_a_grading_is_the_same(self):
        job = jobs.Grade(jobs.fresh(self.place, "job"), 2)
        place = jobs.fresh(self.place, "graded")
        if os.getuid() != 0:
            self.assertEqual(job.take(place, job.start(place).wait(200)), "clean")
            return
        with Stepping():
            self.assertEqual(job.take(place, job.start(place).wait(200)), "clean")
        seconds = json.loads((place / "result.json").read_text())["wall_seconds"]
        self.assertGreater(seconds, 0)
        self.assertLess(seconds, 200)


class Memory(limits.Case):
    """Of all that cupel and its jobs have, in a control group around them."""

    modes = ["cgroup"]

    def start_within(self, size, job, place):
        wrap = self.wrap()
        (self.leaves[-1] / "memory.max").write_text(str(size))
        (self.leaves[-1] / "memory.oom.group").write_text("0")
        process = job.start(place, wrap=wrap)
        code = process.wait(300)
        found = limits.folders_in(self.leaves[-1])
        limits.remove_cgroup(self.leaves[-1])
        return code, found

    def test_too_little_of_it_is_no_verdict(self):
        place = self.folder()
        job = jobs.Grade(jobs.fresh(place, "job"), 1)
        ends = []
        for mebibytes in (1, 2, 6, 16, 96):
            at = jobs.fresh(place, f"at-{mebibytes}")
            code, left = self.start_within(mebibytes * limits.MIB, job, at)
            if code in (-9, 128 + 9):  # cupel itself, or the shell before it
                ends.append("killed")
                continue
            self.assertEqual(left, [], mebibytes)
            ends.append(job.take(at, code))
            if "cpu" not in ends[-1] or mebibytes > THRASHING:
                self.assertIn(ends[-1], ("clean", "platform"), mebibytes)
        self.assertEqual(ends[-1], "clean", ends)
        self.assertNotEqual(ends[0], "clean", ends)

    def test_a_limit_around_the_run_s_is_not_the_run_s(self):
        report = self.folder() / "report.json"
        wrap = self.wrap()
        (self.leaves[-1] / "memory.max").write_text(str(48 * limits.MIB))
        command = [*wrap, support.CUPEL, "run", "--memory", "256MiB", "--report", report,
                   "--bind-ro", f"{support.HELPERS}:/helpers", "--", "/helpers/hoard",
                   "heap", "128"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        self.assertIn(done.returncode, (125, -9, 128 + 9), done.stderr)
        if done.returncode == 125:
            self.assertRegex(done.stderr, "the host had too little memory|ended unexpectedly")


if __name__ == "__main__":
    limits.main()
