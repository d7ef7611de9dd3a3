"""cupel policy diff: between policies, and with profiles of containers."""

import json
import pathlib

import support
from support import POLICIES

NAMES = sorted(path.stem for path in POLICIES.glob("*.json"))
CONTAINER = support.SOURCE / "tests/policy/container.json"
SHIPPED = pathlib.Path("/usr/share/containers/seccomp.json")  # what podman gives containers
EQUAL, DIFFERENT, WIDER = 0, 10, 11


class DiffTestCase(support.TestCase):
    def diff(self, a, b, code, *options):
        done = self.cupel("policy", "diff", *options, "--json", a, b)
        self.assertEqual((done.returncode, done.stderr), (code, ""), done.stdout[:2000])
        return json.loads(done.stdout)

    def calls(self, document):
        """{call: [(change, when, a, b)]}"""
        found = {}
        for call in document["calls"]:
            found.setdefault(call["name"], []).append(
                (call["change"], call["when"], call["a"]["action"], call["b"]["action"]))
        return found

    def policy(self, parent="native", **keys):
        document = {"schema": "cupel.policy/1", "name": "child", "extends": parent,
                    "why": "a test", **keys}
        return support.write(self.folder() / "child.json", json.dumps(document))

    def profile(self, **keys):
        return support.write(self.folder() / "profile.json", json.dumps(keys))


class Policies(DiffTestCase):
    def test_a_policy_is_equal_to_itself(self):
        for name in NAMES:
            document = self.diff(name, name, EQUAL)
            self.assertEqual((document["verdict"], document["calls"], document["settings"]),
                             ("equal", [], []))

    def test_what_is_written_otherwise_and_means_the_same_is_equal(self):
        rules = [{"allow": ["setpriority"], "when": "arg0 <= 0 and arg1 == 0", "why": "a test"}]
        child = self.policy(syscalls={"rules": rules})
        self.assertEqual(self.diff("native", child, EQUAL)["verdict"], "equal")

    def test_calls_and_arguments_are_told_with_their_direction(self):
        rules = [{"deny": ["pipe"], "action": "errno EPERM", "why": "a test"},
                 {"allow": ["setpriority"], "when": "arg0 == PRIO_PROCESS", "why": "a test"},
                 {"deny": ["io_uring_setup"], "action": "kill", "why": "a test"}]
        child = self.policy(syscalls={"rules": rules})
        document = self.diff("native", child, WIDER)
        self.assertEqual(document["verdict"], "wider and narrower")
        self.assertEqual(self.calls(document), {
            "pipe": [("narrower", None, "allow", "errno EPERM")],
            "setpriority": [("wider", "arg0 == PRIO_PROCESS and arg1 != 0", "errno ENOSYS",
                             "allow")],
            "io_uring_setup": [("other", None, "errno ENOSYS", "kill")]})
        self.assertEqual(self.diff(child, "native", WIDER)["verdict"], "wider and narrower")

    def test_a_stricter_policy_is_narrower_and_the_other_way_round_wider(self):
        self.assertEqual(self.diff("native", "strict", DIFFERENT)["verdict"], "narrower")
        self.assertEqual(self.diff("strict", "native", WIDER)["verdict"], "wider")

    def test_another_answer_is_neither_wider_nor_narrower(self):
        rules = [{"deny": ["io_uring_setup"], "action": "kill", "why": "a test"}]
        child = self.policy(syscalls={"rules": rules})
        self.assertEqual(self.diff("native", child, DIFFERENT)["verdict"], "other answers")

    def test_what_calls_without_a_rule_get_is_told(self):
        child = self.policy(syscalls={"unknown": "kill"})
        self.assertEqual(self.calls(self.diff("native", child, DIFFERENT))["any other"],
                         [("other", None, "errno ENOSYS", "kill")])

    def test_limits_paths_devices_variables_network_and_layers_are_told(self):
        child = self.policy(
            limits={"memory": "1 GiB", "processes": 4},
            files={"read_only": ["/usr/lib", "/opt"], "writable": ["/box", "/tmp", "/etc"],
                   "devices": ["null"]},
            environment=["LANG"], network="loopback",
            require=["user_namespace", "seccomp", "landlock"])
        document = self.diff("native", child, WIDER)
        found = {(s["key"], s["change"], s["a"], s["b"]) for s in document["settings"]}
        expected = {
            ("memory", "wider", "256 MiB", "1 GiB"), ("processes", "narrower", "32", "4"),
            ("read_only", "wider", None, "/opt"), ("read_only", "narrower", "/usr", None),
            ("read_only", "narrower", "/bin", None), ("writable", "wider", None, "/etc"),
            ("devices", "narrower", "zero", None), ("environment", "wider", None, "LANG"),
            ("network", "wider", "none", "loopback"),
            ("require", "wider", "no_new_privs", None),
            ("require", "narrower", None, "landlock")}
        self.assertEqual(expected - found, set())
        names = {(s["key"], s["a"], s["b"]) for s in document["settings"]}
        self.assertNotIn(("read_only", "/etc", None), names)  # it has become writable
        self.assertNotIn(("read_only", None, "/usr/lib"), names)  # /usr covers it
        self.assertEqual([c[0] for c in self.calls(document)["socket"]], ["wider"])

    def test_the_text_groups_differences_by_direction(self):
        done = self.cupel("policy", "diff", "native", "strict")
        self.assertRegex(done.stdout, r"\AA  native\nB  strict\n"
                                      r"B is, compared with A: narrower\n\nB is narrower:\n")
        self.assertRegex(done.stdout, r"\n  pipe +allow → errno EPERM\n")
        self.assertNotIn("wider", done.stdout)


