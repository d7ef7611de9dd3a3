#!/usr/bin/env python3
"""Gradings beside each other on few processors: nobody's verdict depends on the neighbours.

    test_neighbours.py                        the short form, as in ctest
    test_neighbours.py --rounds 10 --measure  also that honest programs use the same CPU time

Sixteen submissions are graded at once: honest ones in shell, C and Python, which compute for a
part of a second, and among them a fork bomb, a memory hog, a disk hog, a flood of output and one
that burns processors. Each of these is bounded by its policy, and by itself.

Figures of CPU time are those of each honest grading alone, of sixteen honest ones at once, and
beside hogs. Processors that share a core, its clock or a cache take longer for the same work when
all of them work, with cupel or without: the same sixteen programs are also run outside of it, one
alone and all at once, and what that costs them is what cupel's figures are measured against.
Rounds of all kinds take turns, so that whatever else the machine does is in all.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / name) for name in ("", "grade")]

import grading  # noqa: E402
import support  # noqa: E402

WIDTH = 16
LIMITS = {"wall": "60 s", "cpu": "2 s", "memory": "64 MiB", "processes": 16, "output": "1 MiB",
          "disk": "8 MiB"}

# Each prints 42 after about 0.3 s of CPU time.
HONEST = {
    "sh": (["sh", "prog"], "i=0; while [ $i -lt 250000 ]; do i=$((i+1)); done; echo 42\n"),
    "python": (["python3", "-S", "prog"],
               "x = 0\nfor i in range(3000000):\n    x += i & 7\nprint(42)\n"),
    "c": (["./prog"], None),  # helper burn
}

# Caps of their own: 200 processes, 256 MiB, 64 MiB, 50 s.
HOGS = {
    "forks": (["python3", "-S", "prog"], """
import os, signal
signal.alarm(50)
for _ in range(200):
    try:
        if os.fork() == 0:
            signal.alarm(50)
            while True:
                pass
    except OSError:
        pass
while True:
    pass
"""),
    "memory": (["python3", "-S", "prog"], """
import signal
signal.alarm(50)
held = []
for _ in range(256):
    held.append(bytearray(1 << 20))
while True:
    pass
"""),
    "disk": (["python3", "-S", "prog"], """
import signal
signal.alarm(50)
for number in range(64):
    with open(f"file-{number}", "wb") as file:
        file.write(bytes(1 << 20))
"""),
    "flood": (["python3", "-S", "prog"], """
import os, signal
signal.alarm(50)
while True:
    os.write(1, b"x" * 65536)
"""),
    "burn": (["python3", "-S", "prog"], """
import signal
signal.alarm(50)
while True:
    pass
"""),
}
ENDS = {"forks": {"process_limit", "cpu_limit"}, "memory": {"memory_limit"},
        "disk": {"disk_limit", "runtime_error", "wrong_exit_code"}, "flood": {"output_limit"},
        "burn": {"cpu_limit"}}


def told(figures):
    return f"{statistics.median(figures):.3f} s ({min(figures):.3f} to {max(figures):.3f})"


def more(figures, than):
    return statistics.median(figures) / statistics.median(than) - 1


class Neighbours(grading.GradeCase):
    rounds = 1
    measures = False

    def setUp(self):
        self.made = {name: self.make(run, text) for name, (run, text) in (HONEST | HOGS).items()}

    def make(self, run, text):
        """(grader, submission) of a program that shall print 42."""
        policy = "python" if run[0] == "python3" else "native"
        limits = LIMITS | ({"memory": "128 MiB"} if text is None else {})
        test = {"id": "only", "run": run, "policy": policy, "limits": limits,
                "expect": {"stdout_text": "42\n"}}
        submission = self.folder()
        if text is None:
            shutil.copy(support.HELPERS / "honest", submission / "prog")
        else:
            support.write(submission / "prog", text)
        return self.grader([test]), submission

    def grade_at_once(self, names):
        """The tests' results in the order of names."""
        found = [None] * len(names)

        def work(place, name):
            grader, submission = self.made[name]
            done = self.cupel("grade", "--jobs", "1", grader, submission, timeout=300)
            found[place] = (done.returncode, done.stderr, done.stdout)

        threads = [threading.Thread(target=work, args=pair) for pair in enumerate(names)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([(code, said) for code, said, _ in found if code != 0], [])
        return [json.loads(text)["tests"][0] for _, _, text in found]

    def run_outside(self, names, figures):
        """The honest programs without cupel, all at once."""
        started = [(name, subprocess.Popen(HONEST[name][0], cwd=self.made[name][1],
                                           stdout=subprocess.DEVNULL)) for name in names]
        for name, process in started:
            _, process.returncode, usage = os.wait4(process.pid, 0)
            self.assertEqual(process.returncode, 0, name)
            figures.setdefault(name, []).append(usage.ru_utime + usage.ru_stime)

    def check(self, names, results, figures):
        for name, test in zip(names, results):
            if name in HONEST:
                self.assertEqual(test["verdict"], "passed", test)
                run = test["run"]
                figures.setdefault(name, []).append(run["user_seconds"] + run["system_seconds"])
            else:
                self.assertIn(test["reason"], ENDS[name], (name, test["message"]))

    def test_no_verdict_depends_on_others(self):
        honest = list(HONEST)
        peers = [honest[i % len(honest)] for i in range(WIDTH)]
        mixed = list(peers)
        for place, name in zip((1, 5, 6, 10, 14), HOGS):
            mixed[place] = name
        outside, crowded, alone, among, beside = {}, {}, {}, {}, {}
        for _ in range(self.rounds):
            for name in honest:
                self.run_outside([name], outside)
                self.check([name], self.grade_at_once([name]), alone)
            self.run_outside(peers, crowded)
            self.check(peers, self.grade_at_once(peers), among)
            self.check(mixed, self.grade_at_once(mixed), beside)
        for name in honest:
            machine = more(crowded[name], outside[name])
            print(f"{name:7} outside: alone {told(outside[name])}, "
                  f"among honest ones {told(crowded[name])}: {100 * machine:+.1f} %")
            print(f"        graded alone {told(alone[name])}")
            for where, figures in (("among honest ones", among[name]), ("beside hogs", beside[name])):
                graded = more(figures, alone[name])
                print(f"        {where} {told(figures)}: {100 * graded:+.1f} %", flush=True)
                if self.measures:
                    self.assertLess(abs(graded - machine), 0.1, f"{name} {where}")


def main():
    if len(sys.argv) > 1:
        parser = argparse.ArgumentParser(usage=__doc__)
        parser.add_argument("--rounds", type=int, default=1)
        parser.add_argument("--measure", action="store_true")
        args = parser.parse_args()
        Neighbours.rounds, Neighbours.measures = args.rounds, args.measure
        del sys.argv[1:]
    support.main()


if __name__ == "__main__":
    main()
