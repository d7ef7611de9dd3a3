"""Prints the mean of the numbers on its standard input; with --follow, after each of them."""

import sys

numbers = []
if "--follow" in sys.argv:
    for line in sys.stdin:
        numbers.append(float(line))
        print(sum(numbers) / len(numbers), flush=True)
else:
    numbers = [float(word) for word in sys.stdin.read().split()]
    print(sum(numbers) / len(numbers))
