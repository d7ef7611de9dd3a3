"""Runs of hostile programs, and whether they end as their head comments say.

Each technique becomes a row: what came of it under each policy, which layers alone stop it, what its
control run shows, and its faults; a row without faults is as intended. Tests print their rows, each as
a line `row {JSON}`, of which table.py makes the table.

A run's answer is one word: "done", or what stopped it: an errno's name, a signal, "limit memory"; or
"not here: …", or "platform: …" (no sandbox, or its failure) and "mistake: …" (of the program).
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from pathlib import Path

import support

sys.path.insert(0, str(support.SOURCE / "tests/limits"))
import limits
from beside import Beside
from cells import Cells
from technique import OWN_POLICIES, PROGRAMS, SWITCHABLE

HERE = Path(__file__).resolve().parent
ROOM = HERE / "room.json"
THREAT_MODEL = support.SOURCE / "docs/threat-model.md"
IS_ROOT = os.getuid() == 0
SCOPES = 6  # Landlock's ABI from which on it confines signals and abstract sockets
DEADLINE = 60 * support.SLOWNESS  # seconds, of a run that ends by itself or by a limit long before
NOT_HERE = 77
BESIDE, OPERATOR = (
    {path.stem for path in PROGRAMS.glob("*.c") if f'"{header}.h"' in path.read_text()}
    for header in ("beside", "operator")
)
# For root: whatever a control run does, it does to namespaces of its own. A shell stays its parent.
APART = ["unshare", *"--mount --uts --ipc --net --cgroup --pid --fork --mount-proc".split(),
         "--kill-child", "sh", "-c", '"$0" "$@"; exit $?']
# Where the user namespace stops root's deed before other layers are asked, what each of them does to it
# outside: by layer, what runs the program under it alone. Only root can ask.
ALONE_OUTSIDE = {
    "capabilities": ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs",
                     "--bounding-set=-all", "--inh-caps=-all"],
    "landlock": [support.HELPERS / "under_landlock"],
}
FEW_POLICIES = ("native", "strict")  # where all is slow; filters do not depend on the kernel


def row_of(technique):
    return {
        "family": technique.family, "technique": technique.name, "title": technique.title,
        "verdict": "", "policies": {}, "alone": {}, "control": technique.control,
        "control_answer": technique.reason, "faults": [],
    }


def show(row):
    """Tell the table of it."""
    print("\nrow", json.dumps(row), flush=True)


def as_whom(name):
    """What starts cupel, or a program outside, for one that looks for what a login's session has."""
    return [support.HELPERS / "as_operator"] if name in OPERATOR else []


def has_scopes():
    """Whether Landlock stops all that the head comments say."""
    return support.landlock_abi() >= SCOPES


def is_stopped(answer):
    return not answer.startswith(("done", "not here", "platform", "mistake", "limit"))


def answer_of(status, stdout):
    """Of a program that ended by itself (status from 0 on) or by a signal (below 0)."""
    words = stdout.strip(".").strip().splitlines()
    last = words[-1] if words else ""
    if status < 0:
        return signal.Signals(-status).name
    if status == 0:
        return "done" if last.endswith("done") else "exited"
    if status == NOT_HERE:
        return f"not here: {last}"
    if status == 1 and last:
        return last
    return f"mistake: exit status {status} after {last!r}"


