"""Tests leap.py, and writes what Gradescope shows."""

import json
import resource
import subprocess
import tempfile

# name, year, what is printed, points, visibility
TESTS = [
    ("An ordinary year", "2023", "no", 2, "visible"),
    ("A leap year", "2024", "yes", 3, "visible"),
    ("A century", "1900", "no", 3, "visible"),
    ("A fourth century", "2000", "yes", 2, "hidden"),
]


def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def run(year):
    """What leap.py prints."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        try:
            subprocess.run(
                ["python3", "leap.py", year],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=5,
                preexec_fn=limit,
            )
        except subprocess.TimeoutExpired:
            return "no answer within 5 seconds"
        output.seek(0)
        return output.read().strip()


def test(name, year, expected, points, visibility):
    found = run(year)
    return {
        "name": name,
        "score": points if found == expected else 0,
        "max_score": points,
        "output": f"leap.py {year}: expected {expected}, found {found[:1000]}",
        "visibility": visibility,
    }


with open("/autograder/results/results.json", "w") as file:
    json.dump({"tests": [test(*words) for words in TESTS]}, file)
