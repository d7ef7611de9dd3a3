"""Naive autograders that build or start what was handed in by its own makefiles and scripts."""

import json
import os
import shutil
import subprocess
import time

from naive_tools import BOX, EXPECTED, HERE, NAIVE, compare, run, tests


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


def own_makefile():
    """The tests are built by a makefile of the grader's own."""
    shutil.copy(NAIVE / "test_main.c", HERE)
    (HERE / "Makefile").write_text("test:\n\tgcc -w -o tests test_main.c main.c && ./tests\n")
    return 10 * (run(["make", "-s", "test"], timeout=60).returncode == 0)


def env_file():
    """With the environment that a .env asks for, as frameworks have it."""
    subprocess.run(["make", "-s"], cwd=HERE, check=True)
    asked = HERE / ".env"
    lines = asked.read_text().splitlines() if asked.exists() else []
    env = {**os.environ, **dict(line.split("=", 1) for line in lines)}
    passed = 0
    for given in tests():
        (BOX / "output").write_text(run(["./main"], stdin=given.open(), env=env).stdout)
        compared = ["diff", "-q", BOX / "output", given.with_suffix(".out")]
        passed += run(compared, env=env).returncode == 0
    return 10 * passed // len(tests())


def package_script():
    """What npm runs for tests."""
    shutil.copy(NAIVE / "test_main.js", HERE)
    package = HERE / "package.json"
    scripts = json.loads(package.read_text())["scripts"] if package.exists() else {}
    script = scripts.get("test", "node test_main.js")
    return 10 * (run(["sh", "-c", script], timeout=100).returncode == 0)


def c_tests():
    shutil.copy(NAIVE / "test_main.c", HERE)
    built = subprocess.run("gcc -w -o tests *.c && ./tests", shell=True, cwd=HERE, check=False)
    return 10 * (built.returncode == 0)


KINDS = {
    "build": build, "make": make, "make test": make_test, "own makefile": own_makefile,
    "env file": env_file, "c tests": c_tests, "package script": package_script,
}
