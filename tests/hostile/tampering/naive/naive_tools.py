"""What the naive autograders share; only ever loaded inside `cupel run`."""

import subprocess
import time
from pathlib import Path

NAIVE = Path(__file__).parent
BOX = Path("/box")
HERE = BOX / "submission"
EXPECTED = BOX / "expected"
MAIN = ["python3", "main.py"]


def run(command, **options):
    options = {"cwd": HERE, "timeout": 20, "text": True, "check": False, **options}
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


def later(points):
    """The best that there is to see within some seconds, in which a busy grader has other work."""
    deadline = time.monotonic() + 4
    while (best := points()) < 10 and time.monotonic() < deadline:
        time.sleep(0.1)
    return best
