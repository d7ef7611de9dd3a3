"""cupel policy list, show, explain and export: what they say, and of what."""

import json
import pathlib
import re
import struct

import support
from support import POLICIES

NAMES = sorted(path.stem for path in POLICIES.glob("*.json"))
ARCHS = ["x86_64", "aarch64"]


class PolicyTestCase(support.TestCase):
    def policy(self, *args, code=0):
        done = self.cupel("policy", *args)
        self.assertEqual((done.returncode, done.stderr), (code, ""), args)
        return done.stdout

    def document(self, *args, **keywords):
        return json.loads(self.policy(args[0], "--json", *args[1:], **keywords))

    def refuse(self, *args):
        """The line that is said of a wrong command."""
        done = self.cupel("policy", *args)
        self.assertEqual((done.returncode, done.stdout), (2, ""), args)
        self.assertEqual(done.stderr.count("\n"), 1)
        return done.stderr[:-1]

    def lines(self, origin):
        """The file of an origin from that line on."""
        text = pathlib.Path(origin["file"]).read_text(encoding="utf-8")
        return text.splitlines()[origin["line"] - 1 :]

    def child(self, syscalls, parent="native", **keys):
        """The file of a policy that extends another."""
        document = {"schema": "cupel.policy/1", "name": "child", "extends": parent,
                    "why": "a test", "syscalls": syscalls, **keys}
        return support.write(self.folder() / "child.json", json.dumps(document))


class List(PolicyTestCase):
    def test_it_has_every_shipped_policy_with_what_it_extends_and_is_for(self):
        policies = self.document("list")["policies"]
        self.assertEqual([p["name"] for p in policies], NAMES)
        for policy in policies:
            with self.subTest(policy=policy["name"]):
                written = json.loads((POLICIES / f"{policy['name']}.json").read_text())
                self.assertEqual(policy["extends"], written.get("extends"))
                self.assertEqual(policy["why"], written["why"])

    def test_its_text_names_the_same(self):
        text = self.policy("list")
        self.assertEqual(re.findall(r"^(\w+) +[\w-]", text, re.M), NAMES)


class Show(PolicyTestCase):
    def line(self, origin):
        """The text that an origin leads to."""
        return self.lines(origin)[0][origin["column"] - 1 :]

    def test_each_setting_and_rule_is_found_where_it_is_said_to_be(self):
        for name in NAMES:
            shown = self.document("show", name)
            for setting in shown["settings"]:
                with self.subTest(policy=name, key=setting["key"]):
                    origin = setting["origin"]
                    if origin is None:
                        self.assertIn(setting["key"], ("cpus", "environment"))
                        continue
                    self.assertTrue(origin["file"].endswith(f"/{origin['policy']}.json"))
                    self.assertRegex(self.line(origin), r'^["\[{\d]')
            for rule in shown["rules"]:
                with self.subTest(policy=name, rule=rule["origin"]):
                    self.assertTrue(self.line(rule["origin"]).startswith("{"))

    def test_a_value_comes_from_the_nearest_policy_that_gives_it(self):
        settings = {s["key"]: s for s in self.document("show", "python")["settings"]}
        self.assertEqual(settings["network"]["origin"]["policy"], "base")
        self.assertIn('"memory"', self.lines(settings["memory"]["origin"])[0])
        self.assertEqual(settings["memory"]["origin"]["policy"], "python")

    def test_its_rules_are_those_of_the_files_in_their_order(self):
        written = []
        for name in ("base", "native"):
            document = json.loads((POLICIES / f"{name}.json").read_text())
            written += [rule["why"] for rule in document["syscalls"]["rules"]]
        self.assertEqual([r["why"] for r in self.document("show", "native")["rules"]], written)

    def test_a_group_is_shown_with_its_reason_and_calls(self):
        groups = self.document("show", "@network-local")["groups"]
        self.assertEqual([g["name"] for g in groups], ["@network-local"])
        self.assertIn("socket", groups[0]["calls"])
        self.assertIn("sockets", groups[0]["why"])
        self.assertIn("socketpair", self.policy("show", "@network-local"))

    def test_all_groups_are_shown_each_with_a_reason(self):
        groups = self.document("show", "@")["groups"]
        self.assertGreaterEqual(len(groups), 16)
        for group in groups:
            self.assertTrue(group["why"] and group["calls"], group)

    def test_a_group_that_is_none_is_refused_with_the_nearest(self):
        self.assertEqual(
            self.refuse("show", "@netwrk-local"),
            'cupel policy show: no group is named "@netwrk-local"; '
            'did you mean "@network-local"?')

    def test_an_invalid_policy_is_refused_at_its_place(self):
        path = self.child({"rules": [{"deny": ["openz"], "why": "a test"}]})
        self.assertRegex(self.refuse("show", path),
                         r'child\.json:1:\d+: .*"openz"; did you mean "open"\?$')


