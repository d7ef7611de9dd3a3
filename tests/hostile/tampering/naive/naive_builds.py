"""Naive autograders that build what was handed in."""

import os
import shutil
import subprocess
import time

from naive_tools import BOX, EXPECTED, HERE, NAIVE, compare, run


def build():
    subprocess.run("gcc -w -o main *.c", shell=True, cwd=HERE, check=True)
    return compare(["./main"])


def make():
    """What is expected comes when the build has ended."""
    shutil.move(EXPECTED, BOX / "later")
    subprocess.run(["make", "-s"], cwd=HERE, check=False, timeout=60)
    shutil.move(BOX / "later", EXPECTED)
    time.sleep(0.5)
    return compare(["./main"])


def make_test():
    shutil.copy(NAIVE / "test_main.c", HERE)
    return 10 * (run(["make", "-s", "test"], timeout=60).returncode == 0)


def c_tests():
    shutil.copy(NAIVE / "test_main.c", HERE)
    built = subprocess.run("gcc -w -o tests *.c && ./tests", shell=True, cwd=HERE, check=False)
    return 10 * (built.returncode == 0)


KINDS = {"build": build, "make": make, "make test": make_test, "c tests": c_tests}
