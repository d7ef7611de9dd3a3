"""Reading reports with the helper read_report."""

import json
import subprocess

from support import HELPERS, SOURCE

SAMPLES = SOURCE / "tests/report/samples"

KINDS = {  # by the end of a file's name
    ".junit.xml": "junit",
    ".ctest.xml": "ctest",
    ".gtest-json.json": "gtest-json",
    ".json": "json",
    ".tap": "tap",
}


def kind_of(path):
    """The kind of report that a file is, by its name."""
    return next(kind for suffix, kind in KINDS.items() if path.name.endswith(suffix))


def samples():
    """All samples, in order; what belongs to one ends in .expected."""
    return [p for p in sorted(SAMPLES.iterdir()) if p.suffix in (".xml", ".json", ".tap")]


def run(*args, **options):
    """Run read_report; a sanitizer's report is none of its exit codes."""
    done = subprocess.run(
        [HELPERS / "read_report", *args],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=150,
        check=False,
        **options,
    )
    if done.returncode not in (0, 1):
        raise AssertionError(done.stderr)
    return done


def read(kind, path):
    """What a report says; an AssertionError if it is not one."""
    done = run(kind, path)
    if done.returncode != 0:
        raise AssertionError(f"{path}: {done.stderr}")
    return json.loads(done.stdout)


def outcomes(report):
    """(id, outcome) of each test."""
    return [(t["id"], t["outcome"]) for t in report["tests"]]
