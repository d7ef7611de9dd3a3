"""Compares output with answer; writes a copy for its log."""

import sys

_, output, answer = (open(path).read().split() for path in sys.argv[1:4])
with open("log", "a", encoding="utf-8") as log:
    print(output[:100], answer, file=log)
sys.exit(0 if output == answer else 1)
