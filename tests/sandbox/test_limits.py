"""Limits end a run, the report says which, and without the limit the deed goes on."""

import support

MIB = 1 << 20
TRIES = 8  # a machine that is busy with other things looks late


class Limits(support.TestCase):
    def limited(self, limit, *command, options=(), policy="python"):
        done, report = self.run_boxed(*command, options=["--policy", policy, *options])
        self.assertEqual(done.returncode, 124, done.stderr)
        self.assertEqual((report["status"], report["limit"]), ("limit", limit))
        self.assertIn("cupel run: ", done.stderr)
        return done, report

    def free(self, *command, options=(), policy="python"):
        done, report = self.run_boxed(*command, options=["--policy", policy, *options])
        self.assertEqual((done.returncode, report["status"]), (0, "exited"), done.stderr)
        return report

    def test_wall_time(self):
        done, report = self.limited("wall_time", "sleep", "2", options=["--wall", "200ms"])
        self.assertGreaterEqual(report["wall_seconds"], 0.2)
        self.assertLess(report["wall_seconds"], 0.2 + 0.2 * support.SLOWNESS)
        self.assertLess(report["cpu_seconds"], 0.1 * support.SLOWNESS)
        self.assertRegex(done.stderr, "limit is 200 ms")
        self.free("sleep", "0.3", options=["--wall", f"{2 * support.SLOWNESS}s"])

    BURN = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"

    def test_cpu_time(self):
        _, report = self.limited(
            "cpu_time", "python3", "-c", self.BURN.format(5), options=["--cpu", "300ms"]
        )
        self.assertGreaterEqual(report["cpu_seconds"], 0.3)
        self.assertLess(report["cpu_seconds"], 0.3 + 0.15 * support.SLOWNESS)
        ample = ["--cpu", f"{2 * support.SLOWNESS}s"]
        report = self.free("python3", "-c", self.BURN.format(0.35), options=ample)
        self.assertGreaterEqual(report["cpu_seconds"], 0.35)
        self.assertLess(report["cpu_seconds"], support.SLOWNESS)

    def test_cpu_time_of_children_together(self):
        code = f"import os\nfor _ in range(4):\n    if os.fork() == 0:\n        {{}}\n        os._exit(0)\nwhile True:\n    try: os.wait()\n    except ChildProcessError: break"
        burn = "import time; end = time.process_time() + {}\n        while time.process_time() < end: pass"
        self.limited(
            "cpu_time", "python3", "-c", code.format(burn.format(3)), options=["--cpu", "400ms"]
        )
        ample = ["--cpu", f"{3 * support.SLOWNESS}s"]
        report = self.free("python3", "-c", code.format(burn.format(0.1)), options=ample)
        self.assertGreaterEqual(report["cpu_seconds"], 0.4)

    def test_cpu_time_of_short_lived_children(self):
        code = "while :; do /bin/true; done"
        self.limited("cpu_time", "sh", "-c", code, options=["--cpu", "300ms"], policy="native")

    HOARD = "x = []\nfor _ in range({}): x.append(b'x' * (1 << 20))"

    def test_memory(self):
        peaks = []
        while len(peaks) < TRIES and (not peaks or peaks[-1] >= 96 * MIB):
            _, report = self.limited(
                "memory", "python3", "-c", self.HOARD.format(400), options=["--memory", "64MiB"]
            )
            peaks.append(report["memory_peak_bytes"])
            self.assertGreater(peaks[-1], 64 * MIB)
        self.assertLess(peaks[-1], 96 * MIB, peaks)
        report = self.free("python3", "-c", self.HOARD.format(100), options=["--memory", "200MiB"])
        self.assertGreater(report["memory_peak_bytes"], 100 * MIB)

    def test_memory_of_children_together(self):
        code = "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = b'x' * (20 << 20)\n        time.sleep({})\n        os._exit(0)\nwhile True:\n    try: os.wait()\n    except ChildProcessError: break"
        self.limited("memory", "python3", "-c", code.format(5), options=["--memory", "100MiB"])
        self.free("python3", "-c", code.format(0.1), options=["--memory", "256MiB"])

    def test_memory_in_tmpfs(self):
        fill = "head -c 40M /dev/zero > /tmp/x; sleep {}"
        self.limited("memory", "sh", "-c", fill.format(5), options=["--memory", "20MiB", "--file-size", "64MiB"])
        self.free("sh", "-c", fill.format(0), options=["--memory", "100MiB", "--file-size", "64MiB"])

    def test_output(self):
        flood = "head -c {} /dev/zero"
        for redirect, stream in (("", "stdout_bytes"), (">&2", "stderr_bytes")):
            with self.subTest(stream):
                _, report = self.limited(
                    "output", "sh", "-c", flood.format("1M") + redirect, options=["--output", "64KiB"]
                )
                self.assertEqual(report[stream], 65536)
        both = "head -c 40000 /dev/zero; head -c 40000 /dev/zero >&2"
        _, report = self.limited("output", "sh", "-c", both, options=["--output", "64KiB"])
        self.assertEqual(report["stdout_bytes"] + report["stderr_bytes"], 65536)
        report = self.free("sh", "-c", flood.format(65536), options=["--output", "64KiB"])
        self.assertEqual(report["stdout_bytes"], 65536)

    def test_output_of_one_stream_apart(self):
        policy = support.write(
            self.folder() / "apart.json",
            """{"schema": "cupel.policy/1", "name": "apart", "extends": "native",
                "why": "little on standard error", "limits": {"stderr": "1 KiB"}}""",
        )
        flood = "head -c 2000 /dev/zero"
        _, report = self.limited("output", "sh", "-c", f"{flood} >&2", policy=policy)
        self.assertEqual(report["stderr_bytes"], 1024)
        self.assertEqual(self.free("sh", "-c", flood, policy=policy)["stdout_bytes"], 2000)

    def test_disk(self):
        fill = "head -c {} /dev/zero > /tmp/x"
        options = ["--disk", "1MiB"]
        self.limited("disk", "sh", "-c", fill.format("2M"), options=options)
        self.limited("disk", "sh", "-c", fill.format("2M").replace("/tmp", "/box"), options=options)
        self.free("sh", "-c", fill.format("500K"), options=options)

    def test_inodes(self):
        touch = "i=0; while [ $i -lt {} ]; do : > $i || exit 1; i=$((i+1)); done"
        self.limited("disk", "sh", "-c", touch.format(5000))
        self.free("sh", "-c", touch.format(1000))

    def test_file_size(self):
        fill = "head -c {} /dev/zero > x"
        options = ["--file-size", "1MiB"]
        done, report = self.run_boxed("sh", "-c", f"exec {fill.format('2M')}", options=options)
        self.assertEqual((done.returncode, report["limit"]), (124, "file_size"))
        self.free("sh", "-c", fill.format("900K"), options=options)

    FORKS = """
import os, sys, time
children = 0
try:
    for _ in range({}):
        if os.fork() == 0:
            time.sleep(60)
        children += 1
except BlockingIOError:
    print(children)
    {}
"""

    def test_processes(self):
        options = ["--processes", "10"]
        code = self.FORKS.format(20, "time.sleep(60)")
        self.limited("processes", "python3", "-c", code, options=[*options, "--wall", "1s"])
        done, report = self.run_boxed(
            "python3", "-c", self.FORKS.format(20, "sys.exit(0)"), options=["--policy", "python", *options]
        )
        # One more than the limit may start, so that it can be seen.
        self.assertEqual((done.returncode, done.stdout), (0, "10\n"))
        self.free("python3", "-c", self.FORKS.format(9, ""), options=options)

    def test_a_run_that_needs_all_its_processes_is_not_blamed_for_that(self):
        code = self.FORKS.format(9, "") + "while True: pass"
        options = ["--processes", "10", "--cpu", "500ms"]
        self.limited("cpu_time", "python3", "-c", code, options=options)

    def test_one_process_that_fails_is_not_blamed_for_being_one(self):
        loop = "while :; do :; done"
        self.limited("cpu_time", "sh", "-c", loop, options=["--cpu", "300ms"], policy="strict")

    def test_processes_of_a_root_that_rlimits_do_not_bind(self):
        """Root of a user namespace with one id: no uid can be leased, and RLIMIT_NPROC may not count."""
        code = self.FORKS.format(20, "time.sleep(60)") + "time.sleep(3)"
        done, report = self.run_boxed(
            "python3", "-c", code, wrap=["unshare", "-Ur"],
            options=["--policy", "python", "--processes", "10", "--wall", "2s"],
        )
        self.assertEqual((done.returncode, report["limit"]), (124, "processes"), done.stderr)
        self.assertEqual(report["enforcement"]["processes"], "watchdog")

    def test_a_signal_for_limits_that_the_program_sends_itself_is_its_own(self):
        done, report = self.run_boxed("sh", "-c", "kill -XCPU $$")
        self.assertEqual((done.returncode, report["signal"], report["limit"]), (128 + 24, 24, None))

    def test_room_in_a_bound_folder_is_no_limit(self):
        # Such a file system tells no free blocks, as those without fixed inodes or read-only ones.
        done, report = self.run_boxed("false", options=["--bind-ro", "/proc/self:/box"])
        self.assertEqual((done.returncode, report["limit"]), (1, None), done.stderr)

    def test_open_files(self):
        code = "x = []\nwhile len(x) < {}: x.append(open('/dev/null'))"
        done, _ = self.limited("open_files", "python3", "-c", code.format(1000))
        self.assertIn("Too many open files", done.stderr)
        self.free("python3", "-c", code.format(200))

    def test_too_many_open_files_are_not_told_below_another_listener(self):
        done, report = self.run_boxed(
            "python3", "-c", "import os\nwhile True: os.dup(0)",
            options=["--policy", "python"], wrap=[support.HELPERS / "listen"],
        )
        self.assertEqual((done.returncode, report["limit"]), (1, None))
        self.assertIn("Too many open files", done.stderr)

    def test_a_host_that_has_just_as_many_descriptors(self):
        """Has none to spare as evidence."""
        for host, code, limit in ((256, 1, None), (257, 124, "open_files")):
            done, report = self.run_boxed(
                "python3", "-c", "import os\nwhile True: os.dup(0)",
                options=["--policy", "python"], wrap=["prlimit", f"--nofile={host}:{host}"],
            )
            self.assertEqual((done.returncode, report["limit"]), (code, limit), done.stderr)
        done = self.cupel("run", "--policy", "python", "--", "true",
                          wrap=["prlimit", "--nofile=255:255"])
        self.assertEqual(done.returncode, 125)
        self.assertIn("the host's RLIMIT_NOFILE is 255", done.stderr)

    def test_the_narrowest_limits_are_the_command_s_own_problem(self):
        done, report = self.run_boxed("true", options=["--open-files", "1"])
        self.assertEqual((done.returncode, report["status"]), (127, "exited"))  # of ld.so
        for option in (["--memory", "1B"], ["--disk", "1B"], ["--wall", "1000000h"]):
            with self.subTest(option):
                _, report = self.run_boxed("true", options=option)
                self.assertIn(report["status"], ("exited", "limit"))

    def test_a_command_that_is_stopped_before_it_begins(self):
        for _ in range(20):
            done, report = self.run_boxed("true", options=["--memory", "1B"])
            self.assertIn(report["status"], ("exited", "limit"), done.stderr)
            self.assertLess(report["wall_seconds"], 60)

    def test_figures_that_nobody_measured_are_null(self):
        report = self.free("true", policy="native")
        self.assertIsNone(report["processes_peak"])
        self.assertEqual(
            {key: report["enforcement"][key] for key in ("memory", "processes", "cpu")},
            {"memory": "watchdog", "processes": "rlimit", "cpu": "rusage"},
        )

    def test_set_up_is_not_billed(self):
        report = self.free("true", policy="native")
        self.assertLess(report["cpu_seconds"], 0.02 * support.SLOWNESS)


if __name__ == "__main__":
    support.main()
