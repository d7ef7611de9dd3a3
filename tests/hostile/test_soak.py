#!/usr/bin/env python3
"""Nothing adds up: neither in a supervisor that lives long, nor on its machine.

    test_soak.py                                           the short form, as in ctest
    test_soak.py --runs 10000 --cells 2000 --gradings 1000 --commands 2000

A helper that links the library (soak.c) makes runs in one cell, cells, and gradings, and tells
after each tenth how many descriptors, children and mappings it has, how much memory, and how long
each took. Then as many commands of cupel's are started one after the other. Afterwards processes,
mounts, cgroups and temporary files are as before.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / name) for name in ("", "grade")]

import jobs  # noqa: E402
import support  # noqa: E402
import victims  # noqa: E402

COUNTS = {"runs": 400, "cells": 60, "gradings": 20, "commands": 60}
WARM = 2  # tenths, in which memory is taken that stays
GROWTH_KIB = 512  # from then on: what allocators do with fragments
HOURS = 4 * 3600


def cgroups():
    return {str(path) for path in Path("/sys/fs/cgroup").rglob("cupel-*")}


def own_mounts():
    return Path("/proc/self/mounts").read_text().count("\n")


def growth(lines):
    """By phase, the lines of it as tuples (count, fds, rss, mappings, children, us)."""
    phases = {}
    for line in lines.splitlines():
        name, *numbers = line.split()
        phases.setdefault(name, []).append(tuple(map(int, numbers)))
    return phases


class Soak(support.TestCase):
    counts = COUNTS

    def setUp(self):
        victims.adopt_orphans()
        self.place = self.folder()
        self.temporary = self.place / "tmp"
        self.temporary.mkdir()
        os.environ["TMPDIR"] = str(self.temporary)
        self.addCleanup(os.environ.pop, "TMPDIR")
        self.grade = jobs.Grade(jobs.fresh(self.place, "job"), 2)
        self.before = (own_mounts(), cgroups(), len(os.listdir("/proc/self/fd")))

    def assert_nothing_is_left(self):
        self.assertEqual(victims.describe(victims.left_over()), [])
        self.assertEqual(list(self.temporary.rglob("*")), [])
        after = (own_mounts(), cgroups(), len(os.listdir("/proc/self/fd")))
        self.assertEqual(after, self.before)

    def test_a_supervisor_that_lives_long_keeps_nothing(self):
        counts = [str(self.counts[name]) for name in ("runs", "cells", "gradings")]
        helper = support.HELPERS / "soak"
        done = subprocess.run(
            [helper, support.PREFIX, self.grade.grader, self.grade.submission, *counts],
            capture_output=True, text=True, timeout=HOURS, check=False,
        )
        print(done.stdout, flush=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Sanitizer", done.stderr)
        for phase, found in growth(done.stdout).items():
            warm, first, last = found[1 : 2 * WARM], found[WARM], found[-1]
            with self.subTest(phase):
                self.assertEqual(first[1], last[1], "descriptors")
                self.assertEqual(last[4], 1 if phase == "run" else 0, "children")
                self.assertLessEqual(last[3], first[3] + 2, "mappings")
                if not support.SANITIZED:  # which keeps freed memory on purpose
                    most = max(line[2] for line in warm)
                    self.assertLessEqual(last[2], most + GROWTH_KIB, "memory")
        self.assert_nothing_is_left()

    def test_commands_in_a_row_leave_nothing(self):
        start = time.monotonic()
        made = {"run": jobs.Run(), "grade": self.grade}
        for number in range(self.counts["commands"]):
            job = made["run" if number % 4 else "grade"]
            place = jobs.fresh(self.place, "once")
            self.assertEqual(job.take(place, job.start(place).wait(120)), "clean")
        each = (time.monotonic() - start) / self.counts["commands"]
        print(f"{self.counts['commands']} commands, {each * 1000:.0f} ms each", flush=True)
        self.assert_nothing_is_left()


def main():
    if len(sys.argv) > 1:
        parser = argparse.ArgumentParser(usage=__doc__)
        for name, count in COUNTS.items():
            parser.add_argument(f"--{name}", type=int, default=count)
        Soak.counts = vars(parser.parse_args())
        del sys.argv[1:]
    support.main()


if __name__ == "__main__":
    main()
