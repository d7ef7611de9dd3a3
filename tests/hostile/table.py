#!/usr/bin/env python3
"""The table of the hostile suite, of what ctest ran.

    table.py [--json] JUNIT-FILE [GUEST-FOLDER…]      of `ctest --output-junit`, and of guest_tests.py

A line for each technique: what came of it in each mode (root, an ordinary user, and guests where they
ran), which layers stop it with all others left out, and whether it works where nothing stops it. The
exit status is 0 only if all is as intended; what is not is told below the table.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

ROW = re.compile(r"^row (\{.*\})$", re.M)
IN_CTEST = re.compile(r"(?:vm\.(\w+)\.(root|user)\.)?hostile\.(\w+?)(\.user)?")
IN_GUEST = re.compile(r"(root|user)\.hostile\.(\w+)\.output")
IN_ROWS = ("escape", "exhaustion")  # tests that show a row for each technique
LEGEND = """
verdict   what came of the deed, the same under every policy that fits, or the worst of them
stop it   escape: the layers each of which stops it while all others are left out ("user": the user
          namespace and the uid, which are never left out); exhaustion: what ends it; archives: the
          checks of cupel-unpack without the cell, and the cell around a naive unpacker; tampering:
          what keeps the judge from it
control   where the deed works. layers: with all layers left out; root, user: outside of the sandbox; room:
          with limits that are wide enough; guest: in a virtual machine; archives and tampering: which
          naive unpacker or autograder is deceived, itself in the sandbox
!         not as intended: see below
"""


@dataclass
class Test:
    subject: str
    mode: str  # what its column is called
    status: str  # passed, failed, or not run
    output: str


def from_ctest(path):
    """The tests that a JUnit file of ctest's tells of."""
    for case in ElementTree.parse(path).iter("testcase"):
        match = IN_CTEST.fullmatch(case.get("name"))
        if match:
            guest, who, subject, user = match.groups()
            mode = f"{guest} {who}" if guest else "user" if user else "root"
            status = {"run": "passed", "fail": "failed"}.get(case.get("status"), "not run")
            yield Test(subject, mode, status, case.findtext("system-out") or "")


def from_guest(folder):
    """The tests that a guest has left its results of, see tests/vm/guest_tests.py."""
    if not (folder / "ended").exists():
        reason = folder / "missing"
        why = f"this machine lacks {reason.read_text()}" if reason.exists() else "it broke off"
        yield Test("all", folder.name, "not run", why)
    for output in sorted(folder.glob("*.output")):
        match = IN_GUEST.fullmatch(output.name)
        if match:
            status = output.with_suffix(".status")
            ended = status.read_text().split()[0] if status.exists() else "it broke off"
            yield Test(
                match[2], f"{folder.name} {match[1]}",
                {"0": "passed", "77": "not run"}.get(ended, "failed"),
                output.read_text(errors="replace"),
            )


def read(tests):
    """(rows with their modes, faults of tests that have no row for them, {test without rows: modes in
    which it has passed})."""
    rows, faults, passed = [], [], {}
    for test in tests:
        name = f"hostile.{test.subject} ({test.mode})"
        found = [json.loads(text) for text in ROW.findall(test.output)]
        for row in found:
            in_cgroup = row.pop("mode", None) == "cgroup" and " " not in test.mode
            rows.append({**row, "mode": f"{test.mode}, cgroup" if in_cgroup else test.mode})
        if test.status == "failed" and not any(row["faults"] for row in found):
            faults.append(f"{name} failed: {test.output[-2000:]}")
        elif not found and (test.subject in IN_ROWS or test.status != "passed"):
            faults.append(f"{name} has shown nothing: {test.output[-300:].strip()}")
        elif not found:
            passed.setdefault(test.subject, []).append(test.mode)
    return rows, faults, passed


def merged(rows):
    """One technique in all modes: its first row, its verdicts, and the layers and control of whichever
    mode has them."""
    first = rows[0]
    alone = {name: answer for row in rows for name, answer in row["alone"].items()}
    controls = {row["control_answer"] for row in rows if row["control_answer"]}
    control = "not made here"
    if first["control"] == "none":
        control = f"none: {first['control_answer']}"
    elif controls:
        control = f"{first['control']}: {', '.join(sorted(controls))}"
    return {
        **{key: first[key] for key in ("family", "technique", "title")},
        "verdicts": {r["mode"]: r["verdict"] + ("!" if r["faults"] else "") for r in rows},
        "alone": alone,
        "control": control,
        "faults": [f"{r['mode']}: {fault}" for r in rows for fault in r["faults"]],
    }


def by_technique(rows):
    names = dict.fromkeys((row["family"], row["technique"]) for row in rows)
    return [
        merged([row for row in rows if (row["family"], row["technique"]) == name])
        for name in names
    ]


def print_family(family, techniques, modes):
    lines = [["technique", *modes, "stop it", "control", "what is tried"]]
    for one in techniques:
        verdicts = [one["verdicts"].get(mode, "-") for mode in modes]
        lines.append(
            [one["technique"], *verdicts, " ".join(one["alone"]), one["control"], one["title"]]
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]) - 1)]
    print(f"\n{family}: {len(techniques)} techniques\n")
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths)]
        print("  ".join([*cells, line[-1]]).rstrip())


def print_table(techniques, faults, passed):
    for family in dict.fromkeys(one["family"] for one in techniques):
        members = [one for one in techniques if one["family"] == family]
        modes = list(dict.fromkeys(mode for one in members for mode in one["verdicts"]))
        print_family(family, members, modes)
    print(LEGEND)
    for subject, modes in passed.items():
        print(f"{subject}: passed ({', '.join(modes)})")
    for one in techniques:
        for fault in one["faults"]:
            print(f"{one['technique']}: {fault}")
    for fault in faults:
        print(fault)
    wrong = sum(bool(one["faults"]) for one in techniques) + len(faults)
    print(f"{len(techniques)} techniques, " + (f"{wrong} findings" if wrong else "all as intended"))


def main(args):
    as_json = args[:1] == ["--json"]
    paths = [Path(arg) for arg in args[as_json:]]
    if not paths:
        sys.exit(__doc__)
    tests = chain(from_ctest(paths[0]), *map(from_guest, paths[1:]))
    rows, faults, passed = read(tests)
    techniques = by_technique(rows)
    if not techniques:
        faults.append("nothing was run")
    intended = not faults and not any(one["faults"] for one in techniques)
    if as_json:
        print(json.dumps({"intended": intended, "techniques": techniques, "faults": faults,
                          "passed": passed}, indent=1))
    else:
        print_table(techniques, faults, passed)
    return 0 if intended else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
