"""Runs the submission from outside, and writes results when it has ended."""

import json
import os
import subprocess

CASES = (("2 3", "5"), ("20 22", "42"))

passed = 0
for given, answer in CASES:
    done = subprocess.run(
        ["python3", "/grade/student/main.py"], input=given.encode(), stdout=subprocess.PIPE
    )
    output = done.stdout.decode(errors="replace")
    passed += output.split() == [answer]
os.makedirs("/grade/results", exist_ok=True)
with open("/grade/results/results.json", "w", encoding="utf-8") as file:
    json.dump({"score": passed / len(CASES), "gradable": True}, file)
