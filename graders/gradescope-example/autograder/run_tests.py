"""Builds and tests caesar, and prints what Gradescope shows."""

import json
import resource
import subprocess
import tempfile
import time

# number, name, command, input, points, visibility
TESTS = [
    ("1.1", "Three letters on", ["3"], "tests/latin.txt", "tests/latin.3", 5, "visible"),
    ("1.2", "Back again", ["-3"], "tests/latin.3", "tests/latin.txt", 5, "visible"),
    ("1.3", "More than once around", ["29"], "tests/latin.txt", "tests/latin.3", 4, "visible"),
    ("2.1", "Numbers and signs", ["13"], "tests/signs.txt", "tests/signs.13", 4, "hidden"),
]


def build():
    made = subprocess.run(["make", "caesar"], capture_output=True, text=True)
    return made.returncode == 0, made.stdout + made.stderr


def limit():
    """Learners' loops shall not fill the disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def run(arguments, stdin="/dev/null"):
    """Exit status and standard output."""
    with open(stdin) as given, tempfile.TemporaryFile("w+", errors="replace") as output:
        done = subprocess.run(
            ["./caesar", *arguments],
            stdin=given,
            stdout=output,
            stderr=subprocess.DEVNULL,
            timeout=5,
            preexec_fn=limit,
        )
        output.seek(0)
        return done.returncode, output.read()


def compare(found, expected):
    """The part of lines that are right, and the first that is not."""
    right, told = 0, ""
    found, expected = found.splitlines(), expected.splitlines()
    for number, line in enumerate(expected):
        got = found[number] if number < len(found) else "(nothing)"
        if got == line:
            right += 1
        elif not told:
            told = f"line {number + 1}:\n  expected {line}\n  found    {got}"
    if len(found) > len(expected):
        return 0, f"expected {len(expected)} lines, found {len(found)}"
    return right / len(expected), told or "All lines are right."


def run_test(number, name, arguments, stdin, expected, points, visibility):
    score, status, output = 0, "failed", ""
    try:
        code, found = run(arguments, stdin)
        if code != 0:
            output = f"exit status {code}"
        else:
            with open(expected) as file:
                part, output = compare(found, file.read())
            score = round(points * part, 1)
            status = "passed" if part == 1 else "failed"
    except subprocess.TimeoutExpired:
        output = "no answer within 5 seconds"
    return {
        "number": number,
        "name": name,
        "score": score,
        "max_score": points,
        "status": status,
        "output": output,
        "visibility": visibility,
        "tags": ["caesar"],
    }


def test_usage():
    code, found = run(["three"])
    right = code == 2 and found == ""
    return {
        "number": "2.2",
        "name": "A word is no number",
        "score": 2 if right else 0,
        "max_score": 2,
        "output": "" if right else f"expected exit status 2, found {code}",
    }


def main():
    start = time.time()
    built, log = build()
    if not built:
        print(json.dumps({"score": 0, "output": "caesar.c does not compile:\n" + log}))
        return
    tests = [run_test(*test) for test in TESTS] + [test_usage()]
    results = {
        "output": log,
        "stdout_visibility": "hidden",
        "tests": tests,
        "leaderboard": [{"name": "Right", "value": sum(test["score"] for test in tests)}],
        "execution_time": f"{time.time() - start:.2f}",
    }
    print(json.dumps(results, indent=2))


main()
