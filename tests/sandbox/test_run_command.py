"""`cupel run` as a command: exit codes, streams, options, report."""

import json
import os
import subprocess

import jsonschema
import support
from support import write


class ExitCodes(support.TestCase):
    def code(self, *command, options=()):
        return self.cupel("run", *options, "--", *command).returncode

    def test_that_of_the_command(self):
        for code in (0, 1, 42, 255):
            self.assertEqual(self.code("sh", "-c", f"exit {code}"), code)

    def test_a_signal_of_its_own(self):
        for number in (6, 9, 11, 15):
            done = self.cupel("run", "--", "sh", "-c", f"kill -{number} $$")
            self.assertEqual(done.returncode, 128 + number)
            self.assertIn("signal SIG", done.stderr)

    def test_not_found_and_not_executable(self):
        done = self.cupel("run", "--", "nonexistent")
        self.assertEqual(done.returncode, 127)
        self.assertEqual(done.stderr, "cupel run: nonexistent: No such file or directory\n")
        self.assertEqual(self.code("/etc/passwd"), 126)
        self.assertEqual(self.code("/etc"), 126)

    def test_125_if_nothing_ran(self):
        for arguments in (
            [],
            ["--nonsense", "--", "true"],
            ["--wall", "5", "--", "true"],
            ["--memory", "much", "--", "true"],
            ["--processes", "0", "--", "true"],
            ["--env", "A", "--", "true"],
            ["--chdir", "box", "--", "true"],
            ["--network", "host", "--", "true"],
            ["--environment", "debian", "--", "true"],
            ["--require", "magic", "--", "true"],
            ["--policy", "nonexistent", "--", "true"],
            ["--stdin", "/nonexistent", "--", "true"],
        ):
            with self.subTest(arguments):
                done = self.cupel("run", *arguments)
                self.assertEqual(done.returncode, 125)
                self.assertEqual(done.stdout, "")
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertTrue(done.stderr.startswith("cupel run: "), done.stderr)

    def test_a_required_layer_that_is_missing(self):
        done = self.cupel("run", "--require", "seccomp,cgroup", "--", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("cgroup", done.stderr)
        self.assertEqual(self.code("true", options=["--require", "seccomp,user_namespace"]), 0)

    def test_help(self):
        done = self.cupel("run", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for option in (
            "policy wall cpu memory processes output disk file-size open-files stdin stdout stderr "
            "environment bind bind-ro chdir env network require report"
        ).split():
            self.assertIn(f"--{option} ", done.stdout)


class Streams(support.TestCase):
    def test_bytes_pass_unchanged(self):
        text = bytes(range(256)) * 1000
        done = subprocess.run(
            [support.CUPEL, "run", "--", "cat"], input=text, capture_output=True, check=False
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, text, b""))

    def test_streams_stay_apart(self):
        done = self.cupel("run", "--", "sh", "-c", "echo out; echo err >&2")
        self.assertEqual((done.stdout, done.stderr), ("out\n", "err\n"))

    def test_files(self):
        folder = self.folder()
        write(folder / "in", "line\n")
        files = ["--stdin", folder / "in", "--stdout", folder / "out", "--stderr", folder / "err"]
        done = self.cupel("run", *files, "--", "sh", "-c", "cat; echo err >&2")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual((folder / "out").read_text(), "line\n")
        self.assertEqual((folder / "err").read_text(), "err\n")

    def test_a_command_that_does_not_read_its_input(self):
        done = self.cupel("run", "--", "true", stdin=b"x" * 1000000)
        self.assertEqual(done.returncode, 0)

    def test_input_that_never_ends(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, write_end)
        done = subprocess.run(
            [support.CUPEL, "run", "--", "echo", "done"],
            stdin=read_end, capture_output=True, timeout=10, check=False,
        )
        os.close(read_end)
        self.assertEqual((done.returncode, done.stdout), (0, b"done\n"))

    def test_a_closed_input(self):
        done = subprocess.run(
            f"exec '{support.CUPEL}' run -- cat <&-", shell=True, capture_output=True,
            timeout=10, check=False,
        )
        self.assertEqual((done.returncode, done.stdout), (0, b""), done.stderr)

    def test_a_reader_that_goes_away(self):
        done = subprocess.run(
            f"'{support.CUPEL}' run --output 1GiB -- yes | head -1; echo ${{PIPESTATUS[0]}}",
            shell=True, executable="/bin/bash", capture_output=True, text=True, timeout=10,
            check=False,
        )
        self.assertEqual(done.stdout, "y\n141\n")


class Options(support.TestCase):
    def test_chdir(self):
        done = self.cupel("run", "--chdir", "/usr/bin", "--", "pwd")
        self.assertEqual((done.returncode, done.stdout), (0, "/usr/bin\n"))
        done = self.cupel("run", "--", "pwd")
        self.assertEqual(done.stdout, "/box\n")

    def test_a_folder_that_is_not_there(self):
        done = self.cupel("run", "--chdir", "/nonexistent", "--", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("chdir /nonexistent", done.stderr)

    def test_options_of_the_command_are_its_own(self):
        self.assertEqual(self.cupel("run", "printf", "%s", "--wall").stdout, "--wall")

    def test_more_arguments_than_a_frame_takes(self):
        done = self.cupel("run", "--", "true", *["x"] * 9000)
        self.assertEqual(done.returncode, 125)
        self.assertIn("do not fit in a frame", done.stderr)

    def test_limits_reach_the_report(self):
        options = [
            "--wall", "3s", "--cpu", "2500ms", "--memory", "32MiB", "--processes", "5",
            "--output", "1kB", "--disk", "2MiB", "--file-size", "1 MiB", "--open-files", "16",
            "--cpus", "0.5",
        ]
        _, report = self.run_boxed("true", options=options)
        self.assertEqual(
            report["limits"],
            {
                "wall_seconds": 3, "cpu_seconds": 2.5, "memory_bytes": 32 << 20, "processes": 5,
                "output_bytes": 1000, "disk_bytes": 2 << 20, "file_size_bytes": 1 << 20,
                "open_files": 16, "cpus": 0.5,
            },
        )


class Report(support.TestCase):
    def test_it_fits_its_schema(self):
        schema = json.loads((support.SCHEMAS / "run.schema.json").read_text())
        for command, options in (
            (["true"], []),
            (["sh", "-c", "exit 3"], []),
            (["sh", "-c", "kill -9 $$"], []),
            (["nonexistent"], []),
            (["sleep", "9"], ["--wall", "50ms"]),
        ):
            with self.subTest(command):
                _, report = self.run_boxed(*command, options=options)
                jsonschema.validate(report, schema)

    def test_the_end_of_a_command(self):
        _, report = self.run_boxed("sh", "-c", "echo ab; echo c >&2; exit 3")
        self.assertEqual(
            [report[key] for key in ("status", "exit_code", "signal", "limit")],
            ["exited", 3, None, None],
        )
        self.assertEqual((report["stdout_bytes"], report["stderr_bytes"]), (3, 2))
        _, report = self.run_boxed("sh", "-c", "kill -11 $$")
        self.assertEqual((report["status"], report["signal"]), ("signaled", 11))
        self.assertIsNone(report["exit_code"])

    def test_a_report_on_standard_output_is_appended(self):
        folder = self.folder()
        with open(folder / "out", "w+", encoding="utf-8") as file:
            subprocess.run(
                [support.CUPEL, "run", "--report", "/dev/stdout", "--", "true"],
                stdout=file, check=True,
            )
        self.assertIn("cupel.run/1", (folder / "out").read_text())


if __name__ == "__main__":
    support.main()
