"""Grades a program that prints prime numbers; arguments: up to which."""

import json
import resource
import subprocess
import sys
import tempfile

SECONDS = 5


def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def run(number):
    """What the program prints; None if it fails."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        try:
            done = subprocess.run(
                ["python3", "submitted.py", str(number)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                preexec_fn=limit,
            )
        except subprocess.TimeoutExpired:
            return None
        output.seek(0)
        return output.read().split() if done.returncode == 0 else None


def primes(number):
    composite = bytearray(number + 1)
    for i in range(2, number + 1):
        if not composite[i]:
            yield str(i)
            for j in range(i * i, number + 1, i):
                composite[j] = 1


def check(number):
    """An empty text, or what is wrong."""
    found = run(number)
    if found is None:
        return f"primes.py {number} failed, or took more than {SECONDS} seconds."
    if found != list(primes(number)):
        return f"primes.py {number} printed {len(found)} words: not the primes up to there."
    return ""


numbers = [int(word) for word in sys.argv[1:]]
complaints = [check(number) for number in numbers]
right = complaints.count("")
# Nothing is to be printed for 1: alone, that is no achievement.
if right == 1:
    right = 0
feedback = "\n".join(filter(None, complaints)) or "Congratulations! All lists are right."
print(json.dumps({"fractionalScore": round(right / len(numbers), 4), "feedback": feedback}))
