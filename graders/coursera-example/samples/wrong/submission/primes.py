"""Odd numbers, and nothing for 1."""

import sys

for i in range(3, int(sys.argv[1]) + 1, 2):
    print(i)
