"""What a run writes: to its streams, to its disk, into one file; and what it dies of itself."""

import json
import signal

import limits
import support
from limits import MIB

LINES = 1_000_000
FEW_FILES = """{"schema": "cupel.policy/1", "name": "few", "extends": "native",
                "limits": {"inodes": 200}}"""


class Output(limits.Case):
    def test_a_million_lines(self):
        for redirect, stream in (("", "stdout_bytes"), (">&2", "stderr_bytes")):
            with self.subTest(stream):
                command = ["sh", "-c", f"exec seq {LINES} {redirect}"]
                _, report = self.stopped("output", *command, options=["--output", "1MiB"])
                self.assertEqual(report[stream], MIB)

    def test_both_streams_together(self):
        both = "seq 10000; seq 10000 >&2"  # 48,894 bytes each
        _, report = self.stopped("output", "sh", "-c", both, options=["--output", "64KiB"])
        self.assertEqual(report["stdout_bytes"] + report["stderr_bytes"], 65536)
        _, report = self.free("sh", "-c", both, options=["--output", "128KiB"])
        self.assertEqual((report["stdout_bytes"], report["stderr_bytes"]), (48894, 48894))

    def test_each_stream_apart(self):
        for stream, redirect in (("stdout", ""), ("stderr", ">&2")):
            with self.subTest(stream):
                policy = support.write(
                    self.folder() / "apart.json",
                    json.dumps(
                        {
                            "schema": "cupel.policy/1",
                            "name": "apart",
                            "extends": "native",
                            "limits": {stream: "1 KiB"},
                        }
                    ),
                )
                command = ("sh", "-c", f"seq 1000 {redirect}")
                _, report = self.stopped("output", *command, policy=policy)
                self.assertEqual(report[f"{stream}_bytes"], 1024)
                other = ">&2" if stream == "stdout" else ""
                self.free("sh", "-c", f"seq 1000 {other}", policy=policy)

    def test_grades(self):
        # Its dots are its output.
        test = self.grade_helper("files", "inodes", "/tmp", 2000, limits={"output": "1 KiB"})
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "output_limit"))
        self.assertRegex(test["message"], r"^wrote more than 1 KiB .*; the limit is 1 KiB$")


class Disk(limits.Case):
    OPTIONS = ("--disk", "8MiB")

    def test_a_full_disk(self):
        for folder in ("/tmp", "/box"):
            with self.subTest(folder):
                done, _ = self.stopped(
                    "disk", "files", "fill", folder, 16, options=self.OPTIONS
                )
                self.assertLessEqual(len(done.stdout), 8)
                self.assertIn("ENOSPC\n", done.stderr)
                done, _ = self.free("files", "fill", folder, 6, options=self.OPTIONS)
                self.assertEqual(len(done.stdout), 6)

    def test_all_files(self):
        policy = support.write(self.folder() / "few.json", FEW_FILES)
        done, _ = self.stopped("disk", "files", "inodes", "/tmp", 400, policy=policy)
        self.assertLess(len(done.stdout), 210)
        self.assertIn("ENOSPC\n", done.stderr)
        self.free("files", "inodes", "/tmp", 190, policy=policy)

    def test_a_disk_that_is_empty_again_was_bounded(self):
        done, report = self.start("files", "fill", "/tmp", 16, "remove", options=self.OPTIONS)
        self.assertLessEqual(len(done.stdout), 8)
        self.assertIn("ENOSPC\n", done.stderr)
        self.assertIn(report["limit"], ("disk", None))  # seen only if it was looked at in time

    def test_grades(self):
        limit = {"disk": "8 MiB", "inodes": 200}
        for kind, count in (("fill", 16), ("inodes", 400)):
            with self.subTest(kind):
                test = self.grade_helper("files", kind, "/tmp", count, limits=limit)
                self.assertEqual((test["verdict"], test["reason"]), ("failed", "disk_limit"))
                self.assertRegex(test["message"], r"the limit is 8 MiB in 200 files$")


class FileSize(limits.Case):
    OPTIONS = ("--file-size", "2MiB")

    def test_a_program_that_dies_of_it(self):
        for folder in ("/tmp", "/box"):
            with self.subTest(folder):
                done, report = self.stopped(
                    "file_size", "files", "grow", folder, 4, options=self.OPTIONS
                )
                self.assertEqual((len(done.stdout), report["signal"]), (2, signal.SIGXFSZ))
                self.free("files", "grow", folder, 2, options=self.OPTIONS)

    def test_a_program_that_ignores_the_signal(self):
        for folder in ("/tmp", "/box"):
            with self.subTest(folder):
                done, _ = self.stopped(
                    "file_size", "files", "grow", folder, 4, "ignore", options=self.OPTIONS
                )
                self.assertEqual(len(done.stdout), 2)
                self.assertIn("EFBIG\n", done.stderr)

    def test_a_file_in_folders(self):
        command = "trap '' XFSZ; mkdir -p a/b/c; head -c %s /dev/zero >a/b/c/x; exit 1"
        for size, limit in (("4M", "file_size"), ("1M", None)):
            with self.subTest(size):
                done, report = self.start("sh", "-c", command % size, options=self.OPTIONS)
                self.assertEqual((done.returncode, report["limit"]), (1 if limit is None else 124, limit))

    def test_a_failure_beside_a_file_of_that_size_is_no_breach(self):
        command = "head -c 1M /dev/zero > x; exit 1"
        done, report = self.start("sh", "-c", command, options=self.OPTIONS)
        self.assertEqual((done.returncode, report["limit"]), (1, None))

    def test_grades(self):
        test = self.grade_helper("files", "grow", "/tmp", 4, limits={"file_size": "2 MiB"})
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "disk_limit"))
        self.assertRegex(test["message"], r"too large a file; the limit is 2 MiB$")


