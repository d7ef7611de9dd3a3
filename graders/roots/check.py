"""A checker: whether what a learner's program printed is a root, or rightly "none".

    check.py INPUT OUTPUT ANSWER

INPUT: coefficients, the constant first. ANSWER: how many roots there are. Protocol testlib: exit
code 0 accepts, 1 rejects, 2 is for what is no answer at all, 7 gives a part of the points.

A root lies where the sign changes: between a little less and a little more than what was found.
So no list of roots is needed, and it does not matter which of them was found.
"""

import math
import sys
from fractions import Fraction

FINE, COARSE, PART = 1e-9, 1e-3, 0.5


def end(code, message):
    print(message, file=sys.stderr)
    sys.exit(code)


def value(coefficients, x):
    """Without any error of rounding."""
    result = Fraction(0)
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


def is_near_root(coefficients, x, tolerance):
    width = Fraction(tolerance) * max(1, abs(x))
    return value(coefficients, x - width) * value(coefficients, x + width) <= 0


def read_number(text):
    words = text.split()
    if len(words) != 1:
        end(2, f'expected a number or "none", found {len(words)} words')
    if words[0] == "none":
        return None
    try:
        found = float(words[0])
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        end(2, f'expected a number or "none", found {words[0][:40]!r}')
    return Fraction(found)


def main():
    given, output, answer = sys.argv[1:]
    with open(given, encoding="ascii") as file:
        coefficients = [Fraction(word) for word in file.read().split()]
    with open(answer, encoding="ascii") as file:
        count = int(file.read())
    with open(output, encoding="ascii", errors="replace") as file:
        found = read_number(file.read(4096))

    if found is None:
        end(*((1, "there is a root") if count else (0, "there is none, indeed")))
    if count == 0:
        end(1, f"{float(found)!r} is no root: there is none")
    if is_near_root(coefficients, found, FINE):
        end(0, f"{float(found)!r} is a root to {FINE}")
    if is_near_root(coefficients, found, COARSE):
        end(7, f"points {PART} {float(found)!r} is a root to {COARSE} only; {FINE} is asked for")
    end(1, f"there is no root near {float(found)!r}")


main()
