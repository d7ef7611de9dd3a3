"""What docs/examples/Containerfile says a runtime has to allow is enough for sandboxes, and is
needed: crun starts cupel as a container of an ordinary user, without capabilities, with a root
that is read-only.

crun runs in a mount namespace of its own, in which an empty tmpfs covers /sys/fs/cgroup: it
refuses hybrid hierarchies even where it is told to leave control groups alone.
"""

import json
import os
import subprocess
import unittest

import support
from support import PREFIX, SOURCE

PROFILE = json.loads((SOURCE / "docs/examples/seccomp.json").read_text())
MASKED = ["/proc/kcore", "/proc/keys", "/proc/timer_list"]
COVER = 'mount -t tmpfs cupel /sys/fs/cgroup && exec "$@"'
USER = 10001
GRADER = "/usr/local/share/cupel/graders/fibonacci"


def bind(source, destination):
    options = ["rbind", "ro"]
    return {"destination": destination, "type": "bind", "source": str(source), "options": options}


def tmpfs(destination):
    return {"destination": destination, "type": "tmpfs", "source": "tmpfs",
            "options": ["nosuid", "mode=1777"]}  # fmt: skip


class Container(support.TestCase):
    def setUp(self):
        support.need("crun")
        if os.getuid() != 0:
            raise unittest.SkipTest("another user's container takes root")
        self.bundle = self.folder()
        self.bundle.chmod(0o755)
        root = self.bundle / "rootfs"
        for name in ("usr", "etc", "proc", "dev", "sys", "tmp", "var/cache/cupel", "local"):
            (root / name).mkdir(parents=True)
        for name in ("bin", "lib", "lib64", "sbin"):
            (root / name).symlink_to(f"usr/{name}")

    def configure(self, arguments, profile, masked):
        prefix = self.bundle / "prefix"
        if not prefix.exists():  # of whatever user may not enter the folder of the build
            subprocess.run(["cp", "-rL", PREFIX, prefix], check=True)
        linux = {
            "namespaces": [{"type": t} for t in ("pid", "mount", "ipc", "uts", "network")],
            "maskedPaths": masked, "readonlyPaths": [], "seccomp": profile,
        }  # fmt: skip
        process = {
            "user": {"uid": USER, "gid": USER}, "cwd": "/", "env": ["PATH=/usr/bin:/bin"],
            "args": ["/usr/local/bin/cupel", *arguments], "noNewPrivileges": True,
            "capabilities": {},
        }  # fmt: skip
        mounts = [
            bind("/usr", "/usr"), bind(prefix, "/usr/local"), bind("/etc", "/etc"),
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
            tmpfs("/tmp"), tmpfs("/var/cache/cupel"),
        ]  # fmt: skip
        config = {
            "ociVersion": "1.0.0", "root": {"path": "rootfs", "readonly": True},
            "process": process, "mounts": mounts, "linux": linux,
        }  # fmt: skip
        support.write(self.bundle / "config.json", json.dumps(config))

    def contain(self, *arguments, profile=None, masked=()):
        self.configure(arguments, profile or PROFILE, list(masked))
        command = ["crun", "--root", self.bundle / "state", "--cgroup-manager=disabled", "run",
                   "--bundle", self.bundle, f"cupel-{os.getpid()}"]  # fmt: skip
        return subprocess.run(["unshare", "--mount", "sh", "-c", COVER, "sh", *command],
                              text=True, capture_output=True, timeout=100, check=False)  # fmt: skip

    def test_a_submission_is_graded(self):
        done = self.contain("grade", GRADER, f"{GRADER}/samples/correct/submission")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["score"], result["max_score"])
        enforcement = result["tests"][0]["run"]["enforcement"]
        self.assertTrue(enforcement["user_namespace"])
        self.assertIsNotNone(enforcement["seccomp_sha256"])

    def test_where_parts_of_proc_are_masked_there_is_no_sandbox(self):
        done = self.contain("run", "--", "true", masked=MASKED)
        self.assertEqual(done.returncode, 125)
        self.assertIn("mount the run's /proc", done.stderr)

    def test_where_no_namespace_may_be_made_there_is_no_sandbox(self):
        rule = {"names": ["unshare", "mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
        narrow = PROFILE | {"syscalls": [*PROFILE["syscalls"], rule]}
        self.assertEqual(self.contain("run", "--", "true", profile=narrow).returncode, 125)


if __name__ == "__main__":
    support.main()
