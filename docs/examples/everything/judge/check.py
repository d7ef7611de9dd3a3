"""The mean is worth everything, the median half."""

import json
import statistics
import sys

numbers = [float(word) for word in open(sys.argv[1]).read().split()]
words = open(sys.argv[2]).read().split()
mean = float(open(sys.argv[3]).read())
try:
    found = float(words[0])
except (IndexError, ValueError):
    found = float("nan")
if abs(found - mean) < 1e-6:
    answer = {"score": 1}
elif abs(found - statistics.median(numbers)) < 1e-6:
    answer = {"score": 0.5, "message": "this is the median, not the mean"}
else:
    answer = {"score": 0, "message": f"expected about {mean:.4g}"}
print(json.dumps(answer))
