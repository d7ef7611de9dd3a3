"""The frame of the hostile suite: that it sees what is wrong, and that what it leaves out is out."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import suite
import support
import technique
from cells import CELL, Cells

HERE = Path(__file__).resolve().parent
SHIPPED = support.PREFIX / "libexec/cupel/cupel-cell"
GOOD = """/*
 * Technique: do it
 * Family: escape
 * Layers: seccomp,
 *     capabilities
 * Outcome: stopped
 * Policies: native, strict
 * Control: layers
 *
 * What else is to be said.
 */
"""
SAMPLE = technique.parse(Path("sample.c"), GOOD)


class Heads(support.TestCase):
    def refused(self, text):
        with self.assertRaises(technique.Malformed) as caught:
            technique.parse(Path("bad.c"), text)
        return str(caught.exception)

    def test_a_head_is_read(self):
        self.assertEqual(SAMPLE.layers, ("seccomp", "capabilities"))
        self.assertEqual(SAMPLE.policies, ("native", "strict"))
        self.assertEqual((SAMPLE.name, SAMPLE.control, SAMPLE.needs), ("sample", "layers", ""))
        every = technique.parse(Path("a.c"), GOOD.replace("native, strict", "every"))
        self.assertEqual(every.policies, technique.policies())
        none = technique.parse(Path("a.c"), GOOD.replace("l: layers", "l: none: it cannot be had"))
        self.assertEqual((none.control, none.reason), ("none", "it cannot be had"))

    def test_a_missing_key_is_named(self):
        for key in technique.REQUIRED:
            with self.subTest(key):
                text = re.sub(rf" \* {key}:.*\n( \*     .*\n)?", "", GOOD)
                self.assertEqual(self.refused(text), f"bad.c:1: {key}: is missing")

    def test_a_malformed_value_is_named_with_its_line(self):
        cases = [
            ("Family: escape", "Family: other", "bad.c:3: Family: 'other': expected one of escape"),
            ("seccomp,", "magic,", "bad.c:4: Layers: 'magic, capabilities': expected some of"),
            ("stopped", "limit memory", "bad.c:6: Outcome: 'limit memory': expected some of"),
            ("strict", "lax", "bad.c:7: Policies: 'native, lax': expected some of"),
            ("l: layers", "l: room", "bad.c:8: Control: 'room': expected one of"),
            ("l: layers", "l: none:", "bad.c:8: Control: 'none:': expected one of"),
            ("do it", "x" * 71, "bad.c:2: Technique: '" + "x" * 71 + "': expected at most 70"),
            (" * Family", " * Kind", "bad.c:3: Kind: no such key"),
            (" * Policies", " * Family: escape\n * Policies", "bad.c:7: Family: told twice"),
            (" * Policies", "Policies", "bad.c:7: Outcome: expected \" * Key: value\""),
            ("/*\n", "", "bad.c:1: Technique: expected a head comment"),
        ]
        for old, new, expected in cases:
            with self.subTest(new):
                self.assertTrue(self.refused(GOOD.replace(old, new, 1)).startswith(expected),
                                self.refused(GOOD.replace(old, new, 1)))

    def test_each_program_has_a_head(self):
        found = sum(len(technique.techniques(family)) for family in technique.FAMILIES)
        self.assertEqual(found, len(list(technique.PROGRAMS.glob("*.c"))))
        self.assertGreater(found, 0)

    def test_the_threat_model_accounts_for_techniques_that_there_are(self):
        names = {path.stem for path in technique.PROGRAMS.glob("*.c")}
        self.assertEqual(suite.one_layer_only() - names, set())
        self.assertGreater(len(suite.one_layer_only()), 0)


class Scripted(suite.Suite):
    """Answers from a table instead of runs: {policy, "outside", or a set of layers left out}."""

    def __init__(self, answers):
        super().__init__()
        self.answers = answers

    def boxed(self, name, policy, *options, cupel=support.CUPEL, cgroup=True):
        return self.answers.get(policy, "EPERM")

    def outside(self, name, apart=False):
        return self.answers["outside"]

    def without(self, name, off):
        on = [layer for layer in technique.SWITCHABLE if layer not in off]
        return self.answers[on[0] if on else "nothing"]


class Judging(support.TestCase):
    def row(self, answers, **changes):
        alone = {layer: "done" for layer in technique.SWITCHABLE} | {
            "seccomp": "SIGSYS", "capabilities": "EPERM", "nothing": "done"}
        scripted = Scripted(alone | answers)
        self.addCleanup(scripted.close)
        return scripted.escape(dataclasses.replace(SAMPLE, **changes))

    def test_what_is_stopped_is_as_intended(self):
        row = self.row({})
        self.assertEqual((row["faults"], row["verdict"]), ([], "stopped"))
        self.assertEqual(row["alone"], {"seccomp": "SIGSYS", "capabilities": "EPERM"})

    def test_an_escape_is_a_fault(self):
        row = self.row({"strict": "done"})
        self.assertEqual((row["faults"], row["verdict"]), (["under policy strict: done"], "ESCAPED"))

    def test_failures_of_cupel_and_of_programs_are_faults(self):
        for answer in ("platform: no cell", "mistake: exit status 3", "limit wall_time", "not here: x"):
            with self.subTest(answer):
                faults = self.row({"native": answer})["faults"]
                self.assertEqual(faults, [f"under policy native: {answer}"])

    def test_a_control_run_in_which_it_does_not_work_is_a_fault(self):
        row = self.row({"nothing": "EPERM", "capabilities": "EACCES"})
        self.assertIn("its control run (layers) shows EPERM, not done", row["faults"])

    def test_a_layer_that_does_not_stop_it_is_a_fault(self):
        row = self.row({}, layers=("seccomp", "landlock"))
        self.assertEqual(row["faults"], ["not stopped by landlock alone"]
                         if support.landlock_abi() >= suite.SCOPES else [])

    def test_one_layer_needs_a_word_in_the_threat_model(self):
        row = self.row({"capabilities": "done"}, layers=("seccomp",))
        self.assertEqual(len(row["faults"]), 1)
        self.assertIn("One layer only", row["faults"][0])

    def test_a_layer_shows_by_its_answer_where_the_uid_stops_it_as_well(self):
        changed = {layer: "EACCES" for layer in technique.SWITCHABLE} | {
            "nothing": "EACCES", "root": "ENOENT", "outside": "done"}
        row = self.row(changed, layers=("root", "user"), control="user")
        self.assertEqual(row["alone"], {"user": "EACCES", "root": "ENOENT"})
        self.assertEqual(row["faults"], [])

    def test_an_answer_is_the_last_word(self):
        cases = [((0, "..done\n"), "done"), ((0, ""), "exited"), ((1, "EPERM\n"), "EPERM"),
                 ((1, ""), "mistake: exit status 1 after ''"), ((-31, ""), "SIGSYS"),
                 ((77, "no bpf\n"), "not here: no bpf"), ((2, "x"), "mistake: exit status 2 after 'x'")]
        for ended, answer in cases:
            with self.subTest(ended):
                self.assertEqual(suite.answer_of(*ended), answer)


class Switches(support.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cells = Cells()
        cls.addClassCleanup(cls.cells.close)

    def look(self, cupel):
        """{layer: what a command sees of it}"""
        done = subprocess.run(
            [cupel, "run", "--policy", "native", "--cgroup", "none", "--bind-ro", f"{HERE}:/look",
             "--", "sh", "/look/look"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        seen = dict(line.split(" ", 1) for line in done.stdout.splitlines())
        for name in ("pid", "ipc", "net", "uts", "cgroup"):
            seen[name] = "host" if seen[name] == os.readlink(f"/proc/self/ns/{name}") else "own"
        seen["network"] = seen.pop("net")
        return seen

    def test_each_layer_can_be_left_out_and_no_other_is(self):
        whole = self.look(self.cells.cupel([]))
        self.assertEqual({*whole, "cloexec"}, set(technique.SWITCHABLE))
        for layer in set(whole) - {"descriptors"}:
            if layer == "landlock" and support.landlock_abi() < suite.SCOPES:
                continue  # a signal is what shows it
            with self.subTest(layer):
                without = self.look(self.cells.cupel([layer]))
                self.assertEqual({name for name in whole if without[name] != whole[name]}, {layer})

    def test_descriptors_are_closed_twice(self):
        whole = self.look(self.cells.cupel([]))["descriptors"]
        closed = self.look(self.cells.cupel(["descriptors"]))["descriptors"]
        self.assertEqual(closed, whole)
        # Init uses one when the command executes, so that only close-on-exec can close it.
        courier = self.look(self.cells.cupel(["cloexec"]))["descriptors"]
        self.assertEqual(int(courier), int(whole) + 1)
        both = self.look(self.cells.cupel(["descriptors", "cloexec"]))["descriptors"]
        self.assertGreater(int(both), int(courier))

    def test_a_layer_that_is_none_is_refused(self):
        done = subprocess.run([self.cells.cupel(["magic"]), "run", "--", "true"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 125, done.stderr)

    def test_the_installed_cell_has_no_choice(self):
        whole = self.look(support.CUPEL)
        prefix = self.folder() / "prefix"
        shutil.copytree(support.PREFIX, prefix, symlinks=True)
        support.write(prefix / "libexec/cupel/layers-off", " ".join(technique.SWITCHABLE))
        self.assertEqual(self.look(prefix / "bin/cupel"), whole)

    def test_the_installed_cell_has_no_trace_of_a_choice(self):
        for word in (b"layers-off", b"cell_layer"):
            self.assertIn(word, CELL.read_bytes())
            self.assertNotIn(word, SHIPPED.read_bytes())


def junit(*cases):
    return "<testsuite>" + "".join(
        f'<testcase name="{name}" status="{status}"><system-out>{output}</system-out></testcase>'
        for name, status, output in cases
    ) + "</testsuite>"


def row_line(**changes):
    row = {"family": "escape", "technique": "t", "title": "do it", "verdict": "stopped", "policies": {},
           "alone": {"seccomp": "SIGSYS"}, "control": "layers", "control_answer": "done", "faults": []}
    return "ok ...\nrow " + json.dumps(row | changes).replace("<", "&lt;") + "\n"


class Table(support.TestCase):
    def table(self, *cases, options=(), more=()):
        path = support.write(self.folder() / "junit.xml", junit(*cases))
        done = subprocess.run([sys.executable, HERE / "table.py", *options, path, *more],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_all_modes_of_a_technique_are_in_a_line(self):
        status, text = self.table(
            ("hostile.escape", "run", row_line()), ("hostile.escape.user", "run", row_line()),
            ("vm.uml.root.hostile.escape", "run", row_line(alone={})),
            ("hostile.liar", "run", "fine"), ("unit.error", "fail", ""),
        )
        self.assertEqual(status, 0)
        self.assertRegex(text, r"technique +root +user +uml root +stop it")
        self.assertRegex(text, r"t +stopped +stopped +stopped +seccomp +layers: done +do it")
        self.assertIn("liar: passed (root)", text)
        self.assertIn("1 techniques, all as intended", text)

    def test_a_fault_is_told_and_fails(self):
        bad = row_line(verdict="ESCAPED", faults=["under policy native: done"])
        cases = [("hostile.escape", "run", row_line()), ("hostile.escape.user", "fail", bad)]
        status, text = self.table(*cases)
        self.assertEqual(status, 1)
        self.assertIn("ESCAPED!", text)
        self.assertIn("t: user: under policy native: done", text)
        status, text = self.table(*cases, options=["--json"])
        self.assertEqual((status, json.loads(text)["intended"]), (1, False))

    def test_a_test_that_fails_or_shows_nothing_fails(self):
        for case in (("hostile.liar", "fail", "a leak"), ("hostile.escape.user", "run", ""),
                     ("hostile.escape.user", "notrun", "")):
            with self.subTest(case):
                status, text = self.table(("hostile.escape", "run", row_line()), case)
                self.assertEqual(status, 1)
                self.assertRegex(text, r"hostile\.(liar \(root\)|escape \(user\)) ")

    def test_guests_have_columns(self):
        guest = self.folder() / "uml"
        for who, row in (("root", row_line()), ("user", row_line(faults=["under policy native: done"]))):
            support.write(guest / f"{who}.hostile.escape.output", row)
            support.write(guest / f"{who}.hostile.escape.status", "0 12")
        support.write(guest / "ended", "")
        status, text = self.table(("hostile.escape", "run", row_line()), more=[guest])
        self.assertEqual(status, 1)
        self.assertRegex(text, r"technique +root +uml root +uml user +stop it")
        self.assertIn("t: uml user: under policy native: done", text)

    def test_a_guest_that_breaks_off_fails(self):
        guest = self.folder() / "qemu"
        support.write(guest / "root.hostile.escape.output", row_line())
        status, text = self.table(("hostile.escape", "run", row_line()), more=[guest])
        self.assertEqual(status, 1)
        self.assertIn("hostile.all (qemu) has shown nothing: it broke off", text)

    def test_nothing_at_all_fails(self):
        self.assertEqual(self.table()[0], 1)


if __name__ == "__main__":
    support.main()
