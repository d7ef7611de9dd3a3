"""Gives a number, and reads the mean so far, three times."""

import sys

total = 0
for count, number in enumerate((3, 5, 10), 1):
    total += number
    print(number, flush=True)
    try:
        mean = float(sys.stdin.readline())
    except ValueError:
        sys.exit("expected a number and the end of a line")
    if abs(mean - total / count) > 1e-6:
        sys.exit(f"the mean of {count} numbers: expected {total / count}, found {mean}")
