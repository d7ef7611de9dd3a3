"""Runs the submission from outside, and writes its feedback when it has ended."""

import json
import subprocess

CASES = (("2 3", "5"), ("20 22", "42"))

passed = 0
for given, answer in CASES:
    done = subprocess.run(
        ["python3", "/shared/submission/main.py"], input=given.encode(), stdout=subprocess.PIPE
    )
    output = done.stdout.decode(errors="replace")
    passed += output.split() == [answer]
with open("/shared/feedback.json", "w", encoding="utf-8") as file:
    json.dump({"fractionalScore": passed / len(CASES), "feedback": f"{passed} passed"}, file)
