"""A guest is what tests in it rely on (runs in the guest only, as root and as a user)."""

import os
import platform
import socket
import subprocess
import sys
from pathlib import Path

import support

BASE = Path(os.environ["CUPEL_TEST_CGROUP"])
CGROUPS = Path("/sys/fs/cgroup")
MIB = 1 << 20

HOARD = "x = []\nfor _ in range({}): x.append(b'x' * (1 << 20))"


class Guest(support.TestCase):
    def setUp(self):
        (BASE / "cgroup.subtree_control").write_text("+cpu +memory +pids")
        self.leaf = BASE / "leaf"
        self.leaf.mkdir()
        self.addCleanup(self.leaf.rmdir)

    def in_leaf(self, *command):
        script = 'echo $$ >"$0/cgroup.procs" && exec "$@"'
        return subprocess.run(
            ["sh", "-c", script, self.leaf, *command], capture_output=True, check=False
        )

    def events(self, name):
        return dict(line.split() for line in (self.leaf / name).read_text().splitlines())

    def test_the_kernel_is_debian_12_s(self):
        self.assertTrue(platform.release().startswith("6.1."), platform.release())
        self.assertEqual(socket.gethostname(), "guest")
        self.assertFalse(Path("/run/systemd/system").exists())

    def test_processors(self):
        self.assertEqual(os.cpu_count(), {"uml": 1, "qemu": 2}[support.GUEST])

    def test_landlock(self):
        self.assertEqual(support.landlock_abi(), {"uml": 0, "qemu": 2}[support.GUEST])

    def test_the_disk_of_the_machine_cannot_be_written_to(self):
        for folder in ("/", "/usr", "/etc", "/boot", "/boot/source", "/boot/prefix"):
            with self.subTest(folder), self.assertRaises(OSError):
                (Path(folder) / "cupel-was-here").touch()

    def test_nor_can_who_mounts_it_anew(self):
        script = "mount -o remount,bind,rw / && touch /usr/cupel-was-here"
        user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
        done = subprocess.run(
            ["unshare", *user, "--mount", "sh", "-c", script],
            capture_output=True,
            text=True,
            check=False,
        )
        # The guest's root may mount, but the launcher then has no way to write.
        refusal = "mount: .*permission denied" if user else "touch: .*(Read-only|Permission denied)"
        self.assertRegex(done.stderr, refusal)

    def test_folders_that_can_be_written_to(self):
        for folder in ("/tmp", "/var/tmp", "/dev/shm", os.environ["HOME"], os.environ["TMPDIR"]):
            with self.subTest(folder):
                path = Path(folder) / f"cupel-{os.getpid()}"
                path.touch()
                path.unlink()

    def test_controllers(self):
        for folder in (CGROUPS, BASE, self.leaf):
            names = (folder / "cgroup.controllers").read_text().split()
            self.assertLessEqual({"cpu", "memory", "pids"}, set(names))
        self.assertEqual((BASE / "cgroup.procs").read_text(), "")
        self.assertRegex(Path("/proc/mounts").read_text(), r"(?m)^cgroup2 .*\bnsdelegate\b")

    def test_this_process_is_delegated_to_its_user(self):
        place = Path("/proc/self/cgroup").read_text().strip().removeprefix("0::/")
        self.assertEqual(CGROUPS / place, BASE.parent / "test")
        self.assertEqual(BASE.parent.stat().st_uid, os.getuid())
        self.assertEqual(os.access(CGROUPS / "cgroup.procs", os.W_OK), os.getuid() == 0)

    def test_memory_is_limited(self):
        (self.leaf / "memory.max").write_text(str(48 * MIB))
        self.assertEqual(self.in_leaf(sys.executable, "-c", HOARD.format(16)).returncode, 0)
        self.assertEqual(self.events("memory.events")["oom_kill"], "0")
        self.assertEqual(self.in_leaf(sys.executable, "-c", HOARD.format(96)).returncode, -9)
        self.assertEqual(self.events("memory.events")["oom_kill"], "1")

    def test_processes_are_limited(self):
        (self.leaf / "pids.max").write_text("1")
        self.assertNotEqual(self.in_leaf("sh", "-c", "true | true").returncode, 0)
        self.assertGreater(int(self.events("pids.events")["max"]), 0)

    def test_processor_time_is_limited(self):
        (self.leaf / "cpu.max").write_text("10000 100000")
        burn = "import time\nwhile time.process_time() < 0.1: pass"
        self.assertEqual(self.in_leaf(sys.executable, "-c", burn).returncode, 0)
        self.assertGreater(int(self.events("cpu.stat")["nr_throttled"]), 0)

    def test_cupel_runs(self):
        done = self.cupel("run", "--", "sh", "-c", "echo hello")
        self.assertEqual((done.returncode, done.stdout), (0, "hello\n"), done.stderr)


if __name__ == "__main__":
    support.main()
