"""crun takes the exported profile, and programs meet in it what they meet under the filter.

crun runs in a mount namespace of its own, in which an empty tmpfs covers /sys/fs/cgroup: it
refuses hybrid hierarchies even where it is told to leave control groups alone.
"""

import json
import os
import shutil
import subprocess

import support

RUNNER = support.HELPERS / "run_under_filter"
DEEDS = support.HELPERS / "policy_deeds_static"
KILLED = 128 + 31  # SIGSYS
NAMESPACE = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--map-root-user",
                                                            "--mount"]
COVER = 'mount -t tmpfs cupel /sys/fs/cgroup && exec "$@"'
POLICIES = ["native", "strict"]


class Crun(support.TestCase):
    def setUp(self):
        support.need("crun")
        if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
            self.skipTest("no namespaces here")
        self.bundle = self.folder()
        for name in ("proc", "dev", "sys"):
            (self.bundle / "rootfs" / name).mkdir(parents=True)
        shutil.copy(DEEDS, self.bundle / "rootfs/deeds")

    def export(self, policy):
        done = self.cupel("policy", "export", "--format", "oci", policy)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def configure(self, profile, deed):
        linux = {"namespaces": [{"type": t} for t in ("pid", "mount", "ipc", "uts")]}
        if profile is not None:
            linux["seccomp"] = profile
        config = {
            "ociVersion": "1.0.0", "root": {"path": "rootfs", "readonly": True},
            "process": {"user": {"uid": 0, "gid": 0}, "args": ["/deeds", deed], "cwd": "/",
                        "env": ["PATH=/"], "noNewPrivileges": True, "capabilities": {}},
            "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
            "linux": linux}
        support.write(self.bundle / "config.json", json.dumps(config))

    def in_crun(self, profile, deed):
        """What the deed printed, or the exit status of crun."""
        self.configure(profile, deed)
        command = ["crun", "--root", self.bundle / "state", "--cgroup-manager=disabled", "run",
                   "--bundle", self.bundle, f"cupel-{os.getpid()}"]
        done = subprocess.run([*NAMESPACE, "sh", "-c", COVER, "sh", *command], text=True,
                              capture_output=True, timeout=60, check=False)
        if done.returncode in (0, KILLED):
            return done.stdout.strip() or KILLED
        return self.fail(f"{deed}: {done.returncode}: {done.stderr}")

    def under_filter(self, policy, deed):
        done = subprocess.run([RUNNER, support.POLICIES, policy, DEEDS, deed], text=True,
                              capture_output=True, timeout=60, check=False)
        return done.stdout.strip() or KILLED

    def deeds(self):
        done = subprocess.run([DEEDS, "--list"], text=True, capture_output=True, check=False)
        # The parent of a container's first process is 0 to it, as if itself were meant.
        return [deed for deed in done.stdout.split() if not deed.endswith("_parent")]

    def test_a_deed_that_is_denied_would_have_another_answer_without_the_profile(self):
        for deed in ("ptrace", "clone_newuser", "socket_inet"):
            self.assertNotIn(self.in_crun(None, deed), (KILLED, "EAFNOSUPPORT", "ENOSYS"))

    def test_each_deed_has_the_same_answer_as_under_the_filter(self):
        deeds = self.deeds()
        self.assertGreater(len(deeds), 40)
        for policy in POLICIES:
            profile = self.export(policy)
            answers = {}
            for deed in deeds:
                with self.subTest(policy=policy, deed=deed):
                    answers[deed] = self.in_crun(profile, deed)
                    self.assertEqual(answers[deed], self.under_filter(policy, deed))
            self.assertEqual(answers["ptrace"], KILLED)
            self.assertEqual(answers["prlimit_self"], "ok")
            self.assertEqual(answers["io_uring_setup"], "ENOSYS")


if __name__ == "__main__":
    support.main()
