"""What the Python tests share: where things are, running cupel, folders, visible skips.

A test file imports this (PYTHONPATH has tests/), derives from support.TestCase and ends with

    if __name__ == "__main__":
        support.main()
"""

import ctypes
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("CUPEL_SOURCE", Path(__file__).resolve().parent.parent))
PREFIX = Path(os.environ.get("CUPEL_PREFIX", SOURCE / "build/release/stage"))
HELPERS = Path(os.environ.get("CUPEL_HELPERS", PREFIX.parent / "helpers"))
CUPEL = PREFIX / "bin/cupel"
GRADERS = PREFIX / "share/cupel/graders"
POLICIES = PREFIX / "share/cupel/policies"
SCHEMAS = SOURCE / "docs/schema"

GUEST = os.environ.get("CUPEL_GUEST")  # "uml" or "qemu" in a guest of tests/vm
SLOWNESS = 5 if GUEST else 1  # what an emulated processor needs times the usual
SANITIZED = os.environ.get("CUPEL_SANITIZED") == "1"  # sanitizers slow the watchdog down

LONG = os.environ.get("CUPEL_TESTS_LONG") == "1"  # all, where some is enough for everyday

MUST_RUN = os.environ.get("CUPEL_TESTS_MUST_RUN") == "1"
SKIPPED = 77  # what ctest knows as a skip (SKIP_RETURN_CODE)
SANITIZER = 99  # exit code of a sanitizer's report, see cmake/testing.cmake


class TestCase(unittest.TestCase):
    """A test case with folders of its own and a way to run cupel."""

    maxDiff = None

    def folder(self):
        """A fresh folder that goes away with the test."""
        path = tempfile.mkdtemp(prefix="cupel-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return Path(path)

    def cupel(self, *args, stdin=b"", timeout=60, wrap=(), **options):
        """Run cupel; its exit status, stdout and stderr (text). A sanitizer's report fails."""
        done = subprocess.run(
            [*wrap, CUPEL, *map(os.fspath, map(_plain, args))],
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
            **options,
        )
        done.stdout = done.stdout.decode("utf-8", "surrogateescape")
        done.stderr = done.stderr.decode("utf-8", "surrogateescape")
        self.assertNotIn("Sanitizer", done.stderr)
        self.assertNotIn("runtime error:", done.stderr)
        self.assertNotEqual(done.returncode, SANITIZER, done.stderr)
        return done

    def grade(self, grader, submission, *options, code=0, **keywords):
        """The result of `cupel grade`, which must end with the given exit code."""
        done = self.cupel("grade", *options, grader, submission, **keywords)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout[:2000])
        return json.loads(done.stdout)

    def wait_for(self, claim):
        end = time.monotonic() + 20
        while not claim():
            self.assertLess(time.monotonic(), end, "nothing has happened for 20 s")
            time.sleep(0.01)

    def start_boxed(self, *options):
        """A `cupel run` whose command is at work and stays so; killed when the test ends."""
        cupel = subprocess.Popen(
            [CUPEL, "run", *options, "--", "sh", "-c", "echo; exec sleep 60"],
            stdout=subprocess.PIPE,
        )
        self.addCleanup(cupel.stdout.close)
        self.addCleanup(cupel.wait)
        self.addCleanup(cupel.kill)
        self.assertEqual(cupel.stdout.readline(), b"\n")
        return cupel

    def run_boxed(self, *command, options=(), wrap=(), **keywords):
        """`cupel run OPTIONS -- COMMAND`: (finished process, report or None)."""
        report = self.folder() / "report.json"
        done = self.cupel(
            "run", "--report", report, *options, "--", *command, wrap=wrap, **keywords
        )
        return done, json.loads(report.read_text()) if report.exists() else None


def schema_faults(document, name):
    """What a document has against docs/schema/NAME.schema.json, as messages."""
    if importlib.util.find_spec("jsonschema") is None:
        raise unittest.SkipTest("python3-jsonschema is not installed")
    import jsonschema

    schemas = {p.name: json.loads(p.read_text()) for p in SCHEMAS.glob("*.schema.json")}
    schema = schemas[f"{name}.schema.json"]
    store = {"/" + file: s for file, s in schemas.items()}
    store |= {s["$id"]: s for s in schemas.values() if "$id" in s}
    resolver = jsonschema.RefResolver.from_schema(schema, store=store)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    faults = kind(schema, resolver=resolver).iter_errors(document)
    return ["/".join(map(str, f.absolute_path)) + ": " + f.message for f in faults]


def _plain(arg):
    return arg if isinstance(arg, (str, bytes, os.PathLike)) else str(arg)


def write(path, text, mode=0o644):
    """Write a text file, with the folders above it; its path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def landlock_abi():
    """0 where the kernel has no Landlock."""
    create_ruleset, version = 444, 1
    return max(0, ctypes.CDLL(None).syscall(create_ruleset, None, 0, version))


def need(program):
    """Path of a program that the test needs; skips where it is missing."""
    path = shutil.which(program)
    if path is None:
        raise unittest.SkipTest(f"{program} is not installed")
    return path


def main():
    """Run the tests of the calling file: 0, 1, or 77 if some were skipped and none failed."""
    result = unittest.main(exit=False, verbosity=2).result
    for test, reason in result.skipped:
        print(f"skipped: {test.id()}: {reason}", file=sys.stderr)
    if not result.wasSuccessful() or result.testsRun == 0:
        sys.exit(1)
    if result.skipped:
        sys.exit(1 if MUST_RUN else SKIPPED)
    sys.exit(0)