class Explain(PolicyTestCase):
    def answers(self, policy, call, *options):
        calls = self.document("explain", *options, policy, call)["calls"]
        self.assertEqual([c["call"] for c in calls], [call])
        return calls[0]["answers"]

    def answer(self, policy, call, *options):
        answers = self.answers(policy, call, *options)
        self.assertEqual(len(answers), 1, answers)
        return answers[0]

    def test_what_reviewers_ask_first(self):
        socket = self.answer("native", "socket(AF_INET, SOCK_STREAM, 0)")
        self.assertEqual((socket["action"], socket["by"]), ("errno EAFNOSUPPORT", "invariant"))
        self.assertIn("AF_UNIX only", socket["why"])
        self.assertEqual(socket["allowed_by"]["policy"], "native")
        clone = self.answer("native", "clone(CLONE_NEWUSER)")
        self.assertEqual((clone["action"], clone["by"]), ("errno EPERM", "invariant"))
        self.assertIn("namespace", clone["why"])
        opened = self.answer("native", "open")
        self.assertEqual((opened["action"], opened["by"]), ("allow", "rule"))
        self.assertEqual(opened["origin"]["policy"], "base")
        ring = self.answer("native", "io_uring_setup")
        self.assertEqual((ring["action"], ring["by"]), ("errno ENOSYS", "rule"))
        self.assertIn("fall back", ring["why"])

    def test_the_text_names_action_rule_place_and_reason(self):
        text = self.policy("explain", "native", "open")
        self.assertRegex(text, r"\Aopen\n  allow\n    by   policy base, /.*/base\.json:\d+:\d+\n"
                               r"    why  ")
        why = self.answer("native", "open")["why"]
        self.assertIn(why, " ".join(text.split()))
        text = self.policy("explain", "native", "clone(CLONE_NEWUSER)")
        self.assertRegex(text, r"by   an invariant, which no policy can widen\n"
                               r" +over policy native, /.*/native\.json:\d+:\d+, which allows")

    def test_an_origin_is_the_rule_that_decides(self):
        origin = self.answer("strict", "pipe")["origin"]
        self.assertEqual(origin["policy"], "strict")
        self.assertIn("@ipc-local", self.lines(origin)[1])

    def test_a_call_that_depends_on_arguments_has_each_case(self):
        cases = {a["when"]: a["action"] for a in self.answers("native", "socket")}
        self.assertEqual(cases, {
            "arg0 == AF_UNIX": "allow", "arg0 >= 64": "errno ENOSYS",
            "arg0 is 0 to 63 but not AF_UNIX": "errno EAFNOSUPPORT"})
        cases = {a["action"]: a["when"] for a in self.answers("native", "setpriority")}
        self.assertEqual(cases["allow"], "arg0 == PRIO_PROCESS and arg1 == 0")

    def test_given_arguments_leave_the_cases_of_the_others(self):
        cases = {a["when"]: a["action"] for a in self.answers("native", "setpriority(_, 0)")}
        self.assertEqual(cases, {"arg0 == PRIO_PROCESS": "allow",
                                 "arg0 != PRIO_PROCESS": "errno ENOSYS"})

    def test_conditions_are_told_in_the_words_of_people(self):
        table = [
            ("arg2 <= 7", "arg2 <= 7", "arg2 >= 8"),
            ("arg2 in 3..90", "arg2 is 3 to 90", "arg2 is 0 to 2 or 91 to 0xffffffff"),
            ("arg2 & 0x30 == 0x10", "arg2 & 48 == 16", "arg2 & 48 != 16"),
            ("arg0 != PRIO_USER", "arg0 != PRIO_USER", "arg0 == PRIO_USER"),
            (["arg2 == 1", "arg2 == 2"], "arg2 is 1 or 2", "arg2 is not 1 or 2"),
            ("arg0 == PRIO_PGRP and arg2 & 1 == 1", "arg0 == PRIO_PGRP and arg2 & 1 == 1",
             "not (arg0 == PRIO_PGRP and arg2 & 1 == 1)"),
        ]
        for when, allowed, denied in table:
            with self.subTest(when=when):
                rules = [{"deny": ["setpriority"], "why": "a test"},
                         {"allow": ["setpriority"], "when": when, "why": "a test"}]
                cases = {a["action"]: a["when"]
                         for a in self.answers(self.child({"rules": rules}), "setpriority")}
                self.assertEqual(cases, {"allow": allowed, "errno EPERM": denied})

    def test_high_halves_that_the_kernel_ignores_change_nothing(self):
        self.assertEqual(self.answer("native", "ioctl(0, 0x100005412)")["by"], "invariant")

    def test_values_can_be_written_in_every_way(self):
        for value in ("1", "0x1", "01", "AF_UNIX", "1|AF_UNIX", " AF_UNIX | 1 "):
            with self.subTest(value=value):
                self.assertEqual(self.answer("native", f"socket({value}, _)")["action"], "allow")
        self.assertEqual(self.answer("native", 'open("/etc/a, \\"b)", O_RDWR)')["action"], "allow")
        self.assertEqual(self.answer("native", "personality(-1)")["action"], "allow")

    def test_a_number_is_the_call_that_has_it(self):
        options = ("--arch", "x86_64")
        call = self.document("explain", *options, "native", "101")["calls"][0]
        self.assertEqual((call["name"], call["answers"][0]["action"]), ("ptrace", "kill"))
        self.assertEqual(self.answer("native", "9999", *options)["by"], "unknown")
        x32 = self.answer("native", str(0x40000000 + 39), *options)
        self.assertEqual((x32["action"], x32["by"], x32["allowed_by"]),
                         ("kill", "invariant", None))
        self.assertIn("by   an invariant", self.policy("explain", *options, "native",
                                                       "1073741824"))

    def test_a_call_of_another_architecture_is_a_note(self):
        call = self.document("explain", "--arch", "aarch64", "native", "open")["calls"][0]
        self.assertEqual((call["number"], call["answers"]), (None, []))
        self.assertEqual(call["note"], "aarch64 has no call of that name")

    def test_wrong_calls_are_refused_at_their_column(self):
        start = "cupel policy explain: "
        table = [
            ("openz", 'no system call is named "openz"; did you mean "open"?'),
            ("socket(AF_INE)", 'socket(AF_INE): column 8: no constant is named "AF_INE"; '
                               'did you mean "AF_INET"?'),
            ("socket(1,, 2)", 'socket(1,, 2): column 10: expected a number, a constant, "_" or '
                              'a string at ", 2)"'),
            ("socket(1", 'socket(1: column 9: expected ",", "|" or ")", found the end'),
            ("socket(1,)", 'socket(1,): column 10: expected an argument at ")"'),
            ("socket(1) x", 'socket(1) x: column 11: expected the end at "x"'),
            ("socket[1]", 'socket[1]: column 7: expected "(" or the end at "[1]"'),
            ("socket(1,2,3,4,5,6,7)",
             'socket(1,2,3,4,5,6,7): column 20: expected at most 6 arguments at "7)"'),
            ("socket(18446744073709551616)", "socket(18446744073709551616): column 8: expected "
             'a number of at most 64 bits at "18446744073709551616)"'),
            ('open("x)', 'open("x): column 6: expected a string with its closing quote at '
                         '"\"x)"'),
            ("", ": column 1: expected the name of a system call, found the end"),
        ]
        for call, line in table:
            with self.subTest(call=call):
                self.assertEqual(self.refuse("explain", "native", call), start + line)

    def test_without_calls_every_call_is_in_one_group(self):
        for arch in ARCHS:
            text = self.policy("explain", "--arch", arch, "native")
            document = self.document("explain", "--arch", arch, "native")
            names = {call["name"] for call in document["calls"]}
            self.assertGreater(len(names), 280)
            counts = [int(n) for n in re.findall(r"^[\w ]+: (\d+) calls?$", text, re.M)]
            self.assertEqual(sum(counts), len(names), arch)
            missing = [n for n in names if not re.search(rf"\b{n}\b", text)]
            self.assertEqual(missing, [])
            for word in ("limits", "read_only", "network", "require", "capabilities"):
                self.assertRegex(text, rf"\n  {word} ")