class OpenFiles(limits.Case):
    """Beside the three streams, and one more than the limit as evidence."""

    def test_a_program_that_has_them_open(self):
        for limit in (20, 64, 256):
            with self.subTest(limit):
                options = ["--open-files", limit]
                done, _ = self.stopped("open_files", "files", "open", "/", 500, options=options)
                self.assertEqual(done.stdout, "." * (limit - 2))
                self.assertIn("EMFILE\n", done.stderr)
                self.free("files", "open", "/", limit - 3, options=options)

    def test_as_many_as_the_limit_are_none_too_many(self):
        for limit in (20, 64, 100, 256, 1024):
            with self.subTest(limit):
                options = ["--open-files", limit]
                done, report = self.start("files", "open", "/", limit - 3, "fail", options=options)
                self.assertEqual((done.returncode, report["limit"]), (1, None))
                self.stopped("open_files", "files", "open", "/", limit - 2, "fail", options=options)

    def test_a_program_that_has_closed_them(self):
        for limit, told in ((64, None), (200, None), (256, "open_files"), (1024, "open_files")):
            with self.subTest(limit):
                options = ["--open-files", limit]
                done, report = self.start("files", "open", "/", 2000, "close", options=options)
                self.assertIn("EMFILE\n", done.stderr)
                self.assertEqual(report["limit"], told)

    def test_a_runtime_that_closes_them(self):
        code = "x = []\nwhile True: x.append(open('/dev/null'))"
        done, _ = self.stopped("open_files", "python3", "-c", code, policy="python")
        self.assertIn("Too many open files", done.stderr)

    def shell(self, script, shell="sh"):
        """(its end, the limit that it met)"""
        shown = self.folder()
        shown.chmod(0o755)
        script = support.write(shown / "script", script)
        options = ["--bind-ro", f"{script}:/script", "--bind-ro", f"{support.HELPERS}:/helpers"]
        done, report = self.start(shell, "/script", options=options)
        if report["denied_syscalls"] is not None:
            self.assertEqual(report["denied_syscalls"], [])
        return done.returncode, report["limit"]

    def test_a_child(self):
        deed = "/helpers/files open / 500"
        self.assertEqual(self.shell(f"{deed}; exit 3"), (124, "open_files"))
        self.assertEqual(self.shell(f"{deed} & wait $!"), (124, "open_files"))
        self.assertEqual(self.shell(f"{deed} || exit 0"), (0, None))
        self.assertEqual(self.shell(f"{deed}; kill -SEGV $$"), (128 + signal.SIGSEGV, None))

    def test_bash_uses_the_highest_number_and_has_not_too_many(self):
        for script in ("exit 3", "(exit 2); /bin/false; exit 3"):
            self.assertEqual(self.shell(script, "bash"), (3, None))

    def test_many_that_fail_are_no_denied_calls(self):
        count = 300 if not limits.IN_GUEST else 20
        script = f"i=0; while [ $i -lt {count} ]; do i=$((i + 1)); (exit $i); done; exit 3"
        self.assertEqual(self.shell(script), (3, None))

    def test_grades(self):
        test = self.grade_helper("files", "open", "/", 100, limits={"open_files": 20})
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "disk_limit"))
        self.assertRegex(test["message"], r"^opened too many files at a time; the limit is 20$")


class OwnSignals(limits.Case):
    """A program that dies of its own signal has met no limit."""

    NAMES = ("SEGV", "FPE", "ABRT", "KILL", "XCPU", "TERM", "BUS")

    def test_their_signal_is_told(self):
        for name in self.NAMES:
            with self.subTest(name):
                number = signal.Signals[f"SIG{name}"]
                done, report = self.start("die", name)
                self.assertEqual(done.returncode, 128 + number)
                found = (report["status"], report["signal"], report["limit"])
                self.assertEqual(found, ("signaled", number, None))

    def test_grades(self):
        for name in ("SEGV", "KILL", "XCPU"):
            with self.subTest(name):
                test = self.grade_helper("die", name)
                self.assertEqual((test["verdict"], test["reason"]), ("failed", "runtime_error"))
                self.assertRegex(test["message"], rf"^died of signal SIG{name}\b")


if __name__ == "__main__":
    limits.main()
