"""What guest.py and guest_tests.py do with guests and tests that go wrong."""

import os
import subprocess
import sys
import time
import unittest.mock
from pathlib import Path

import support

VM = Path(__file__).resolve().parent
sys.path.insert(0, str(VM))
import guest
import guest_tests

KERNEL = support.SOURCE / "build/kernel"
GUESTS = {"uml": 8, "qemu": 15}  # and how long the boot of one may take
HANG = """#!/bin/sh
: >/boot/results/up
while :; do sleep 1; done
"""


def processes(mark):
    """Those whose environment has the mark."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
        except OSError:
            pass  # it is gone, or another user's
    return found


class Guests(support.TestCase):
    def setUp(self):
        self.results = self.folder()
        self.share = self.folder()
        support.write(self.share / "hang", HANG, 0o755)
        self.mark = f"CUPEL_MARK={self.id()}.{os.getpid()}"
        marked = unittest.mock.patch.dict(os.environ, [self.mark.split("=")])
        self.addCleanup(marked.stop)
        marked.start()

    def boot(self, kind, **options):
        try:
            return guest.boot(
                kind, self.results, shares={"share": self.share}, kernel=KERNEL, **options
            )
        except guest.Missing as missing:
            self.skipTest(f"this machine lacks {missing}")

    def assert_nothing_is_left(self):
        end = time.monotonic() + 5
        while processes(self.mark.encode()) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(processes(self.mark.encode()), [])

    def test_a_guest_that_hangs_is_killed_at_its_deadline(self):
        for kind, seconds in GUESTS.items():
            with self.subTest(kind):
                self.assertFalse(self.boot(kind, init="/boot/share/hang", deadline=seconds))
                self.assertTrue((self.results / "up").exists())
                (self.results / "up").unlink()
                self.assertIn("killed at its deadline", (self.results / "console").read_text())
                self.assert_nothing_is_left()

    def test_a_guest_whose_first_process_dies_does_not_hang(self):
        for kind in GUESTS:
            with self.subTest(kind):
                begin = time.monotonic()
                self.boot(kind, init="/bin/false", deadline=60)
                self.assertLess(time.monotonic() - begin, 50)
                self.assertIn("Attempted to kill init", (self.results / "console").read_text())
                self.assertEqual(guest_tests.end(self.results), 1)
                self.assert_nothing_is_left()

    def test_no_process_outlives_a_launcher_that_is_killed(self):
        for kind in GUESTS:
            with self.subTest(kind):
                command = [
                    *(sys.executable, VM / "guest.py", kind, "--results", self.results),
                    *("--kernel", KERNEL, "--share", f"share={self.share}"),
                    *("--init", "/boot/share/hang"),
                ]
                with subprocess.Popen(command) as launcher:
                    while not (self.results / "up").exists() and launcher.poll() is None:
                        time.sleep(0.1)
                    if launcher.returncode == guest.SKIPPED:
                        self.skipTest("no such guest on this machine")
                    self.assertGreater(len(processes(self.mark.encode())), 2)
                    launcher.kill()
                (self.results / "up").unlink()
                self.assert_nothing_is_left()


class Outcomes(support.TestCase):
    def result(self, results, run, name):
        done = subprocess.run(
            [sys.executable, VM / "guest_tests.py", "result", results, run, name],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def boot(self, *names, seconds=60, deadline=120, **environment):
        results = self.folder() / "results"
        tests = "".join(f"{name} {seconds} tests/vm/samples/{name}.py\n" for name in names)
        subprocess.run(
            [
                *(sys.executable, VM / "guest_tests.py", "boot", "uml", results),
                *(support.write(self.folder() / "tests", tests), str(deadline)),
            ],
            check=True,
            env=os.environ | environment,
        )
        if (results / "missing").exists() and not environment:
            self.skipTest((results / "missing").read_text())
        return results

    def test_each_test_has_the_outcome_that_it_has_in_the_guest(self):
        results = self.boot("fails", "outlives", "passes", "skips", seconds=5)
        self.assertEqual(guest_tests.end(results), 0)
        for run in ("root", "user"):
            with self.subTest(run):
                for name, status, output in (
                    ("passes", 0, "this passes\n"),
                    ("fails", 1, "this fails\n"),
                    ("skips", 77, ""),
                    ("outlives", 124, "this goes on\nkilled after 5 s\n"),
                ):
                    code, text = self.result(results, run, name)
                    self.assertEqual((code, text.split("\nexit")[0]), (status, output))

    def test_a_guest_has_a_deadline_of_its_own(self):
        for deadline in (6, 20, 60):  # a guest on a busy machine is slow to come to its tests
            results = self.boot("passes", "outlives", seconds=300, deadline=deadline)
            self.assertIn("the guest's own deadline", (results / "console").read_text())
            self.assertEqual(guest_tests.end(results), 1)
            code, text = self.result(results, "root", "outlives")
            self.assertEqual(code, 1)
            if "this goes on" in text:
                break
        self.assertEqual(self.result(results, "root", "passes")[0], 0)
        self.assertIn("this goes on", text)
        self.assertIn("broke off before the test ended", text)

    def test_without_a_result_a_test_fails(self):
        results = self.folder()
        support.write(results / "console", "the last words\n")
        code, text = self.result(results, "root", "passes")
        self.assertEqual(code, 1)
        self.assertIn("did not start", text)
        self.assertIn("the last words", text)

    def test_a_machine_without_the_programs_makes_skips(self):
        results = self.boot("passes", PATH="/nowhere", CUPEL_TESTS_MUST_RUN="0")
        with unittest.mock.patch.dict(os.environ, CUPEL_TESTS_MUST_RUN="0"):
            code, text = self.result(results, "root", "passes")
        self.assertEqual(code, 77)
        self.assertIn("skipped: this machine lacks the program linux.uml", text)
        with unittest.mock.patch.dict(os.environ, CUPEL_TESTS_MUST_RUN="1"):
            self.assertEqual(self.result(results, "root", "passes")[0], 1)


if __name__ == "__main__":
    support.main()
