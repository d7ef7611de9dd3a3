"""A real root by bisection between the roots of the derivative."""

import sys


def value(coefficients, x):
    result = 0.0
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


def bisect(coefficients, low, high):
    """None if the sign is the same at both ends."""
    sign = value(coefficients, low)
    if sign * value(coefficients, high) > 0:
        return None
    for _ in range(300):
        middle = (low + high) / 2
        if sign * value(coefficients, middle) <= 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def roots(coefficients):
    if len(coefficients) < 2:
        return []
    derivative = [power * c for power, c in enumerate(coefficients)][1:]
    bound = 1 + max(abs(c / coefficients[-1]) for c in coefficients)
    ends = [-bound, *roots(derivative), bound]
    found = (bisect(coefficients, low, high) for low, high in zip(ends, ends[1:]))
    return [x for x in found if x is not None]


found = roots([float(word) for word in sys.stdin.read().split()])
print(repr(found[-1]) if found else "none")
