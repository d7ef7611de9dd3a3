"""Empty cells count as 0, the median is of numbers that are not sorted, the deviation that of a
whole population by the formula that loses digits; a column that is missing ends in a traceback."""

import csv
import math
import sys

column = sys.argv[1]
file = open(sys.argv[2]) if len(sys.argv) > 2 else sys.stdin
numbers = [float(row[column] or 0) for row in csv.DictReader(file)]
count = len(numbers)
mean = sum(numbers) / count
print("count", count)
print("mean", mean)
print("median", numbers[count // 2])
print("stdev", math.sqrt(abs(sum(x * x for x in numbers) / count - mean * mean)))
