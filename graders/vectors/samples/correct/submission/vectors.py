"""Vectors that cannot change."""

import math
from numbers import Real


class Vector(tuple):
    """Components of a tuple, and the arithmetic of vectors."""

    __slots__ = ()

    def __new__(cls, *components):
        return super().__new__(cls, components)

    def __repr__(self):
        return f"Vector({', '.join(map(repr, self))})"

    def __eq__(self, other):
        return isinstance(other, Vector) and tuple.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return tuple.__hash__(self)

    def pairs(self, other):
        if len(self) != len(other):
            raise ValueError(f"{self} and {other} have different sizes")
        return zip(self, other)

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(*(a + b for a, b in self.pairs(other)))

    def __sub__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(*(a - b for a, b in self.pairs(other)))

    def __neg__(self):
        return Vector(*(-a for a in self))

    def __mul__(self, number):
        if not isinstance(number, Real):
            return NotImplemented
        return Vector(*(a * number for a in self))

    __rmul__ = __mul__

    def __truediv__(self, number):
        if not isinstance(number, Real):
            return NotImplemented
        return Vector(*(a / number for a in self))

    def __matmul__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return sum(a * b for a, b in self.pairs(other))

    def __abs__(self):
        return math.hypot(*self)

    def cross(self, other):
        if len(self) != 3 or len(other) != 3:
            raise ValueError("only vectors of three components have a cross product")
        (a, b, c), (d, e, f) = self, other
        return Vector(b * f - c * e, c * d - a * f, a * e - b * d)
