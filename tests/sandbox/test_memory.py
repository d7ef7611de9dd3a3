"""Memory in every form that a program can hold it is seen, and ends the run; without the limit it has
it all. The tool `hold` tells how much it has taken, so that what it took at the most is known."""

import os
import shutil
import time

import support

LIMIT_MIB = 64
TAKEN_AT_MOST = 1.5 if support.SANITIZED else 1.1  # of the limit
TRIES = 20  # a machine that is busy with other things looks late
PAUSE_SECONDS = 1

POLICY = """{"schema": "cupel.policy/1", "name": "hold", "extends": "native",
  "why": "calls that hold memory in kernel objects, which the shipped policies forbid",
  "limits": {"open_files": 1024, "processes": 200, "disk": "1 GiB", "cpu": "20 s"},
  "syscalls": {"rules": [{"allow": ["@memory-file", "@ipc-sysv"], "why": "under test"}]}}"""


class Memory(support.TestCase):
    def setUp(self):
        self.policy = support.write(self.folder() / "hold.json", POLICY)
        self.program = self.folder()
        self.program.chmod(0o755)
        shutil.copy(support.HELPERS / "hold", self.program)

    def hold(self, way, mib, limit, seconds=0, options=()):
        """(MiB that it said it took, finished process, report)"""
        done, report = self.run_boxed(
            "/box/hold", way, mib, seconds,
            options=["--policy", self.policy, "--memory", f"{limit}MiB", *options,
                     "--bind-ro", f"{self.program}/hold:/box/hold"],
        )
        return sum(map(int, done.stdout.split())) / 1024, done, report

    def check(self, way, limit=LIMIT_MIB, options=()):
        """It is stopped in time, once in so many tries; the verdict is right in all of them."""
        taken, done, report = self.hold(way, limit // 2, 4 * limit, options=options)
        self.assertEqual((done.returncode, report["limit"]), (0, None), done.stderr)
        self.assertGreaterEqual(taken, limit // 2 - 1)
        worst = []
        for _ in range(TRIES):
            taken, done, report = self.hold(way, 2 * limit, limit, 5, options)
            self.assertEqual((done.returncode, report["limit"]), (124, "memory"), done.stderr)
            self.assertEqual(report["enforcement"]["memory"], "watchdog")
            self.assertGreater(report["memory_peak_bytes"], limit << 20)
            worst.append(taken / limit)
            if taken <= limit * TAKEN_AT_MOST:
                return
            time.sleep(PAUSE_SECONDS)
        self.fail(f"{way} took too much each time: {worst}")

    def test_one_process(self):
        self.check("touch")

    def test_as_fast_as_the_kernel_fills(self):
        for way in ("populate", "threads"):
            with self.subTest(way):
                self.check(way)

    def test_huge_pages(self):
        self.check("populate", limit=256)

    def test_a_hundred_processes(self):
        self.check("children")

    def test_a_process_that_sleeps_below_its_limit_first(self):
        self.check("burst")

    def test_shared_memory(self):
        for way in ("shared", "attached_segments", "detached_segments", "memfd", "mapped_memfd"):
            with self.subTest(way):
                self.check(way)

    def test_tmpfs(self):
        for way in ("tmpfs", "dev_shm"):
            with self.subTest(way):
                self.check(way)

    def test_pipes(self):
        # All pipes of a user together have 64 MiB: fs.pipe-user-pages-soft.
        self.check("pipes", limit=24)

    def test_sockets(self):
        for way in ("streams", "datagrams", "orphans", "in_flight"):
            with self.subTest(way):
                self.check(way)
        policy = self.policy.read_text().replace('"limits"', '"network": "loopback", "limits"')
        self.policy.write_text(policy)
        self.check("tcp")

    def test_shared_memory_that_a_byte_keeps(self):
        """Only root may ask for the size of what is mapped."""
        if os.getuid() == 0:
            self.check("unmapped")
            return
        _, done, report = self.hold("unmapped", 2 * LIMIT_MIB, LIMIT_MIB, 1)
        self.assertEqual((done.returncode, report["limit"]), (0, None), done.stderr)

    def test_pages_that_processes_share_count_once(self):
        """Nine processes with the same 30 MiB are no 270 MiB, neither to the limit nor as figure."""
        code = (
            "import os, time\nx = b'x' * (30 << 20)\nfor _ in range(8):\n    if os.fork() == 0:\n"
            "        time.sleep(1)\n        os._exit(0)\nwhile True:\n    try: os.wait()\n"
            "    except ChildProcessError: break"
        )
        done, report = self.run_boxed(
            "python3", "-c", code, options=["--policy", "python", "--memory", "96MiB"]
        )
        self.assertEqual((done.returncode, report["limit"]), (0, None), done.stderr)
        self.assertLess(report["memory_peak_bytes"], 80 << 20)

    def test_files_in_tmpfs_that_are_mapped_count_once(self):
        code = (
            "import mmap, time\nf = open('/tmp/x', 'w+b')\nf.truncate(40 << 20)\n"
            "m = mmap.mmap(f.fileno(), 40 << 20)\nm[:] = b'x' * (40 << 20)\ntime.sleep(0.5)"
        )
        options = ["--policy", "python", "--memory", "112MiB", "--file-size", "64MiB"]
        done, report = self.run_boxed("python3", "-c", code, options=options)
        self.assertEqual((done.returncode, report["limit"]), (0, None), done.stderr)

    def crowd(self, limit):
        """(processes that were stopped and went on, processes that ended well)"""
        shutil.copy(support.HELPERS / "crowd", self.program)
        done, report = self.run_boxed(
            "/box/crowd", 60, 48, 400,
            options=["--policy", self.policy, "--memory", f"{limit}MiB",
                     "--bind-ro", f"{self.program}/crowd:/box/crowd"],
        )
        self.assertEqual((done.returncode, report["limit"]), (0, None), done.stderr)
        return tuple(map(int, done.stdout.split()))

    def test_who_is_stopped_to_be_looked_at_goes_on(self):
        """Sixty processes take longer to look at than to fill what is left of a small limit."""
        stopped, ended = self.crowd(limit=LIMIT_MIB)
        self.assertGreater(stopped, 0)
        self.assertEqual(ended, 60)

    def test_who_is_far_from_the_limit_is_not_stopped(self):
        self.assertEqual(self.crowd(limit=4096), (0, 60))

    def test_what_a_program_touches_is_what_is_reported(self):
        for mib in (1, 16, 64):
            _, _, report = self.hold("touch", mib, 256)
            self.assertLess(abs(report["memory_peak_bytes"] / (1 << 20) - mib), 2)


if __name__ == "__main__":
    support.main()
