"""Newton's iteration from 0, which may divide by 0, go round, or find nothing."""

import sys

coefficients = [float(word) for word in sys.stdin.read().split()]
x = 0.0
for _ in range(100):
    value = slope = 0.0
    for coefficient in reversed(coefficients):
        slope = slope * x + value
        value = value * x + coefficient
    x -= value / slope
print(x)
