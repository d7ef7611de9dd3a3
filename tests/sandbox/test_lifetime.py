"""Nothing outlives a run, a cell or cupel itself."""

import os
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path

import support


def processes_with(marker):
    """Pids whose command line holds marker, but not ours."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and int(name) != os.getpid():
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    if marker.encode() in file.read():
                        found.append(int(name))
        except OSError:
            pass  # it has ended
    return found


def files_of(pid):
    """What descriptors are of; some come and go meanwhile."""
    found = []
    for path in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(os.readlink(path))
        except FileNotFoundError:
            pass
    return found


class Lifetime(support.TestCase):
    def setUp(self):
        self.marker = f"marker-{uuid.uuid4()}"
        shown = self.folder()
        shown.chmod(0o755)
        shutil.copy(support.HELPERS / "daemon", shown)
        self.daemon = shown / "daemon"
        self.binds = ["--bind-ro", f"{shown}:/shown"]

    def test_daemons_die_with_their_run(self):
        subprocess.run([self.daemon, self.marker], check=True, stdout=subprocess.DEVNULL)
        outside = processes_with(self.marker)
        for pid in outside:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(len(outside), 3)  # without a sandbox they live on
        self.wait_for(lambda: not processes_with(self.marker))

        done = self.cupel("run", *self.binds, "--", "/shown/daemon", self.marker)
        self.assertEqual((done.returncode, done.stdout), (0, "daemons are out\n"), done.stderr)
        self.assertEqual(processes_with(self.marker), [])

    def start(self, *options):
        cupel = subprocess.Popen(
            [support.CUPEL, "run", *self.binds, *options, "--", "sh", "-c",
             f"/shown/daemon {self.marker}; exec sleep 60"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        self.addCleanup(cupel.stderr.close)
        self.addCleanup(cupel.stdout.close)
        self.addCleanup(cupel.wait)
        self.addCleanup(cupel.kill)
        self.assertEqual(cupel.stdout.readline(), b"daemons are out\n")
        self.wait_for(lambda: len(processes_with(self.marker)) >= 3 or cupel.poll() is not None)
        self.assertIsNone(cupel.poll(), cupel.poll() is not None and cupel.stderr.read())
        return cupel

    def test_everything_dies_with_cupel(self):
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                cupel = self.start("--wall", "50s")
                cells = support.children_of(cupel.pid)
                self.assertEqual(len(cells), 1)
                cupel.send_signal(number)
                cupel.wait(timeout=5)
                self.wait_for(lambda: not processes_with(self.marker))
                self.wait_for(lambda cell=cells[0]: not os.path.exists(f"/proc/{cell}"))

    def test_a_reader_that_stalls_does_not_stop_the_deadline(self):
        cupel = subprocess.Popen(
            [support.CUPEL, "run", "--wall", "500ms", "--output", "64MiB", "--",
             "sh", "-c", "while :; do echo 0123456789; done", self.marker],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(cupel.stdout.close)
        self.addCleanup(cupel.wait)
        self.addCleanup(cupel.kill)
        self.wait_for(lambda: len(processes_with(self.marker)) == 2)  # cupel and the shell
        self.wait_for(lambda: len(processes_with(self.marker)) == 1)
        self.assertIsNone(cupel.poll())  # it has output to deliver
        self.assertTrue(cupel.stdout.read().startswith(b"0123456789\n"))
        self.assertEqual(cupel.wait(timeout=5), 124)

    def test_a_killed_cell_is_a_platform_failure(self):
        cupel = self.start("--wall", "50s")
        os.kill(support.children_of(cupel.pid)[0], signal.SIGKILL)
        self.assertEqual(cupel.wait(timeout=5), 125)
        self.assertIn(b"cupel-cell ended unexpectedly", cupel.stderr.read())
        self.wait_for(lambda: not processes_with(self.marker))

    def test_a_stopped_cell_does_not_stop_the_deadline(self):
        cupel = self.start("--wall", "1s")
        os.kill(support.children_of(cupel.pid)[0], signal.SIGSTOP)
        self.assertEqual(cupel.wait(timeout=30), 125)
        self.wait_for(lambda: not processes_with(self.marker))

    def test_a_missing_cell_is_a_platform_failure(self):
        prefix = self.folder() / "prefix"
        shutil.copytree(support.PREFIX, prefix, symlinks=True)
        cell = prefix / "libexec/cupel/cupel-cell"
        for content, text in (
            (None, "No such file or directory"),
            ("#!/bin/sh\nexit 3\n", "ended unexpectedly"),
            ("#!/bin/sh\nexec sleep 60\n", "was not ready"),
            ("#!/bin/sh\necho nonsense >&3\nexec sleep 60\n", "broke the protocol"),
        ):
            with self.subTest(text):
                cell.unlink(missing_ok=True)
                if content is not None:
                    support.write(cell, content, 0o755)
                done = subprocess.run(
                    [prefix / "bin/cupel", "run", "--", "true"],
                    capture_output=True, text=True, timeout=30, check=False,
                )
                self.assertEqual(done.returncode, 125, done.stderr)
                self.assertIn(text, done.stderr)

    def test_a_host_that_cannot_execute_for_now_is_no_verdict(self):
        """What ENOMEM of a host at its end looks like, made by a filter."""
        for name in ("ENOMEM", "ENFILE", "EAGAIN"):
            with self.subTest(name):
                policy = support.write(
                    self.folder() / "full.json",
                    f"""{{"schema": "cupel.policy/1", "name": "full", "extends": "native", "why": "a test",
                        "syscalls": {{"rules": [{{"deny": ["execve"], "action": "errno {name}", "why": "a test"}}]}}}}""",
                )
                done, report = self.run_boxed("/bin/true", options=["--policy", policy])
                self.assertEqual((done.returncode, report["status"]), (125, "sandbox_error"), done.stderr)
                self.assertIn("execute /bin/true: ", done.stderr)

    def test_a_hundred_runs_leave_nothing(self):
        temporary = self.folder()

        def left():
            with open("/proc/self/mounts", encoding="utf-8") as mounts:
                return len(mounts.readlines()), os.listdir(temporary)

        before = left()
        for _ in range(100):
            done = self.cupel("run", "--", "true", env={"TMPDIR": str(temporary)})
            self.assertEqual(done.returncode, 0)
        self.assertEqual(left(), before)
        self.assertEqual(support.children_of(os.getpid()), [])


class Uids(support.TestCase):
    """Started by root, each cell at work has an unprivileged uid of its own."""

    def test_two_cells_never_share_one(self):
        uids = []
        for cupel in [self.start_boxed() for _ in range(8)]:
            cell = support.children_of(cupel.pid)[0]
            init = support.children_of(cell)[0]
            uids.append(os.stat(f"/proc/{support.children_of(init)[0]}").st_uid)
        if os.getuid() != 0:
            self.assertEqual(set(uids), {os.getuid()})
            return
        self.assertEqual(len(set(uids)), 8)
        for uid in uids:
            self.assertGreaterEqual(uid, 1879048192)

    def test_the_lease_is_the_supervisors_alone(self):
        """A cell that was taken over could give it up, or take those of others."""
        cupel = self.start_boxed()
        cell = support.children_of(cupel.pid)[0]
        held = {pid: files_of(pid) for pid in (cupel.pid, cell) if os.geteuid() == 0}
        if held:
            self.assertEqual([any(path.endswith("/uids") for path in paths) for paths in held.values()],
                             [True, False])


if __name__ == "__main__":
    support.main()
