"""Making single system calls and allocations of cupel fail, and judging what follows.

A job is something that cupel is told to do. A point is one call of one kind of cupel's processes
while it does the job: (kind, call, number, error); `malloc` is an allocation. fault_calls.c fails
it. What may follow is one of

    same       nothing: the call is not needed, or is made again; the outcome is as ever
    failed     a platform failure, whose message names the cause
    host       exit code 4: the kernel is said to lack what is required
    theirs     files of the grader or the learner may not be read (EACCES): exit code 2 or 3
    fallback   as ever, but without cgroups, as the report's enforcement says
    swept      as one of these, and a cgroup that the next cupel has removed
    loader     the dynamic loader, or libc before main(), gave up, and cupel was never there
    unreached  this time the call was not made so often

and everything else is a finding: see Finding.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import support
from fault_errors import CANNOT_FAIL, MADE_AGAIN, OF_SANITIZERS, SPEECHLESS, UNTOLD

sys.path[:0] = [str(support.SOURCE / "tests" / name) for name in ("grade", "limits")]
import grading  # noqa: E402
import limits  # noqa: E402

TRACER = support.HELPERS / "fault_calls"
DEADLINE = 40 * support.SLOWNESS  # seconds that a job of less than one may take

# At once, in jansson: what it had is taken away by the next cupel.
GAVE_UP = "cupel: out of memory\n"


class Finding(Exception):
    """What must not follow from a failure of the platform's."""


class Job:
    """Something to do for cupel; the tracer's words about it, and its clean outcome."""

    def __init__(self, name, folder, *arguments):
        self.name = name
        self.folder = Path(folder)
        self.arguments = arguments
        self.cache = self.folder / "cache"
        self.prefix = _prefix(self.folder)
        self.clean, said = self.do(self.prefix, "count")
        self.clean, said = self.do(self.prefix, "count")  # with the filters in the cache
        self.counts = {}
        self.first = {}  # numbers, one for each chain of callers
        self.paths = {}  # that calls are given
        for word, kind, call, number in (line.split(" ", 3) for line in said if line[:1] in "cf"):
            is_runtimes = support.SANITIZED and kind == "supervisor" and call in OF_SANITIZERS
            if word == "calls" and call not in CANNOT_FAIL and not is_runtimes:
                self.counts[kind, call] = int(number)
            elif word == "first":
                number, _, path = number.partition(" ")
                self.first.setdefault((kind, call), []).append(int(number))
                self.paths[kind, call, int(number)] = path
        self.open = _descriptors(said)

    def do(self, prefix, *how):
        """(outcome, lines of the tracer) of doing the job, in a cgroup of its own if it may."""
        if limits.BASE is None:
            return self.do_in(None, prefix, *how)
        cgroup = limits.fresh_cgroup()
        try:
            outcome, said = self.do_in(cgroup, prefix, *how)
            outcome["left"] += limits.value(cgroup, "cgroup.procs").split()
            outcome["swept"] = limits.folders_in(cgroup)
            if outcome["swept"]:
                self.do_in(cgroup, prefix, "fail", "supervisor", "malloc", "1000000", "ENOMEM")
            outcome["left"] += limits.folders_in(cgroup)
        finally:
            limits.remove_cgroup(cgroup)
        return outcome, said

    def do_in(self, cgroup, prefix, *how):
        with tempfile.TemporaryDirectory(dir=self.folder) as at:
            at = Path(at)
            (at / "tmp").mkdir()
            command = [TRACER, at / "said", str(DEADLINE), *how, "--", prefix / "bin/cupel"]
            command += [part.replace("AT", str(at)) for part in self.arguments]
            environment = {
                "PATH": os.environ["PATH"],
                "TMPDIR": str(at / "tmp"),
                "XDG_CACHE_HOME": str(self.cache),
                "ASAN_OPTIONS": "exitcode=99:detect_leaks=" + ("1" if how[0] == "leave" else "0"),
                "LSAN_OPTIONS": "exitcode=99",
                "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1",
                **({"FAULT_CGROUP": str(cgroup)} if cgroup else {}),
            }
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                timeout=2 * DEADLINE + 30, check=False,
            )  # fmt: skip
            document = _document(done.stdout if self.arguments[0] == "grade" else _text(at / "report"))
            outcome = {
                "code": done.returncode,
                "errors": done.stderr.decode(errors="replace"),
                "output": done.stdout if self.arguments[0] == "run" else b"",
                "document": document,
                "left": sorted(str(path) for path in (at / "tmp").iterdir()),
            }
            return outcome, _text(at / "said").splitlines()

    def fail(self, kind, call, number, error, leave=False):
        """Which of the outcomes of the module's head follows; raises a Finding."""
        how = ("leave" if leave else "fail", kind, call, str(number), error)
        outcome, said = self.do(self.prefix, *how)
        if not any(line.startswith("injected") for line in said):
            if not leave and not self.is_same(outcome):  # a sanitizer complains of the tracer
                raise Finding(f"without any failure: {outcome}")
            return "unreached"
        return self.judge(outcome, said, kind, call, error, leave)

    def judge(self, outcome, said, kind, call, error, leave):
        is_early = any(line.startswith("injected") and " early at" in line for line in said)
        self.look_for_rest(outcome, said, leave, is_early)
        end = self.judge_end(outcome, kind, call, error, is_early)
        return "swept" if outcome.get("swept") else end

    def judge_end(self, outcome, kind, call, error, is_early):
        if self.is_same(outcome, call):
            return "same"
        if limits.BASE and self.is_same(outcome, call, without="enforcement"):
            return "fallback"
        if error == "EACCES" and outcome["code"] in (2, 3) and _names_cause(outcome["errors"], error):
            return "theirs"
        if error == "EINTR" and call in MADE_AGAIN and not is_early:
            raise Finding(f"an interrupted call is not made again: {_shown(outcome)}")
        if is_early and kind == "supervisor" and outcome["code"] != 0:
            return "loader"
        if outcome["code"] == 4 and outcome["document"] is None:
            return "host"
        wanted = 1 if self.arguments[0] == "grade" else 125
        if outcome["code"] != wanted:
            changed = "; ".join(_changes(self.clean["document"], outcome["document"]))
            raise Finding(f"exit code {outcome['code']}: {_shown(outcome)}: {changed}")
        self.judge_document(outcome)
        untold = any(text in outcome["errors"] for text in UNTOLD)
        if is_early or untold or (kind, call) in SPEECHLESS:
            return "failed"
        if not _names_cause(outcome["errors"], error):
            raise Finding(f"a message without the cause: {_shown(outcome)}")
        return "failed"

    def look_for_rest(self, outcome, said, leave, is_early):
        """A crash, a hang, and what is left behind, whatever the outcome."""
        for line in said:
            word = line.partition(" ")[0]
            if word in ("hung", "left") or (word == "died" and not is_early):
                raise Finding(f"{line}: {_shown(outcome)}")
        if "Sanitizer" in outcome["errors"] or "runtime error:" in outcome["errors"]:
            raise Finding(outcome["errors"])
        if outcome["left"]:
            raise Finding(f"left behind: {outcome['left']}")
        more = _descriptors(said)
        for name in self.open:
            if name in more:
                more.remove(name)
        if more and not leave and outcome["errors"] != GAVE_UP:
            raise Finding(f"descriptors left open: {more}: {_shown(outcome)}")

    def is_same(self, outcome, call=None, without=None):
        """Denied calls may lack what there was no memory to say of them."""
        if any(outcome[key] != self.clean[key] for key in ("code", "output")):
            return False
        found, clean = (grading.unmeasured(each["document"]) for each in (outcome, self.clean))
        for key in (without, "denied_syscalls" if call == "malloc" else None):
            found, clean = _without(key, found), _without(key, clean)
        return found == clean

    def judge_document(self, outcome):
        """Nothing in a result may tell what the job without the failure would not have told."""
        document = outcome["document"]
        if document is None:
            return
        if self.arguments[0] == "run":
            if document["status"] != "sandbox_error" or document["limit"] is not None:
                raise Finding(f"a report of {document['status']}, {document['limit']}")
            return
        if document["status"] != "platform_error" or document["score"] is not None:
            raise Finding(f"a result of {document['status']}, score {document['score']}")
        for test, clean in zip(document["tests"], self.clean["document"]["tests"], strict=True):
            known = (clean["verdict"], clean["reason"], clean["score"])
            if (test["verdict"], test["reason"], test["score"]) != known and (
                test["verdict"] not in ("error", "skipped") or test["reason"] is not None
            ):
                raise Finding(f"a test's verdict: {test['id']} {test['verdict']} {test['reason']}")


