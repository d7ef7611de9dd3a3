"""`cupel doctor`: what is said of this host is what a command finds inside, and what the kernel's
files say. Other hosts are imitated by namespaces with settings, mounts and variables of their own."""

import os
import re
from pathlib import Path

import support
from doctor_case import DoctorCase, in_namespaces, version_1
from support import CUPEL, HELPERS

LAYERS = (
    "user_namespace pid_namespace root proc capabilities no_new_privs seccomp copy_on_write landlock "
    "network cgroup memory processes cpu cpus"
).split()
MAY_FALL_BACK = set("copy_on_write landlock cgroup memory processes cpu cpus".split())
CGROUPS = Path("/sys/fs/cgroup")
NAMESPACES = "user pid mnt ipc net uts cgroup".split()


class Doctor(DoctorCase):
    def test_each_layer_has_an_entry(self):
        document = self.doctor()
        layers = self.layers(document)
        self.assertEqual(list(layers), LAYERS)
        for name in set(LAYERS) - MAY_FALL_BACK:
            self.assertEqual(layers[name]["state"], "enforced", name)
        for name in MAY_FALL_BACK - {"cpus"}:
            self.assertIn(layers[name]["state"], ("enforced", "fall-back"), name)
        for layer in layers.values():
            mended = layer["state"] == "enforced" or layer["mend"] or layer["see"]
            self.assertTrue(mended, layer)

    def test_the_host_is_described_as_the_kernel_does(self):
        host = self.doctor()["host"]
        name = os.uname()
        self.assertEqual((host["kernel"], host["architecture"]), (name.release, name.machine))
        self.assertEqual(host["uid"], "root" if os.geteuid() == 0 else "user")
        self.assertEqual(host["version_1_controllers"], version_1())
        self.assertEqual(host["systemd"], Path("/run/systemd/system").exists())
        self.assertEqual(host["systemd_version"] is not None, host["systemd"])
        mounts = Path("/proc/mounts").read_text()
        version_2 = re.search(r"^\S+ \S+ cgroup2 ", mounts, re.M) is not None
        mounted = version_1() or re.search(r"^\S+ \S+ cgroup ", mounts, re.M)
        expected = {
            (True, True): "hybrid" if version_1() else "version 2", (True, False): "version 2",
            (False, True): "version 1", (False, False): "none",
        }
        self.assertEqual(host["hierarchy"], expected[version_2, bool(mounted)])

    def test_layers_are_what_a_run_reports(self):
        _, report = self.run_boxed("true", options=["--cpus", "1"])
        enforcement = report["enforcement"]
        document = self.doctor()
        layers = self.layers(document)
        for name in ("memory", "processes", "cpu", "cpus"):
            self.assertEqual(layers[name]["by"], enforcement[name], name)
            self.assertEqual(
                layers[name]["state"] == "enforced", enforcement[name] == "cgroup", name
            )
        self.assertEqual(document["cgroup"]["source"], enforcement["cgroup"])
        abi = enforcement["landlock_abi"]
        if abi is None:
            self.assertEqual(layers["landlock"]["state"], "fall-back")
        else:
            self.assertTrue(layers["landlock"]["why"].startswith(f"ABI {abi}: files"))

    def test_version_1_is_named_as_what_holds_the_controllers(self):
        document = self.doctor()
        obstacle = document["cgroup"]["trials"][0]["obstacle"]
        if not {"memory", "pids"} <= set(version_1()):
            self.assertNotEqual(obstacle, "hybrid")
            return
        self.assertIn(obstacle, ("hybrid", "no_v2"))
        mend = self.mends(self.layers(document)["cgroup"])
        when = document["layers"][LAYERS.index("cgroup")]["mend"][0]["when"]
        self.assertRegex(mend + when, "systemd.unified_cgroup_hierarchy=1|cgroup_no_v1=all")

    def test_none_uses_no_cgroup(self):
        document = self.doctor("--cgroup", "none")
        self.assertEqual(self.layers(document)["cgroup"]["state"], "fall-back")
        self.assertEqual({t["obstacle"] for t in document["cgroup"]["trials"]}, {"not_tried"})
        self.assertIsNone(document["cgroup"]["base"])
        self.doctor("--cgroup", "none", "--require", "cgroup", code=4)

    def test_a_path_that_does_not_serve_leaves_the_layers_to_be_seen(self):
        document = self.doctor("--cgroup", "/tmp")
        layers = self.layers(document)
        self.assertEqual(list(layers), LAYERS)
        self.assertEqual(layers["cgroup"]["state"], "fall-back")
        self.assertNotIn(document["cgroup"]["trials"][2]["obstacle"], (None, "not_tried"))

    def test_required_layers_decide_the_exit_code(self):
        enforced = {n for n, l in self.layers(self.doctor()).items() if l["state"] == "enforced"}
        for layer in ("user_namespace", "seccomp", "no_new_privs", "landlock", "cgroup"):
            with self.subTest(layer):
                self.doctor("--require", layer, code=0 if layer in enforced else 4)
        self.doctor("--require", "seccomp,user_namespace")

    def test_where_no_cell_starts_the_setting_is_named(self):
        """A user namespace in which no further one may be made is such a host, and so on."""
        for kind in NAMESPACES:
            setting = f"user.max_{kind}_namespaces"
            script = f"echo 0 > /proc/sys/{setting.replace('.', '/')}"
            with self.subTest(setting):
                document = self.doctor(command=in_namespaces(script), code=4)
                self.assertEqual([l["layer"] for l in document["layers"]], ["sandbox", "cgroup"])
                sandbox = document["layers"][0]
                self.assertEqual(sandbox["state"], "missing")
                self.assertIn(f"{setting} is 0", sandbox["why"])
                self.assertIn(f"sysctl -w {setting}=15000", self.mends(sandbox))

    def test_the_mend_of_a_setting_mends_it(self):
        """The first line of it, in the namespace that had the setting."""
        script = "echo 0 > /proc/sys/user/max_pid_namespaces\n" + (
            "$0 doctor --json | grep -o 'sysctl -w [a-z_.=0-9]*' | sh > /dev/null"
        )
        self.doctor(command=in_namespaces(script))

    def test_without_a_cgroup_file_system_in_sight(self):
        # /proc/cgroups tells what version 1 has even where it is not mounted
        expected = "version 1" if version_1() else "none"
        script = f"mount -t tmpfs none {CGROUPS}"
        document = self.doctor(command=in_namespaces(script))
        self.assertEqual(document["host"]["hierarchy"], expected)
        self.assertEqual(document["cgroup"]["trials"][0]["obstacle"], "no_v2")
        self.assertEqual(self.layers(document)["cgroup"]["state"], "fall-back")
        self.assertIn("mount -t cgroup2 none /sys/fs/cgroup",
                      self.mends(self.layers(document)["cgroup"]))

    def test_containers_are_told_apart(self):
        made = "mount -t tmpfs none /run && mkdir -p /run/systemd && echo"
        for name, script, env in (
            ("kubernetes", ":", {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}),
            ("podman", f"{made} > /run/.containerenv", {}),
            ("lxc", f"{made} lxc > /run/systemd/container", {}),
        ):
            if name == "lxc" and Path("/.dockerenv").exists():
                continue  # looked for first
            with self.subTest(name):
                command = in_namespaces(script, ["-pf", "--mount-proc"])
                document = self.doctor(command=command, env=env)
                self.assertEqual(document["host"]["container"], name)

    def test_a_machine_is_no_container(self):
        machine = os.readlink("/proc/self/ns/pid") == "pid:[4026531836]"
        host = self.doctor(env={"KUBERNETES_SERVICE_HOST": "10.0.0.1"})["host"]
        self.assertEqual(host["container"], None if machine else "kubernetes")

    def test_a_kernel_without_landlock(self):
        layer = self.layers(self.doctor(command=[HELPERS / "without_landlock", CUPEL]))["landlock"]
        self.assertEqual((layer["state"], layer["by"]), ("fall-back", "mounts"))
        self.assertTrue(layer["mend"])

    def test_usage(self):
        for options in (["x"], ["--x"], ["--require"], ["--require", "luck"], ["--cgroup"]):
            with self.subTest(options):
                done = self.cupel("doctor", *options)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(len(done.stderr.splitlines()), 1)
        done = self.cupel("doctor", "--help")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("Usage: cupel doctor [OPTION…]\n"))
        self.assertIn("\n  4  something is missing", done.stdout)


if __name__ == "__main__":
    support.main()
