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

    def test_a_failure_beside_a_file_of_that_size_is_no_breach(self):
        command = "head -c 1M /dev/zero > x; exit 1"
        done, report = self.start("sh", "-c", command, options=self.OPTIONS)
        self.assertEqual((done.returncode, report["limit"]), (1, None))

    def test_grades(self):
        test = self.grade_helper("files", "grow", "/tmp", 4, limits={"file_size": "2 MiB"})
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "disk_limit"))
        self.assertRegex(test["message"], r"too large a file; the limit is 2 MiB$")


class OpenFiles(limits.Case):
    def test_a_program_meets_the_limit_and_has_its_own_end(self):
        options = ["--open-files", "20"]
        done, report = self.start("files", "open", "/", 100, options=options)
        self.assertEqual(done.stdout, "." * 17)  # beside the three streams
        self.assertIn("EMFILE\n", done.stderr)
        self.assertEqual((done.returncode, report["limit"]), (1, None))
        self.free("files", "open", "/", 17, options=options)


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
