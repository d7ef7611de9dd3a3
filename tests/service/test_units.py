"""The units of systemd: it takes them, they expose no more than is needed, and what the sandbox
needs is not taken away. That a worker grades in one is shown in a guest: tests/vm/test_units.py."""

import os
import re
import subprocess
import unittest

import support
import units
from support import CUPEL, PREFIX

SERVICES = ["cupel-worker.service", "cupel-serve.service", "cupel-prune.service"]
OTHERS = ["cupel.slice", "cupel-prune.timer"]
LONG_OPTION = re.compile(r"--[a-z-]+")

# Tenths, by systemd-analyze security: 0 is nothing, 100 everything. What keeps those of
# worker and service up is told at the end of their units.
EXPOSURE = {"cupel-worker.service": 50, "cupel-serve.service": 43, "cupel-prune.service": 35}

# What breaks sandboxes, or changes what programs in them can do.
FORBIDDEN = """RestrictNamespaces ProcSubset ProtectKernelTunables ProtectKernelLogs
    ProtectControlGroups ProtectHostname SystemCallFilter MemoryDenyWriteExecute LockPersonality
    RestrictSUIDSGID PrivateUsers""".split()


# Those of them that break the sandbox in which cupel-serve.service unpacks an archive.
UNPACKING = """RestrictNamespaces ProcSubset ProtectKernelTunables ProtectKernelLogs
    ProtectHostname SystemCallFilter RestrictSUIDSGID PrivateUsers""".split()


class Analyzed(support.TestCase):
    """By systemd-analyze, of units as they are installed but for where cupel is."""

    def setUp(self):
        support.need("systemd-analyze")
        if not os.path.isdir("/lib/systemd/system"):
            raise unittest.SkipTest("the units of systemd itself are not installed")
        self.units = self.folder()
        for name in SERVICES + OTHERS:
            text = (units.FOLDER / name).read_text()
            (self.units / name).write_text(
                re.sub(r"^ExecStart=\S+/cupel ", f"ExecStart={CUPEL} ", text, flags=re.M)
            )

    def analyze(self, *arguments):
        environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{self.units}:/lib/systemd/system"}
        return subprocess.run(
            ["systemd-analyze", "--no-pager", *arguments],
            capture_output=True, text=True, env=environment, cwd=self.units, check=False,
        )  # fmt: skip

    def verify(self):
        names = [n for n in SERVICES + OTHERS if n != "cupel.slice"]
        done = self.analyze("verify", "--man=no", *names)
        return done.returncode, done.stderr

    def test_systemd_takes_them(self):
        self.assertEqual(self.verify(), (0, ""))

    def test_the_check_sees_a_fault(self):
        path = self.units / SERVICES[0]
        path.write_text(path.read_text().replace("WatchdogSec=30s", "WatchdogSec=soon"))
        self.assertIn("Failed to parse sec value", self.verify()[1])

    def expose(self, name, threshold):
        return self.analyze(
            "security", "--offline=true", f"--threshold={threshold}", f"./{name}"
        ).returncode

    def test_they_expose_little(self):
        for name, threshold in EXPOSURE.items():
            with self.subTest(unit=name):
                self.assertEqual(self.expose(name, threshold), 0)
                self.assertNotEqual(self.expose(name, 1), 0)


class Written(support.TestCase):
    def test_nothing_that_a_sandbox_needs_is_taken_away(self):
        found = units.settings("cupel-worker.service")
        self.assertEqual([key for key in FORBIDDEN if key in found], [])
        self.assertEqual(found["Delegate"], ["yes"])
        self.assertEqual(found["OOMPolicy"], ["continue"])
        text = (units.FOLDER / "cupel-worker.service").read_text()
        self.assertEqual([key for key in FORBIDDEN if key not in text], [], "no reason is given")

    def test_archives_can_be_unpacked_by_the_service(self):
        found = units.settings("cupel-serve.service")
        self.assertEqual([key for key in UNPACKING if key in found], [])
        self.assertIn("AF_NETLINK", found["RestrictAddressFamilies"][0])
        text = (units.FOLDER / "cupel-serve.service").read_text()
        self.assertEqual([key for key in UNPACKING if key not in text], [], "no reason is given")

    def test_folders_in_their_options_are_made(self):
        for name in ("cupel-worker.service", "cupel-serve.service"):
            (folders,) = units.settings(name)["CacheDirectory"]
            made = {f"%C/{path}" for path in folders.split()}
            work = units.option(units.command(name), "--work")
            with self.subTest(unit=name):  # the last one they make themselves
                self.assertLessEqual({os.path.dirname(work)}, made)

    def test_the_cgroup_is_the_units_own(self):
        found = units.settings("cupel-worker.service")
        path = units.option(units.command("cupel-worker.service"), "--cgroup")
        self.assertEqual(path, f"/sys/fs/cgroup/{found['Slice'][0]}/%n")

    def test_a_worker_may_drain(self):
        found = units.settings("cupel-worker.service")
        self.assertEqual(found["KillMode"], ["mixed"])
        drain = units.seconds(units.option(units.command("cupel-worker.service"), "--drain"))
        self.assertGreaterEqual(units.seconds(found["TimeoutStopSec"][0]), drain + 20)

    def test_no_secret_is_in_arguments(self):
        for name in SERVICES:
            found = units.settings(name)
            self.assertNotIn("://", found["ExecStart"][0])
            self.assertNotIn("--queue", found["ExecStart"][0])
            self.assertEqual(found["EnvironmentFile"], ["-/etc/cupel/cupel.env"])
        entries = (PREFIX / "lib/tmpfiles.d/cupel.conf").read_text()
        self.assertIn("z /etc/cupel/cupel.env 0600 root root\n", entries)

    def test_they_run_as_a_user_of_their_own(self):
        entries = (PREFIX / "lib/sysusers.d/cupel.conf").read_text()
        self.assertRegex(entries, r"(?m)^u cupel ")
        for name in SERVICES:
            self.assertEqual(units.settings(name)["User"], ["cupel"])

    def test_their_options_are_known(self):
        for name in SERVICES:
            command, *words = units.command(name)
            known = set(LONG_OPTION.findall(self.cupel(command, "--help").stdout))
            for word in words:
                with self.subTest(unit=name, option=word):
                    if word.startswith("--"):
                        self.assertIn(word.split("=")[0], known)


if __name__ == "__main__":
    support.main()
