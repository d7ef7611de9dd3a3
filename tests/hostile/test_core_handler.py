"""The host's program for crashes, which the kernel starts as root, is not started for those of runs. In a guest
alone, whose kernel has no other use for one."""

import os
import subprocess
import time
from pathlib import Path

import support

PATTERN = Path("/proc/sys/kernel/core_pattern")
CRASH = "kill -SEGV $$"


class CoreHandler(support.TestCase):
    def setUp(self):
        if not support.GUEST:
            self.skipTest("needs a guest: it changes kernel.core_pattern")


class OfRoot(CoreHandler):
    def setUp(self):
        super().setUp()
        before = PATTERN.read_text()
        self.addCleanup(PATTERN.write_text, before)
        self.mark = self.folder() / "started"
        PATTERN.write_text(f"|/usr/bin/touch {self.mark}")

    def was_started(self):
        """The kernel starts it before whoever crashed is reaped, and does not wait for it."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and not self.mark.exists():
            time.sleep(0.1)
        return self.mark.exists()

    def test_it_is_started_outside(self):
        subprocess.run(["sh", "-c", CRASH], check=False)
        self.assertTrue(self.was_started())

    def test_a_limit_of_0_does_not_keep_it_from_being_started(self):
        subprocess.run(["sh", "-c", f"ulimit -c 0; {CRASH}"], check=False)
        self.assertTrue(self.was_started())

    def test_it_is_not_started_for_a_run(self):
        done, report = self.run_boxed("sh", "-c", CRASH)
        self.assertEqual((report["status"], report["signal"]), ("signaled", 11), done.stderr)
        self.assertFalse(self.was_started())


class OfAUser(CoreHandler):
    def test_an_ordinary_user_cannot_choose_it(self):
        with self.assertRaises(PermissionError):
            PATTERN.write_text("|/usr/bin/true")


if os.getuid() == 0:
    del OfAUser
else:
    del OfRoot

if __name__ == "__main__":
    support.main()