class Suite:
    """Runs techniques. Thread-safe; close() ends what is left of them."""

    def __init__(self):
        self.mark = f"HOSTILE={uuid.uuid4()}"
        self.cells = Cells()
        self.lock = threading.Lock()
        self.beside = None
        self.policies = {name: str(path) for name, path in OWN_POLICIES.items()}

    def close(self):
        """Without a pid namespace, processes that a program started may have outlived it."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                pass  # it is gone, or another user's
        if self.beside:
            self.beside.close()
        self.cells.close()

    def stand_beside(self, name):
        """The options by which a program finds what goes on beside it, if it looks for that."""
        if name not in BESIDE:
            return []
        with self.lock:
            self.beside = self.beside or Beside()
        return ["--env", f"HOSTILE_PORT={self.beside.number}"]

    def boxed(self, name, policy, *options, cupel=support.CUPEL, cgroup=True):
        """The answer of a program in the sandbox."""
        with tempfile.TemporaryDirectory(prefix="cupel-") as folder:
            report = Path(folder, "report.json")
            leaf = limits.fresh_cgroup() if cgroup and limits.BASE else None
            command = [
                *(["/bin/sh", "-c", limits.ENTER, leaf] if leaf else []),
                *as_whom(name),
                cupel, "run", "--policy", self.policies.get(policy, policy), "--report", report,
                *options, "--bind-ro", f"{support.HELPERS}:/helpers", "--env", self.mark,
                *self.stand_beside(name), "--", f"/helpers/hostile/{name}",
            ]
            try:
                done = subprocess.run(
                    [os.fspath(part) for part in command], stdin=subprocess.DEVNULL,
                    capture_output=True, timeout=DEADLINE, check=False,
                )
            except subprocess.TimeoutExpired:
                return f"platform: no end after {DEADLINE} s"
            finally:
                if leaf:
                    limits.remove_cgroup(leaf)
            return self._boxed_answer(done, report)

    def _boxed_answer(self, done, report):
        stderr = done.stderr.decode(errors="replace")
        found = json.loads(report.read_text()) if report.exists() else {}
        stdout = done.stdout.decode(errors="replace")
        if "Sanitizer" in stderr or "runtime error:" in stderr:
            return f"platform: {stderr[-2000:]}"
        match found.get("status"):
            case "exited":
                return answer_of(found["exit_code"], stdout)
            case "signaled":
                return answer_of(-found["signal"], stdout)
            case "limit" if done.returncode == 124:
                return f"limit {found['limit']}"
            case _:
                return f"platform: exit status {done.returncode}: {stderr.strip()}"

    def outside(self, name, apart=IS_ROOT, under=()):
        """The answer of a program without a sandbox, in a fresh folder; under: what runs it."""
        with tempfile.TemporaryDirectory(prefix="cupel-") as folder:
            os.chmod(folder, 0o755)
            place = Path(shutil.copy(support.HELPERS / "hostile" / name, folder))
            try:
                done = subprocess.run(
                    [*as_whom(name), *(APART if apart else []), *under, place], cwd=folder, stdin=subprocess.DEVNULL,
                    capture_output=True, timeout=DEADLINE, check=False,
                    env={"PATH": os.environ["PATH"]},
                )
            except subprocess.TimeoutExpired:
                return f"mistake: no end after {DEADLINE} s"
        return answer_of(done.returncode, done.stdout.decode(errors="replace"))

    def without(self, name, off):
        """The answer of a program in a cell without these layers."""
        return self.boxed(name, "native", cupel=self.cells.cupel(off))

    def control(self, technique):
        """The answer of the run in which the deed must work, or None where it cannot be made."""
        match technique.control:
            case "layers":
                return self.without(technique.name, SWITCHABLE)
            case "user":
                return self.outside(technique.name)
            case "root" if IS_ROOT:
                return self.outside(technique.name)
            case "guest" if IS_ROOT and support.GUEST:
                return self.outside(technique.name, apart=False)
            case "room":
                network = [o for o in technique.options if o in ("--network", "loopback")]
                return self.boxed(technique.name, ROOM, *network)
        return None

    def check_control(self, technique, row):
        answer = self.control(technique)
        if answer is None:
            return
        row["control_answer"] = answer
        if answer.startswith("not here"):
            if not technique.needs:
                row["faults"].append(f"{answer}, but its head comment has no Needs")
        elif answer != "done":
            row["faults"].append(f"its control run ({technique.control}) shows {answer}, not done")

    def escape(self, technique, each_layer=True):
        """The row of a technique to get out. each_layer: which ones stop it alone."""
        row = row_of(technique)
        policies = technique.policies
        if support.GUEST or support.SANITIZED:
            policies = [name for name in policies if name in FEW_POLICIES] or policies[:1]
        for policy in policies:
            answer = self.boxed(technique.name, policy)
            row["policies"][policy] = answer
            if answer.startswith("not here") and technique.needs:
                continue
            if answer == "done" and technique.layers == ("landlock",) and not has_scopes():
                row["policies"][policy] = "not here: the Landlock that stops it"
            elif not is_stopped(answer):
                row["faults"].append(f"under policy {policy}: {answer}")
        row["verdict"] = "ESCAPED" if "done" in row["policies"].values() else "stopped"
        self.check_control(technique, row)
        if each_layer:
            self.check_layers(technique, row)
        return row

    def check_layers(self, technique, row):
        base = self.without(technique.name, SWITCHABLE)
        if base.startswith(("platform", "mistake", "limit")):
            row["faults"].append(f"without layers: {base}")
        if base.startswith("not here"):
            return
        if is_stopped(base):
            row["alone"]["user"] = base
        for layer in SWITCHABLE:
            answer = self.without(technique.name, set(SWITCHABLE) - {layer})
            # Where the user namespace stops it already, a layer that acts before shows by its answer.
            if is_stopped(answer) and answer != base:
                row["alone"][layer] = answer
            elif not is_stopped(answer) and answer != base:
                row["faults"].append(f"with no layer but {layer}: {answer}")
        self.judge_layers(technique, row, self.check_outside(technique, row))

    def check_outside(self, technique, row):
        """Returns the layers that cannot be asked about."""
        if technique.control != "root":
            return set()
        if not IS_ROOT:
            return set(ALONE_OUTSIDE)
        for layer, under in ALONE_OUTSIDE.items():
            answer = self.outside(technique.name, under=under)
            if is_stopped(answer):
                row["alone"].setdefault(layer, answer)
        return set()

    def judge_layers(self, technique, row, unasked):
        demanded = {name for name in technique.layers if name != "landlock" or has_scopes()}
        demanded -= unasked
        missing = sorted(demanded - set(row["alone"]))
        if missing:
            row["faults"].append(f"not stopped by {', '.join(missing)} alone")
        if len(row["alone"]) < 2 and not unasked and technique.name not in one_layer_only():
            row["faults"].append(
                f"stopped by {', '.join(row['alone']) or 'no layer'} alone, which the section"
                f" \"One layer only\" of docs/threat-model.md does not account for"
            )

    def exhaustion(self, technique, mode):
        """The row of a technique to take too much. mode: see limits.py."""
        row = row_of(technique)
        cgroup = mode == "cgroup"
        for policy in technique.policies:
            options = [*patience(technique), *technique.options]
            options += [] if cgroup else ["--cgroup", "none"]
            answer = self.boxed(technique.name, policy, *options, cgroup=cgroup)
            row["policies"][policy] = answer
            if answer.startswith("not here") and technique.needs:
                continue
            if ending(answer) not in technique.outcomes:
                row["faults"].append(f"under policy {policy}: {answer}")
        row["verdict"] = " ".join(sorted({ending(a) for a in row["policies"].values()}))
        row["alone"] = {layer: "" for layer in technique.layers}
        self.check_control(technique, row)
        return row


def patience(technique):
    """Options by which a slow machine does not end for time what another limit is to end."""
    times = (("--wall", "wall_time", "60s"), ("--cpu", "cpu_time", "40s"))
    return [
        word
        for option, limit, value in times
        if option not in technique.options and f"limit {limit}" not in technique.outcomes
        for word in (option, value)
    ]


def ending(answer):
    """An answer as a head comment's Outcome has it."""
    if answer.startswith(("limit", "platform", "mistake", "not here")):
        return answer
    return "exited" if answer in ("exited", "done") else "failed"


def one_layer_only():
    """Names of techniques of which docs/threat-model.md says why one layer has to do."""
    text = THREAT_MODEL.read_text()
    section = re.search(r"^## One layer only\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return set(re.findall(r"`(\w+)`", section[1])) if section else set()
