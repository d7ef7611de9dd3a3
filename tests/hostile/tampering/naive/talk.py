"""Asks for a sum, twice."""

import sys

for a, b in ((2, 3), (20, 22)):
    print(a, b, flush=True)
    if int(sys.stdin.readline()) != a + b:
        sys.exit(1)
