"""`cupel doctor` where cgroups are delegated to it: in guests, as root and as a user."""

import os
import subprocess
from pathlib import Path

import support
from doctor_case import DoctorCase, in_namespaces
from support import CUPEL

CGROUPS = Path("/sys/fs/cgroup")


class Delegated(DoctorCase):
    def setUp(self):
        self.base = Path(os.environ["CUPEL_TEST_CGROUP"]) / "doctor"
        (self.base.parent / "cgroup.subtree_control").write_text("+cpu +memory +pids")
        self.base.mkdir()
        self.addCleanup(self.base.rmdir)

    def check_enforced(self, document, source, controllers):
        self.assertEqual(document["cgroup"]["source"], source)
        self.assertEqual(document["cgroup"]["base"], str(self.base))
        self.assertEqual(set(document["cgroup"]["controllers"]), controllers)
        available = set((self.base / "cgroup.controllers").read_text().split())
        self.assertEqual(available & {"memory", "pids", "cpu"}, controllers)
        layers = self.layers(document)
        for name, controller in (("memory", "memory"), ("processes", "pids"), ("cpus", "cpu")):
            expected = ("enforced", "cgroup") if controller in controllers else ("missing", None)
            self.assertEqual((layers[name]["state"], layers[name]["by"]), expected)
        self.assertEqual(layers["cgroup"]["state"], "enforced")
        self.assertEqual(list(self.base.glob("cupel-*")), [])

    def test_a_path_serves(self):
        document = self.doctor("--cgroup", self.base, "--require", "cgroup")
        self.check_enforced(document, "path", {"memory", "pids", "cpu"})

    def test_the_cgroup_that_cupel_is_started_in_serves(self):
        move = f"echo $$ > {self.base}/cgroup.procs; exec \"$0\" \"$@\""
        document = self.doctor("--require", "cgroup", command=["sh", "-c", move, CUPEL])
        self.check_enforced(document, "delegated", {"memory", "pids", "cpu"})

    def test_without_the_cpu_controller(self):
        (self.base.parent / "cgroup.subtree_control").write_text("-cpu")
        document = self.doctor("--cgroup", self.base, "--require", "cgroup")
        self.check_enforced(document, "path", {"memory", "pids"})
        mend = self.mends(self.layers(document)["cpus"])
        subprocess.run(["sh", "-ec", mend], check=True)  # it mends what it is said to mend
        document = self.doctor("--cgroup", self.base)
        self.check_enforced(document, "path", {"memory", "pids", "cpu"})

    def test_other_processes_are_told(self):
        move = f"echo $$ > {self.base}/cgroup.procs; \"$0\" \"$@\"; exit $?"
        document = self.doctor(command=["sh", "-c", move, CUPEL])
        self.assertEqual(document["cgroup"]["trials"][0]["obstacle"], "occupied")

    def test_a_read_only_cgroup_file_system(self):
        script = f"mount --bind {CGROUPS} {CGROUPS} && mount -o remount,bind,ro {CGROUPS}"
        document = self.doctor(command=in_namespaces(script))
        self.assertEqual(self.layers(document)["cgroup"]["state"], "fall-back")
        script += "\nmount -t tmpfs none /run; touch /run/.containerenv"
        command = in_namespaces(script, ["-pf", "--mount-proc"])
        document = self.doctor(command=command)
        self.assertIn("--security-opt unmask=ALL", self.mends(self.layers(document)["cgroup"]))


if __name__ == "__main__":
    support.main()
