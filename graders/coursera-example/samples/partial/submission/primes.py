"""Tries every divisor: right, and too slow for large numbers. 1 is taken for a prime."""

import sys

number = int(sys.argv[1])
if number > 10000:
    sys.exit("that would take too long")
for i in range(1, number + 1):
    if all(i % divisor for divisor in range(2, i)):
        if i > 1 or number == 1:
            print(i)
