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
import time
import traceback
import xml.etree.ElementTree as ElementTree
from pathlib import Path

NAIVE = Path(__file__).parent
BOX = Path("/box")
HERE = BOX / "submission"
EXPECTED = BOX / "expected"
MAIN = ["python3", "main.py"]


def run(command, **options):
    options = {"cwd": HERE, "timeout": 3, "text": True, "check": False, **options}
    return subprocess.run(command, capture_output=True, **options)


def tests():
    return sorted(EXPECTED.glob("*.in"))


def compare(command=MAIN, **options):
    """Output with the file of what is expected, in a folder beside the submission."""
    passed = 0
    for given in tests():
        with open(given, encoding="ascii") as stdin:
            output = run(command, stdin=stdin, **options).stdout
        passed += output.split() == given.with_suffix(".out").read_text().split()
    return 10 * passed // len(tests())


def build():
    subprocess.run("gcc -w -o main *.c", shell=True, cwd=HERE, check=True)
    return compare(["./main"])


def make():
    """What is expected comes when the build has ended."""
    shutil.move(EXPECTED, BOX / "later")
    subprocess.run(["make", "-s"], cwd=HERE, check=False, timeout=10)
    shutil.move(BOX / "later", EXPECTED)
    time.sleep(0.5)
    return compare(["./main"])


def make_test():
    shutil.copy(NAIVE / "test_main.c", HERE)
    return 10 * (run(["make", "-s", "test"], timeout=10).returncode == 0)


def c_tests():
    shutil.copy(NAIVE / "test_main.c", HERE)
    built = subprocess.run("gcc -w -o tests *.c && ./tests", shell=True, cwd=HERE, check=False)
    return 10 * (built.returncode == 0)


def last_line():
    """The program is also its harness, and prints the points."""
    output = run(MAIN, stdin=tests()[0].open()).stdout
    try:
        return json.loads(output.splitlines()[-1])["score"]
    except (ValueError, TypeError, KeyError, IndexError):
        return 0


def exit_status():
    shutil.copy(NAIVE / "test_main.py", HERE)
    command = ["python3", "-m", "unittest", "-q", "test_main"]
    return 10 * (run(command, env={**os.environ, "PYTHONPATH": str(HERE)}).returncode == 0)


def pytest_report():
    shutil.copy(NAIVE / "test_main.py", HERE)
    run(["python3", "-m", "pytest", "-q", "--junitxml=report.xml", "test_main.py"], timeout=20)
    suite = next(ElementTree.parse(HERE / "report.xml").iter("testsuite"))
    count = {key: int(suite.get(key)) for key in ("tests", "failures", "errors")}
    return 10 * max(0, count["tests"] - count["failures"] - count["errors"]) // count["tests"]


def report_by_hand():
    """A JUnit report whose text is put together without escaping."""
    cases = []
    for given in tests():
        output = run(MAIN, stdin=given.open()).stdout
        right = output.split() == given.with_suffix(".out").read_text().split()
        said = "" if right else f"<failure>{output}</failure>"
        cases.append(f"<testcase name='{given.stem}'>{said}</testcase>")
    report = ElementTree.fromstring(f"<testsuite>{''.join(cases)}</testsuite>")
    passed = {case.get("name") for case in report if case.find("failure") is None}
    return 10 * len(passed) // len(tests())


def tap():
    """Prints what the program says between its own lines."""
    lines = []
    for number, given in enumerate(tests(), 1):
        output = run(MAIN, stdin=given.open()).stdout
        right = output.split() == given.with_suffix(".out").read_text().split()
        lines += [*output.splitlines(), f"{'ok' if right else 'not ok'} {number}"]
    passed = {int(line.split()[1]) for line in lines if line.startswith("ok ")}
    return 10 * len(passed) // len(tests())


def json_by_hand():
    given = tests()[0]
    output = run(MAIN, stdin=given.open()).stdout.rstrip("\n")
    right = output == given.with_suffix(".out").read_text().rstrip("\n")
    return json.loads(f'{{"score": {10 * right}, "output": "{output}"}}')["score"]


def page():
    """The points are read from the page that shows them."""
    given = tests()[0]
    output = run(MAIN, stdin=given.open()).stdout
    right = output == given.with_suffix(".out").read_text()
    text = f"<pre>{output}</pre><td class='score'>{10 * right}</td>"
    return int(re.search(r"<td class='score'>(\d+)</td>", text)[1])


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
    output = run(["python3", "-c", script], timeout=20).stdout
    said = re.search(r"seconds (\S+)", output)
    return 10 * (said is not None and float(said[1]) < 0.5)


def log():
    """Programs print into the log of passes and failures."""
    with open(BOX / "log", "w", encoding="utf-8") as file:
        for given in tests():
            done = subprocess.run(
                MAIN, stdin=given.open(), stdout=subprocess.PIPE, stderr=file, cwd=HERE, text=True,
                timeout=3, check=False,
            )
            output = done.stdout
            right = output.split() == given.with_suffix(".out").read_text().split()
            print("PASS" if right else "FAIL", given.stem, file=file, flush=True)
    time.sleep(1.5)
    lines = (BOX / "log").read_text().splitlines()
    last = {line.split()[1]: line.split()[0] for line in lines if re.match(r"(PASS|FAIL) \d", line)}
    return 10 * list(last.values()).count("PASS") // len(tests())


def frames():
    """The program's wrapper answers on the standard output that the program has as well."""
    script = (
        "import json, sys\ntry:\n    import main\n    passed = main.add(2, 3) == 5\n"
        "except BaseException:\n    passed = False\n"
        "print('@' + json.dumps({'done': True, 'passed': passed}))\n"
    )
    for line in run(["python3", "-c", script]).stdout.splitlines():
        if line.startswith("@"):
            return 10 * json.loads(line[1:])["passed"]
    return 0


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


def results_file():
    """A file of results, which is collected a little later."""
    results = BOX / "results"
    results.mkdir(exist_ok=True)
    points = compare()
    file = results / "results.json"
    if not file.is_fifo():
        try:
            file.write_text(json.dumps({"score": points}))
        except OSError:
            pass  # it has been written, as it seems
    time.sleep(1)
    return json.loads(file.read_text())["score"]


def time_said():
    """The fastest is first; how fast it was is in its output."""
    said = re.search(r"time: (\S+)", run(MAIN, stdin=tests()[0].open()).stdout)
    return 10 * (said is not None and float(said[1]) < 0.001)


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
        done = run(MAIN, stdin=given.open())
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
    done = run(["python3", __file__, "compare", "again"], timeout=10)
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
    said = judge.communicate(timeout=10)[1]
    program.kill()
    if "Error" in said:
        raise Trouble(said)
    return 10 * (judge.returncode == 0)


KINDS = {
    "compare": compare, "build": build, "make": make, "make test": make_test, "c tests": c_tests,
    "last line": last_line, "exit status": exit_status, "pytest report": pytest_report,
    "report by hand": report_by_hand, "tap": tap, "json by hand": json_by_hand, "page": page,
    "numbers": numbers, "wrapped": wrapped, "open descriptor": open_descriptor,
    "path of here": path_of_here, "clock": clock, "log": log, "frames": frames,
    "overlay": overlay, "results file": results_file, "time said": time_said,
    "judged": in_doubt(judged), "harness": in_doubt(harness), "talk": in_doubt(talk),
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