def _prefix(folder):
    """cupel as ever, but with allocations that can be refused."""
    prefix = folder / "prefix"
    built = support.HELPERS / "faults"
    if not prefix.exists():
        shutil.copytree(support.PREFIX / "libexec", prefix / "libexec")
        (prefix / "bin").mkdir()
        (prefix / "share").symlink_to(support.PREFIX / "share")
        for name in ("cupel-cell", "cupel-unpack"):
            shutil.copy2(built / name, prefix / "libexec/cupel" / name)
        shutil.copy2(built / "cupel", prefix / "bin/cupel")
    return prefix


def _text(path):
    return path.read_text(errors="replace") if path.exists() else ""


def _document(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def _descriptors(said):
    targets = (line.partition(" ")[2] for line in said if line.startswith("descriptor "))
    return sorted(re.sub(r"\[\d+\]|/tmp/[^ ]*", "", target) for target in targets)


def _without(name, value):
    if isinstance(value, list):
        return [_without(name, item) for item in value]
    if isinstance(value, dict):
        return {key: _without(name, item) for key, item in value.items() if key != name}
    return value


def _changes(clean, found, path=""):
    """Where two documents differ, measured figures aside."""
    clean, found = grading.unmeasured(clean), grading.unmeasured(found)
    if isinstance(clean, dict) and isinstance(found, dict) and clean.keys() == found.keys():
        for key in clean:
            yield from _changes(clean[key], found[key], f"{path}.{key}")
    elif isinstance(clean, list) and isinstance(found, list) and len(clean) == len(found):
        for index, item in enumerate(clean):
            yield from _changes(item, found[index], f"{path}[{index}]")
    elif clean != found:
        yield f"{path}: {found} in place of {clean}"


def _shown(outcome):
    document = outcome["document"] or {}
    verdicts = [(t["verdict"], t["reason"], t["message"]) for t in document.get("tests", [])]
    shown = {key: document.get(key) for key in ("status", "message", "error", "score") if key in document}
    return f"{outcome['code']} {outcome['errors'].strip()!r} {shown} {verdicts}"


def _names_cause(message, error):
    number = getattr(__import__("errno"), error)
    known = [os.strerror(number), "memory"] if error == "ENOMEM" else [os.strerror(number)]
    return any(word in message for word in known)
