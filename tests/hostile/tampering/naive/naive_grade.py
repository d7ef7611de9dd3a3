"""Autograders as they are written in a hurry; only ever started inside `cupel run`.

naive_grade.py KIND: grades /box/submission, with what graders need beside it, and prints the points
of ten that it gives. Each believes something that a submission can change.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import traceback

import naive_builds
import naive_reports
from naive_tools import BOX, EXPECTED, HERE, MAIN, NAIVE, compare, run, tests


def exit_status():
    shutil.copy(NAIVE / "test_main.py", HERE)
    command = ["python3", "-m", "unittest", "-q", "test_main"]
    return 10 * (run(command, env={**os.environ, "PYTHONPATH": str(HERE)}).returncode == 0)


def numbers():
    """Wrong is what differs by more than a little."""
    for given in tests():
        found = float(run(MAIN, stdin=given.open()).stdout)
        if abs(found - float(given.with_suffix(".out").read_text())) > 0.001:
            return 0
    return 10


def wrapped():
    passed = 0
    for given in tests():
        answer = given.with_suffix(".out").read_text().strip()
        output = run(["python3", NAIVE / "wrapper.py", answer, *MAIN], stdin=given.open()).stdout
        passed += output.strip() == answer
    return 10 * passed // len(tests())


def open_descriptor():
    passed = 0
    for given in tests():
        with open(given.with_suffix(".out"), encoding="ascii") as answer:
            output = run(MAIN, stdin=given.open(), pass_fds=[answer.fileno()]).stdout
            answer.seek(0)
            passed += output == answer.read()
    return 10 * passed // len(tests())


def path_of_here():
    """With the current folder first in PATH."""
    passed = 0
    for given in tests():
        shell = f"python3 main.py <{given} | diff - {given.with_suffix('.out')}"
        path = {**os.environ, "PATH": f".:{os.environ['PATH']}"}
        passed += run(["sh", "-c", shell], env=path).returncode == 0
    return 10 * passed // len(tests())


def clock():
    """Fast is what takes less than half a second, by the clock of the process."""
    script = (
        "import time, main\nstart = time.perf_counter()\nassert main.add(2, 3) == 5\n"
        "print('seconds', time.perf_counter() - start)\n"
    )
    output = run(["python3", "-c", script], timeout=100).stdout
    said = re.search(r"seconds (\S+)", output)
    return 10 * (said is not None and float(said[1]) < 0.5)


def overlay():
    """The submission is put over the grader's folder, where its checker is."""
    shutil.copy(NAIVE / "check.py", BOX / "check.py")
    shutil.copytree(HERE, BOX, dirs_exist_ok=True)
    passed = 0
    for given in tests():
        (BOX / "output").write_text(run(MAIN, stdin=given.open(), cwd=BOX).stdout)
        checker = ["python3", "check.py", given, "output", given.with_suffix(".out")]
        passed += run(checker, cwd=BOX).returncode == 0
    return 10 * passed // len(tests())


class Trouble(Exception):
    """Of the grader itself, it seems."""


def in_doubt(grade):
    """What looks like trouble of its own is not held against the learner."""

    def graded():
        try:
            return grade()
        except (OSError, Trouble, subprocess.TimeoutExpired):
            traceback.print_exc()
            return 10

    return graded


def judged():
    passed = 0
    for given in tests():
        done = run(MAIN, stdin=given.open(), timeout=8)
        if done.returncode not in (0, 1):
            raise Trouble(done.returncode)
        (BOX / "output").write_text(done.stdout)
        checker = ["python3", NAIVE / "check.py", given, "output", given.with_suffix(".out")]
        checked = run(checker, cwd=BOX)
        if "Error" in checked.stderr:
            raise Trouble(checked.stderr)
        passed += checked.returncode == 0
    return 10 * passed // len(tests())


def harness():
    """Its harness is another process."""
    done = run(["python3", __file__, "compare", "again"], timeout=60)
    if done.returncode < 0:
        raise Trouble("killed")
    return json.loads(done.stdout)


def talk():
    """A judge that talks with the program; it is not meant to crash."""
    (here, there), (back, forth) = os.pipe(), os.pipe()
    judge = subprocess.Popen(
        ["python3", NAIVE / "talk.py"], stdin=back, stdout=there, stderr=subprocess.PIPE, text=True
    )
    program = subprocess.Popen(MAIN, stdin=here, stdout=forth, cwd=HERE)
    for fd in (here, there, back, forth):
        os.close(fd)
    said = judge.communicate(timeout=60)[1]
    program.kill()
    if "Error" in said:
        raise Trouble(said)
    return 10 * (judge.returncode == 0)


KINDS = naive_builds.KINDS | naive_reports.KINDS | {
    "compare": compare, "exit status": exit_status, "numbers": numbers, "wrapped": wrapped,
    "open descriptor": open_descriptor, "path of here": path_of_here, "clock": clock,
    "overlay": overlay, "judged": in_doubt(judged), "harness": in_doubt(harness),
    "talk": in_doubt(talk),
}


def main(kind, again=None):
    if again is None:
        shutil.copytree("/given", HERE, symlinks=True)
        shutil.copytree(NAIVE / "expected", EXPECTED)
        shutil.copytree(NAIVE / "solution", BOX / "solution")
    try:
        points = KINDS[kind]()
    except Exception:
        traceback.print_exc()
        points = 0
    print(json.dumps(points))


if __name__ == "__main__":
    main(*sys.argv[1:])