class Export(PolicyTestCase):
    def hashes(self, policy, folder):
        found = []
        for arch in ARCHS:
            path = folder / "filter"
            self.policy("export", "--format", "bpf", "--arch", arch, "-o", path, policy)
            found.append(path.read_bytes())
        return found

    def test_one_file_means_the_same_as_the_policies_that_it_was_merged_from(self):
        folder = self.folder()
        for name in NAMES:
            with self.subTest(policy=name):
                path = folder / f"{name}.json"
                self.policy("export", "--format", "json", "-o", path, name)
                document = json.loads(path.read_text())
                self.assertNotIn("extends", document)
                self.assertEqual(support.schema_faults(document, "policy"), [])
                self.assertEqual(self.document("show", path)["sha256"],
                                 self.document("show", name)["sha256"])
                self.assertEqual(self.hashes(path, folder), self.hashes(name, folder))

    def test_a_file_keeps_limits_that_are_no_round_numbers(self):
        path = self.child({}, limits={"wall": "1.5 ms", "cpu": "1001 us", "memory": 3000001,
                                      "output": 7, "cpus": 0.25})
        folder = self.folder()
        self.policy("export", "--format", "json", "-o", folder / "child.json", path)
        self.assertEqual(self.document("show", folder / "child.json")["sha256"],
                         self.document("show", path)["sha256"])

    def test_the_program_is_instructions_and_its_text_a_line_for_each(self):
        for arch in ARCHS:
            program = self.hashes("native", self.folder())[ARCHS.index(arch)]
            text = self.policy("export", "--format", "disasm", "--arch", arch, "native")
            lines = text.splitlines()
            self.assertEqual(len(program), 8 * len(lines))
            self.assertLess(len(lines), 4096)
            self.assertEqual(lines[0], "    0  load the architecture")
            self.assertIn(f"if == {arch} go to 2", lines[1])
            self.check_jumps(program, lines)

    def check_jumps(self, program, lines):
        """Each jump in the text leads where the program's does."""
        for pc, (code, jt, jf, k) in enumerate(struct.iter_unpack("=HBBI", program)):
            targets = [int(n) for n in re.findall(r"(?:go to|else) (\d+)", lines[pc])]
            expected = []
            if code == 5:  # BPF_JMP | BPF_JA
                expected = [pc + 1 + k]
            elif code & 7 == 5:
                expected = [pc + 1 + jt, pc + 1 + jf]
            self.assertEqual(targets, expected, lines[pc])
            self.assertNotIn("code 0x", lines[pc])

    def test_what_cannot_be_exported_is_refused(self):
        self.assertEqual(self.refuse("export", "native"),
                         "cupel policy export: expected --format bpf, disasm, oci or json")
        self.assertEqual(self.refuse("export", "--format", "xml", "native"),
                         "cupel policy export: --format xml: expected bpf, disasm, oci or json")
        self.assertIn('no policy "nativ"', self.refuse("export", "--format", "bpf", "nativ"))

    def test_a_file_that_cannot_be_written_is_a_failure(self):
        done = self.cupel("policy", "export", "--format", "bpf", "-o", "/dev/full", "native")
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left", done.stderr)


