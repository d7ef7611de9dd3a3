#!/usr/bin/env python3
"""Tests in guests, for ctest.

    guest_tests.py boot uml|qemu|systemd RESULTS LIST DEADLINE   run all tests of the list
    guest_tests.py result RESULTS PASS NAME    show a test's output, exit as it did
    guest_tests.py end RESULTS                 whether the guest itself came to its end

One boot serves all tests of a guest: `boot` is the set-up of a ctest fixture, which the others
require. It succeeds whatever the tests do, so that each of them has its own outcome in ctest; a
guest that dies or hangs fails `end`, and each test whose result is missing, with the last lines
of its console. A machine that lacks what a guest needs makes all of them visible skips.

The list has a line NAME SECONDS SCRIPT for each test, the script named as below the source folder.
What happens in the guest is told in `init`, how it is booted in guest.py. The guest `systemd` is
QEMU's with a root and a pid 1 of its own: see systemd/init and systemd/make_root.
"""

import os
import shutil
import sys
from pathlib import Path

import guest

LAST_LINES = 100
MAKE_ROOT = Path(__file__).resolve().parent / "systemd/make_root"
MUST_RUN = os.environ.get("CUPEL_TESTS_MUST_RUN") == "1"
HANDED_ON = ("CUPEL_TESTS_MUST_RUN", "CUPEL_TESTS_LONG")


def shares_of(kind, build):
    shares = {name: os.environ[f"CUPEL_{name.upper()}"] for name in ("prefix", "source", "helpers")}
    if kind == "systemd":
        shares["guest-root"] = build / "guest-root"
        recipe = build / "guest-root/recipe"
        if not recipe.exists() or recipe.read_bytes() != MAKE_ROOT.read_bytes():
            raise guest.Missing("the root of this guest: ./bootstrap test makes it, for root")
    return shares


def boot(kind, results, tests, deadline):
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    shutil.copy(tests, results / "tests")
    build = Path(os.environ["CUPEL_SOURCE"]) / "build"
    append = [f"CUPEL_GUEST={kind}", f"CUPEL_DEADLINE={int(deadline)}"]
    append += [f"{name}=1" for name in HANDED_ON if os.environ.get(name) == "1"]
    try:
        guest.boot(
            "uml" if kind == "uml" else "qemu", results, shares=shares_of(kind, build),
            init=f"/boot/source/tests/vm/{'systemd/' if kind == 'systemd' else ''}init",
            append=append, kernel=build / "kernel", deadline=deadline + 10,
        )
    except guest.Missing as missing:
        (results / "missing").write_text(f"{missing}\n")
    return 0


def last_lines(path):
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return "\n".join(lines[-LAST_LINES:])


def lacking(results):
    """The exit status of everything on a machine that cannot boot this guest, or None."""
    if not (results / "missing").exists():
        return None
    print("skipped: this machine lacks", (results / "missing").read_text().strip())
    return 1 if MUST_RUN else guest.SKIPPED


def end(results):
    status = lacking(results)
    if status is not None:
        return status
    ended = (results / "ended").exists()
    print("The guest came to its end." if ended else "The guest broke off. Its console:")
    print(last_lines(results / "console"))
    return 0 if ended else 1


def result(results, run, name):
    status = lacking(results)
    if status is not None:
        return status
    output, file = (results / f"{run}.{name}.{suffix}" for suffix in ("output", "status"))
    print(output.read_text(errors="replace") if output.exists() else "The test did not start.")
    if not file.exists():
        print("The guest broke off before the test ended. Its console:")
        print(last_lines(results / "console"))
        return 1
    status, seconds = map(int, file.read_text().split())
    print(f"exit status {status} after {seconds} s in the guest")
    return status


def main():
    match sys.argv[1:]:
        case ["boot", ("uml" | "qemu" | "systemd") as kind, results, tests, deadline]:
            return boot(kind, Path(results), tests, float(deadline))
        case ["result", results, ("root" | "user") as run, name]:
            return result(Path(results), run, name)
        case ["end", results]:
            return end(Path(results))
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
