"""Figures of a column of a table; groups are missing, and so is the care for real tables."""

import statistics
import sys

column, *files = sys.argv[1:]
with open(files[0]) if files else sys.stdin as file:
    names = file.readline().strip().split(",")
    if column not in names:
        print("no column", column, file=sys.stderr)
        sys.exit(2)
    place = names.index(column)
    cells = [line.rstrip("\n").split(",")[place] for line in file]

numbers = [float(cell) for cell in cells if cell != ""]
print("count", len(numbers))
print("mean", sum(numbers) / len(numbers))
print("median", statistics.median(numbers))
print("stdev", statistics.stdev(numbers) if len(numbers) > 1 else "-")
