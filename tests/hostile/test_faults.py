"""Each system call and each allocation of cupel fails once: see faults.py.

ctest fails some of them. All of them, or those of a job, of a kind of process or of a call:

    test_faults.py --all [JOB [KIND [CALL]]]

prints how many points there are, and what followed.
"""

import collections
import json
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faults
import support

WORKERS = 2


def make_grade(folder):
    """A zip, a build step, two tests and a checker in the judge's cell."""
    tests = [
        {"id": "good", "points": 2, "stdin_text": "7\n", "expect": {"stdout_text": "49\n"}},
        {"id": "bad", "points": 3, "stdin_text": "6\n", "expect": {"stdout_text": "35\n"}},
        {"id": "checked", "points": 4, "stdin_text": "5\n", "check": {"run": ["sh", "check"]}},
    ]
    definition = {
        "schema": "cupel.grader/1",
        "name": "made",
        "submission": {"files": ["*"]},
        "build": [{"id": "copy", "run": ["cp", "program", "built"]}],
        "tests": [{**test, "run": ["sh", "built"]} for test in tests],
    }
    return _grade(folder, definition, check='test "$(cat "$2")" = 25\n')


def make_harness(folder):
    """A harness that starts the learner's program by the broker."""
    definition = {
        "schema": "cupel.grader/1",
        "name": "made",
        "submission": {"files": ["*"]},
        "tests": [
            {
                "id": "units",
                "harness": {
                    "run": ["sh", "units"],
                    "report": "tap",
                    "tests": [{"id": "squares", "points": 2}, {"id": "cubes", "points": 3}],
                },
            }
        ],
    }
    script = (
        'echo "TAP version 13"; echo 1..2\n'
        'test "$(echo 7 | /cupel/exec -- sh program)" = 49 && echo "ok 1 - squares"\n'
        'test "$(echo 2 | /cupel/exec -- sh program)" = 8 || echo "not ok 2 - cubes"\n'
    )
    return _grade(folder, definition, units=script)


def _grade(folder, definition, **files):
    support.write(folder / "grader/grader.json", json.dumps(definition))
    for name, text in files.items():
        support.write(folder / "grader" / name, text)
    with zipfile.ZipFile(folder / "submission.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("program", "read n; echo $((n * n))\n")
    return ["grade", str(folder / "grader"), str(folder / "submission.zip")]


def make_run(folder):
    """One command, with files and a report."""
    command = "cat; echo told >&2; exit 3"
    return ["run", "--report", "AT/report", "--", "sh", "-c", command]


JOBS = {"grade": make_grade, "harness": make_harness, "run": make_run}


def make_job(name, folder):
    folder = Path(folder) / name
    folder.mkdir(parents=True)
    return faults.Job(name, folder, *JOBS[name](folder))


def all_points(job, kind=None, call=None):
    for (of, name), count in sorted(job.counts.items()):
        if kind in (None, of) and call in (None, name):
            for error in faults.errors_of(name):
                yield from ((of, name, number, error) for number in range(1, count + 1))


def go(job, points, leave=False):
    """(point, class or Finding) of each point."""

    def fail(point):
        try:
            return point, job.fail(*point, leave=leave)
        except faults.Finding as finding:
            return point, finding

    with ThreadPoolExecutor(WORKERS) as pool:
        yield from pool.map(fail, points)


def go_through(job, kind=None, call=None):
    table = collections.defaultdict(collections.Counter)
    found = 0
    for point, end in go(job, all_points(job, kind, call)):
        name = "finding" if isinstance(end, faults.Finding) else end
        table[point[:2]][name] += 1
        if name == "finding":
            found += 1
            print(job.name, *point, end, flush=True)
    for (of, name), ends in table.items():
        print(f"{job.name} {of} {name}:", ", ".join(f"{n} {end}" for end, n in sorted(ends.items())))
    return found


def main_all(job=None, kind=None, call=None):
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in JOBS if job is None else [job]:
            found += go_through(make_job(name, folder), kind, call)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--all"]:
        main_all(*sys.argv[2:])
    support.main()
