"""Java: javac under policy compile, the JVM and JUnit under java, judge and compat."""

from pathlib import Path

import languages
import support
from support import need

PROGRAM = """squares 140
threads 100 3 549755289600
process 3 got line
files 4096 learner
watch new
socket ping 1
inet Address family not supported by protocol
security 32 2
locale 1.234,50 +02:00 ä UTF-8
stack overflow
heap exhausted true
hook
"""
# Of what the network is made, when a class that might use it is loaded; and to copy a file.
PROBED = ("socket", "sendfile")
JARS = ("/usr/share/java/junit4.jar", "/usr/share/java/hamcrest-core.jar")


class Java(languages.LanguageCase):
    POLICIES = ("java", "judge", "compat")

    def setUp(self):
        """The first test compiles for all."""
        super().setUp()
        need("javac")
        if not (self.out / "Program.class").exists():
            sources = [f"/src/{name}.java" for name in ("Program", "Memory")]
            self.check("compile", "javac", "-Xlint:all", "-d", "/out", *sources, denied=PROBED)

    def test_a_program(self):
        for policy in self.POLICIES:
            with self.subTest(policy=policy):
                command = ["java", "-Xmx160m", "-cp", "/out", "Program"]
                self.check(
                    policy, *command, stdout=PROGRAM, code=5,
                    options=["--network", "none"], denied=PROBED,
                )

    def test_junit(self):
        if not all(Path(jar).exists() for jar in JARS):
            self.skipTest("junit4 is not installed")
        path = ":".join([*JARS, "/out"])
        compiler = ["javac", "-cp", path, "-d", "/out", "/src/ProgramTest.java"]
        self.check("compile", *compiler, denied=PROBED)
        command = ["java", "-Xmx160m", "-cp", path, "org.junit.runner.JUnitCore", "ProgramTest"]
        for policy in self.POLICIES:
            with self.subTest(policy=policy):
                done, report = self.boxed(policy, *command)
                self.check_denied(report, PROBED)
                self.assertEqual((done.stderr, done.returncode), ("", 1))
                self.assertIn("AssertionError: on purpose", done.stdout)
                self.assertIn("Tests run: 3,  Failures: 1", done.stdout)

    def test_a_single_source_file(self):
        command = ["java", "-Xmx160m", "/src/Memory.java", "1"]
        self.check("java", *command, stdout="end 1\n", denied=PROBED)

    def test_a_jvm_starts_without_flags_whatever_its_memory(self):
        for memory in ("128MiB", "256MiB", "512MiB"):
            with self.subTest(memory=memory):
                command = ["java", "-cp", "/out", "Memory", "10"]
                self.check("java", *command, stdout="end 10\n", options=["--memory", memory])

    def test_a_heap_beyond_the_limit_is_a_verdict(self):
        command = ["java", "-Xmx1g", "-cp", "/out", "Memory", "500"]
        self.check_memory("java", *command, memory="256MiB")

    def test_garbage_fits_where_the_heap_is_told(self):
        command = ["java", "-Xmx128m", "-cp", "/out", "Memory", "2000", "garbage"]
        self.check("java", *command, stdout="end 0\n", options=["--memory", "256MiB"])

    def test_a_compiler_without_memory_is_a_verdict(self):
        self.check_memory("compile", "javac", "-d", "/out", "/src/Program.java", memory="64MiB")


if __name__ == "__main__":
    support.main()
