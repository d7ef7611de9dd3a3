"""Jobs of cupel that others disturb, and what they make of it when nobody does.

A job is made in a folder of its own; start() begins it, take() judges how it has ended.
"""

import json
import os
import shutil
import subprocess

import grading
import support

WALL = 5  # seconds: what a run that was stopped may take, besides 10 s to be given up
TOLD = 10  # of cupel run: from asking for something to being given up

# More than a pipe holds, so that a run needs its supervisor to the end.
LINE = "abcdefghijklmnopqrstuvwxyz 0123456789 abcdefghij"
TALK = f'i=0; while [ $i -lt 1500 ]; do echo "$i: {LINE}"; i=$((i+1)); done'

PROGRAM = "#!/bin/sh\nread line\nsleep 0.02\necho \"$line and back\"\n"

CHECK = '#!/bin/sh\nread said <"$2"\n[ "$said" = "over and back" ]\n'

HARNESS = """#!/bin/sh
echo "TAP version 13"
echo "1..2"
for number in 1 2; do
    said=$(echo "call $number" | /cupel/exec -- sh ./prog.sh)
    [ "$said" = "call $number and back" ] || printf 'not '
    echo "ok $number - call $number"
done
"""

LIMITS = {"wall": f"{WALL} s", "processes": 16}


def _test(name, **keys):
    return {"id": name, "run": ["sh", "./prog.sh"], "limits": LIMITS, **keys}


GRADER = {
    "schema": "cupel.grader/1",
    "name": "disturbed",
    "submission": {"files": ["prog.sh"]},
    "build": [{"id": "copy", "run": ["sh", "-c", "cp prog.sh made.sh; sleep 0.02"],
               "policy": "native", "limits": LIMITS}],
    "tests": [
        _test("plain", points=4, stdin_text="there\n", expect={"stdout_text": "there and back\n"}),
        _test("wrong", points=2, stdin_text="there\n", expect={"stdout_text": "nowhere\n"}),
        _test("talk", points=8, run=["sh", "-c", TALK],
              expect={"stdout": "talk.out", "compare": "exact"}),
        _test("check", points=16, stdin_text="over\n",
              check={"run": ["sh", "check.sh"], "limits": LIMITS}),
        {"id": "harness", "limits": LIMITS, "harness": {
            "run": ["sh", "units.sh"], "report": "tap",
            "tests": [{"id": "call 1", "points": 16}, {"id": "call 2", "points": 16}]}},
    ],
}
FULL = {"plain": "passed", "wrong": "failed", "talk": "passed", "check": "passed",
        "call 1": "passed", "call 2": "passed"}


def said():
    return subprocess.run(["sh", "-c", TALK], capture_output=True, check=True).stdout


class Wrong(Exception):
    """An outcome that must not be, whoever was disturbed."""


class Job:
    """What a job is, made once in a folder; `place` is a fresh folder for one start."""

    def environment(self, place):
        return {"PATH": os.environ["PATH"], "TMPDIR": str(place / "tmp"),
                "XDG_CACHE_HOME": str(place / "cache")}

    def start(self, place, options=(), wrap=()):
        """options: further ones of cupel's; wrap: what is put before it."""
        for name in ("tmp", "cache"):
            (place / name).mkdir(exist_ok=True)
        with open(place / "stdout", "wb") as out, open(place / "stderr", "wb") as err:
            return subprocess.Popen(
                [*wrap, support.CUPEL, *self.arguments(place, options)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=self.environment(place),
            )

    def arguments(self, place, options):
        raise NotImplementedError

    def take(self, place, code):
        """"clean", "platform", or a verdict that only harm to the command explains; else Wrong."""
        raise NotImplementedError


def _text(path):
    return path.read_text(errors="replace") if path.exists() else ""


def _cause(place, prefix):
    """A platform failure has a cause, in one line of ours."""
    lines = _text(place / "stderr").splitlines()
    known = (prefix, "cupel: ")  # before cupel has looked what the command is
    ours = [line for line in lines if line.startswith(known) and len(line) > len(prefix) + 8]
    if not ours:
        raise Wrong(f"a failure without its cause: {lines}")
    return "platform"


class Run(Job):
    """cupel run, of a program that talks a lot and ends with 3."""

    def __init__(self):
        self.expected = said()

    def arguments(self, place, options):
        return ["run", "--wall", f"{WALL}s", "--report", place / "report.json", *options,
                "--", "sh", "-c", f"sleep 0.03; {TALK}; exit 3"]

    def take(self, place, code):
        if code == 125:
            return _cause(place, "cupel run: ")
        report = json.loads((place / "report.json").read_text())
        output = (place / "stdout").read_bytes()
        if not self.expected.startswith(output):
            raise Wrong(f"output that nobody wrote: {output[-200:]}")
        if code == 3 and report["status"] == "exited" and output == self.expected:
            return "clean"
        if code in (124, 128 + 9) and report["status"] in ("limit", "signaled"):
            return report["limit"] or "signal"
        raise Wrong(f"exit {code}: {report['status']}, {len(output)} bytes of output")


class Grade(Job):
    """cupel grade, of everything that a grader can have: archive, build, checker, broker."""

    def __init__(self, folder, jobs):
        self.jobs = jobs
        self.grader = folder / "grader"
        self.submission = folder / "submission.zip"
        support.write(self.grader / "grader.json", json.dumps(GRADER))
        support.write(self.grader / "check.sh", CHECK)
        support.write(self.grader / "units.sh", HARNESS)
        (self.grader / "talk.out").write_bytes(said())
        self.submission.write_bytes(grading.zipped({"prog.sh": PROGRAM}))

    def arguments(self, place, options):
        return ["grade", "--jobs", str(self.jobs), "-o", place / "result.json", *options,
                self.grader, self.submission]

    def take(self, place, code):
        path = place / "result.json"
        result = json.loads(path.read_text()) if path.exists() else None
        if code == 1:
            if result is not None and (result["status"] != "platform_error" or result["score"]):
                raise Wrong(f"exit 1 with {result['status']}, score {result['score']}")
            return _cause(place, "cupel grade: ")
        if result is None:
            raise Wrong(f"exit {code} without a result: {_text(place / 'stderr')}")
        if code in (3, 5):
            return f"{result['status']}: {result['message']}"
        found = {test["id"]: test["verdict"] for test in result["tests"]}
        if (code, found, result["score"]) == (0, FULL, 60):
            return "clean"
        if code != 0 or result["score"] > 60:
            raise Wrong(f"exit {code}, score {result['score']}: {found}")
        lost = [t for t in result["tests"] if t["verdict"] != FULL.get(t["id"])]
        lost += [b for b in result["build"] if not b["passed"]]
        return "; ".join(f"{t['id']}: {t.get('reason')}, {t.get('message')}" for t in lost)


def fresh(folder, name):
    """A place for one start."""
    place = folder / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    return place
