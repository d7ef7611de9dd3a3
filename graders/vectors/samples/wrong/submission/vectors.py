"""A list: + joins, * repeats, and nothing is refused."""


class Vector(list):
    def __init__(self, *components):
        super().__init__(components)

    def __matmul__(self, other):
        return [a * b for a, b in zip(self, other)]

    def __abs__(self):
        return sum(self)
