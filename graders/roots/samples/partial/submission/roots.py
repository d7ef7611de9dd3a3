"""Steps by a thousandth from the left until the sign changes: roots are not exact."""

import sys

coefficients = [float(word) for word in sys.stdin.read().split()]


def value(x):
    result = 0.0
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


for step in range(-50000, 50000):
    if value(step / 1000) * value((step + 1) / 1000) <= 0:
        print(step / 1000 + 0.0003)
        break
else:
    print("none")
