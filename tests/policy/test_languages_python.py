"""Python under policies python, judge and compat: a program that does much, and test runners."""

import importlib.util

import languages
import support

PYTHON = "/usr/bin/python3"  # that of Debian's packages, whatever else is in PATH
PROGRAM = """threads [0, 1, 4, 9]
fork [0, 1, 4, 9]
spawn [0, 1, 4, 9]
forkserver [0, 1, 4, 9]
process answer None 0
manager 1
shared 7
fork 7
command b True 0
timeout
async b'cat' b'' slept
alarm True
files 2 archive.zip
database [(1,)]
ctypes 9.0 25
ssl 4 True
uuid 2 4
locale C.UTF-8 ä 2:00:00
socket Address family not supported by protocol
lookup Name or service not known
memfd Function not implemented
memory 200 50
input line
"""


class Python(languages.LanguageCase):
    POLICIES = ("python", "judge", "compat")

    def test_a_program(self):
        for policy in self.POLICIES:
            with self.subTest(policy=policy):
                self.check(
                    policy, PYTHON, "/src/program.py", stdin=b"line\n", stdout=PROGRAM,
                    options=["--network", "none"], denied=["socket", "memfd_create", "sendfile"],
                )

    def test_unittest(self):
        command = [PYTHON, "-m", "unittest", "discover", "-s", "/src", "-p", "*_unittest.py"]
        done, _ = self.boxed("python", *command)
        self.assertRegex(done.stderr, r"Ran 1 test in .*s\n\nOK\n")

    def test_pytest(self):
        if importlib.util.find_spec("pytest") is None:
            self.skipTest("python3-pytest is not installed")
        run = f"{PYTHON} -m pytest -q -p no:cacheprovider --junitxml=r.xml /src"
        script = f"{run}; tail -c 13 r.xml"
        for policy in self.POLICIES:
            with self.subTest(policy=policy):
                out = self.output(policy, "sh", "-c", script)
                self.assertIn("E       assert (1 + 1) == 3", out)
                self.assertRegex(out, r"1 failed, 5 passed in .*s\n</testsuites>$")

    def test_more_memory_than_allowed_is_a_verdict(self):
        script = "len(b'1' * 300_000_000)"
        self.check_memory("python", PYTHON, "-c", script, memory="128MiB")


if __name__ == "__main__":
    support.main()