class Commands(PolicyTestCase):
    NAMES = "list show explain diff export audit learn".split()

    def test_each_has_help_with_an_example_and_its_exit_codes(self):
        for name in self.NAMES:
            text = self.policy(name, "--help")
            self.assertTrue(text.startswith(f"Usage: cupel policy {name} "), text)
            self.assertIn("\nExample:\n  cupel policy " + name, text)
            self.assertIn("\nExit:", text)
            self.assertEqual([line for line in text.splitlines() if len(line) > 96], [])

    def test_the_help_of_all_names_each(self):
        text = self.policy("--help")
        for name in self.NAMES:
            self.assertRegex(text, rf"\n  {name} +\w")

    def test_wrong_command_lines_are_refused(self):
        table = [
            ([], "cupel policy: expected a command; see cupel policy --help"),
            (["shox"], "cupel policy: unknown command shox; see cupel policy --help"),
            (["--frob"], "cupel policy: unknown option --frob; see cupel policy --help"),
            (["show"], "cupel policy show: expected a policy or a group; "
                       "see cupel policy show --help"),
            (["diff", "a"], "cupel policy diff: expected two policies or profiles; "
                            "see cupel policy diff --help"),
            (["show", "--arch", "mips", "base"],
             "cupel policy show: --arch mips: expected x86_64 or aarch64"),
        ]
        for arguments, line in table:
            with self.subTest(arguments=arguments):
                self.assertEqual(self.refuse(*arguments), line)


if __name__ == "__main__":
    support.main()
