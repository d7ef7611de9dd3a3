"""Counts from one, and does not look at its options."""

import sys

data = sys.stdin.buffer.read()
print(data.count(b"\n") + 1, len(data.split()) + 1, len(data) + 1)