class Profiles(DiffTestCase):
    def test_the_export_of_each_policy_is_equal_to_it(self):
        for name in NAMES:
            for arch in ("x86_64", "aarch64"):
                with self.subTest(policy=name, arch=arch):
                    path = self.folder() / "profile.json"
                    self.cupel("policy", "export", "--format", "oci", "--arch", arch, "-o",
                               path, name)
                    self.assertEqual(self.diff(name, path, EQUAL, "--arch", arch)["calls"], [])
                    self.assertEqual(self.diff(path, name, EQUAL, "--arch", arch)["calls"], [])

    def test_each_feature_of_profiles_is_read(self):
        allow_all = self.profile(defaultAction="SCMP_ACT_ALLOW")
        document = self.diff(allow_all, CONTAINER, WIDER, "--arch", "x86_64")
        calls = self.calls(document)
        self.assertEqual(document["settings"], [
            {"key": "entry by", "change": "wider", "a": None,
             "b": "SCMP_ARCH_X86, SCMP_ARCH_X32"}])
        for name in ("read", "write", "ptrace", "arch_prctl", "fchmodat2"):
            self.assertNotIn(name, calls)
        table = {
            "any other": [("narrower", None, "allow", "errno ENOSYS")],
            "mount": [("narrower", None, "allow", "errno EPERM")],
            "vmsplice": [("narrower", None, "allow", "errno EPERM")],
            "reboot": [("narrower", None, "allow", "kill")],
            "personality": [("narrower", "arg0 is not PER_LINUX or 0xffffffff", "allow",
                             "errno ENOSYS")],
            "setpriority": [("narrower", "arg0 == PRIO_PROCESS and arg2 <= 2; or "
                             "arg0 != PRIO_PROCESS", "allow", "errno ENOSYS")],
            "socketpair": [("narrower", "arg0 is 0 to 10 but not AF_UNIX", "allow",
                            "errno ENOSYS")],
            "socket": [("narrower", "arg0 == AF_NETLINK and arg2 == 9", "allow",
                        "errno EINVAL")],
        }
        for name, changes in table.items():
            with self.subTest(call=name):
                self.assertEqual(calls[name], changes)
        self.assertIn("CLONE_NEWUSER", calls["clone"][0][1])

    def test_a_profile_is_compared_with_a_policy_call_by_call(self):
        calls = self.calls(self.diff("native", CONTAINER, WIDER, "--arch", "x86_64"))
        self.assertEqual(calls["ptrace"], [("wider", None, "kill", "allow")])
        self.assertEqual(calls["pipe"], [("narrower", None, "allow", "errno ENOSYS")])
        self.assertEqual(calls["userfaultfd"], [("other", None, "kill", "errno EPERM")])

    def test_a_widely_used_profile_is_listed_by_call(self):
        if not SHIPPED.exists():
            self.skipTest("golang-github-containers-common is not installed")
        document = self.diff("native", SHIPPED, WIDER, "--arch", "x86_64")
        calls = self.calls(document)
        self.assertEqual(document["verdict"], "wider and narrower")
        self.assertEqual(calls["name_to_handle_at"], [("wider", None, "kill", "allow")])
        self.assertEqual(calls["ptrace"], [("wider", None, "kill", "allow")])
        self.assertIn(("wider", "arg0 is 0 to 63 but not AF_UNIX or AF_NETLINK; or "
                       "arg0 == AF_NETLINK and arg2 != 9", "errno EAFNOSUPPORT", "allow"),
                      calls["socket"])
        self.assertEqual(calls["vmsplice"], [("other", None, "errno ENOSYS", "errno EPERM")])
        text = self.cupel("policy", "diff", "native", SHIPPED).stdout
        self.assertRegex(text, r"\n  ptrace +kill → allow\n")

    def test_a_wrong_profile_is_refused_at_its_place(self):
        rule = {"names": ["read"], "action": "SCMP_ACT_ERRNO"}
        table = [
            ({"defaultAction": "ALLOW"}, r':1:19: .*expected .*"SCMP_ACT_ALLOW"'),
            ({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": {}}, "expected an array"),
            ({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{}]}, '"action" is missing'),
            ({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{**rule, "names": "read"}]},
             "expected an array"),
            ({"defaultAction": "SCMP_ACT_ALLOW",
              "syscalls": [{**rule, "action": "SCMP_ACT_NOTIFY"}]}, "SCMP_ACT_NOTIFY"),
            ({"defaultAction": "SCMP_ACT_ALLOW",
              "syscalls": [{**rule, "args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]}]},
             r"args\[0\]\.index: expected"),
            ({"defaultAction": "SCMP_ACT_ALLOW",
              "syscalls": [{**rule, "args": [{"index": 0, "value": 0, "op": "=="}]}]},
             '"SCMP_CMP_EQ"'),
            ({"defaultAction": "SCMP_ACT_ALLOW",
              "syscalls": [{**rule, "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_LT"}]}]},
             "no argument is below 0"),
        ]
        for document, message in table:
            with self.subTest(document=document):
                done = self.cupel("policy", "diff", "native", self.profile(**document))
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"profile\.json:\d+:\d+: ")
                self.assertRegex(done.stderr, message)


if __name__ == "__main__":
    support.main()
