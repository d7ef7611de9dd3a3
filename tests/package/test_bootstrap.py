"""`./bootstrap` on machines that lack packages: by root, by a user with sudo, by one without."""

import os
import shutil
import subprocess

import support
from support import write


class Bootstrap(support.TestCase):
    def setUp(self):
        """A tree of its own, so that nothing is lost that was built in the real one."""
        self.tree = self.folder()
        shutil.copy(support.SOURCE / "bootstrap", self.tree)
        (self.tree / "tests").symlink_to(support.SOURCE / "tests")

    def bootstrap(self, *arguments, **programs):
        """Run it with programs (name: script) in place of the system's; its end, and their calls."""
        folder = self.folder()
        programs.setdefault("dpkg_query", "exit 1")  # nothing is installed
        programs.setdefault("cmake", "exit 7")  # far enough
        programs.setdefault("debootstrap", "exit 1")
        for name, script in programs.items():
            name = name.replace("_", "-")
            log = f'echo "{name} $*" >> {folder}/calls'
            write(folder / "bin" / name, f"#!/bin/sh\n{log}\n{script}\n", 0o755)
        done = subprocess.run(
            [self.tree / "bootstrap", *arguments],
            env={"PATH": f"{folder}/bin:{os.environ['PATH']}"},
            capture_output=True, text=True, timeout=30, check=False,
        )
        calls = folder / "calls"
        return done, calls.read_text() if calls.exists() else ""

    def test_root_installs_what_is_missing(self):
        done, calls = self.bootstrap("grade", id="echo 0", apt_get="true")
        self.assertEqual((done.returncode, done.stdout), (7, ""))
        self.assertIn("apt-get update\napt-get install --yes --no-install-recommends gcc ", calls)
        self.assertNotIn("libcmocka-dev", calls)  # is for tests

    def test_tests_need_more(self):
        _, calls = self.bootstrap("test", "release", id="echo 0", apt_get="true")
        self.assertIn(" libcmocka-dev ", calls)

    def test_the_hostile_suite_needs_as_much(self):
        done, calls = self.bootstrap("hostile", "--json", "guests", id="echo 0", apt_get="true")
        self.assertEqual((done.returncode, done.stdout), (1, ""))  # nothing was built
        self.assertIn(" libcmocka-dev ", calls)

    def test_what_a_hostile_suite_has_left_outlives_a_build_that_fails(self):
        outcome = self.tree / "build/release/hostile/ctest.xml"
        write(outcome, "<testsuite/>")
        done, _ = self.bootstrap("hostile", id="echo 0", apt_get="true")
        self.assertEqual(done.returncode, 1)
        self.assertTrue(outcome.exists())

    def test_nothing_is_asked_of_the_network_where_all_is_there(self):
        done, calls = self.bootstrap("grade", id="echo 0", apt_get="true", dpkg_query="echo installed")
        self.assertEqual(done.returncode, 7)
        self.assertNotIn("apt-get", calls)

    def test_a_user_with_sudo_uses_it(self):
        run = "shift; [ \"$1\" = true ] || exec \"$@\""
        done, calls = self.bootstrap("grade", id="echo 1000", sudo=run, apt_get="true")
        self.assertEqual(done.returncode, 7)
        self.assertIn("sudo -n env DEBIAN_FRONTEND=noninteractive sh -c apt-get update", calls)
        self.assertIn("apt-get install --yes --no-install-recommends gcc ", calls)

    def test_a_user_without_sudo_is_told_the_command(self):
        done, calls = self.bootstrap("grade", id="echo 1000", sudo="exit 1", apt_get="true")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertNotIn("apt-get ", calls)
        command = done.stderr.splitlines()[-1]
        self.assertTrue(
            command.startswith("apt-get update && apt-get install --yes --no-install-recommends gcc ")
        )

    def test_usage(self):
        for arguments in ([], ["nonsense"], ["test", "nonsense"], ["grade", "one"], ["fuzz"],
                          ["fuzz", "long"], ["coverage", "nonsense"], ["bench", "nonsense"],
                          ["hostile", "nonsense"], ["hostile", "guests", "--json"]):
            with self.subTest(arguments):
                done, calls = self.bootstrap(*arguments)
                self.assertEqual((done.returncode, done.stdout, calls), (2, "", ""))
                self.assertIn("usage: ./bootstrap", done.stderr)


if __name__ == "__main__":
    support.main()
