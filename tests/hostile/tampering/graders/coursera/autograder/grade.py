"""Runs the submission from outside, and writes its feedback when it has ended.

grade.py SUBMISSION RESULTS: the results are those of Coursera and of PrairieLearn alike.
"""

import json
import os
import subprocess
import sys

CASES = (("2 3", "5"), ("20 22", "42"))
submission, results = sys.argv[1:]

passed = 0
for given, answer in CASES:
    done = subprocess.run(
        ["python3", f"{submission}/main.py"], input=given.encode(), stdout=subprocess.PIPE
    )
    output = done.stdout.decode(errors="replace")
    passed += output.split() == [answer]
score = passed / len(CASES)
os.makedirs(os.path.dirname(results), exist_ok=True)
with open(results, "w", encoding="utf-8") as file:
    told = {"fractionalScore": score, "feedback": f"{passed} passed"}
    json.dump(told | {"score": score, "gradable": True}, file)
