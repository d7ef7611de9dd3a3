"""Tests of Vector. Each kind of error has a test of its own, which says what was found."""

import unittest

from vectors import Vector


class Basics(unittest.TestCase):
    def test_equality(self):
        self.assertEqual(Vector(1, 2), Vector(1, 2))
        self.assertNotEqual(Vector(1, 2), Vector(2, 1))
        self.assertNotEqual(Vector(1, 2), Vector(1, 2, 0))
        self.assertFalse(Vector(1, 2) == "Vector(1, 2)")
        self.assertEqual(hash(Vector(1, 2)), hash(Vector(1, 2)))
        self.assertEqual(len({Vector(1, 2), Vector(1, 2), Vector(3, 4)}), 2)

    def test_repr(self):
        self.assertEqual(repr(Vector(1, -2.5)), "Vector(1, -2.5)")
        self.assertEqual(repr(Vector(7)), "Vector(7)")

    def test_sequence(self):
        v = Vector(4, 5, 6)
        self.assertEqual(len(v), 3)
        self.assertEqual([v[0], v[2], v[-1]], [4, 6, 6])
        self.assertEqual(list(v), [4, 5, 6])
        with self.assertRaises(IndexError):
            v[3]

    def test_cannot_change(self):
        v = Vector(1, 2)
        with self.assertRaises(TypeError):
            v[0] = 9
        w = v
        w += Vector(1, 1)
        self.assertEqual((v, w), (Vector(1, 2), Vector(2, 3)))


class Arithmetic(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(Vector(1, 2) + Vector(10, 20), Vector(11, 22))
        self.assertEqual(Vector(1, 2) - Vector(10, 20), Vector(-9, -18))
        self.assertEqual(-Vector(1, -2), Vector(-1, 2))

    def test_scalar(self):
        self.assertEqual(Vector(1, 2) * 3, Vector(3, 6))
        self.assertEqual(3 * Vector(1, 2), Vector(3, 6))
        self.assertEqual(Vector(1, 2) / 4, Vector(0.25, 0.5))

    def test_dot(self):
        self.assertEqual(Vector(1, 2, 3) @ Vector(4, -5, 6), 12)
        self.assertEqual(Vector(1, 0) @ Vector(0, 1), 0)

    def test_length(self):
        self.assertAlmostEqual(abs(Vector(3, 4)), 5)
        self.assertAlmostEqual(abs(Vector(1, 1, 1, 1)), 2)
        self.assertAlmostEqual(abs(Vector(3e200, 4e200)) / 1e200, 5)

    def test_sizes_that_differ(self):
        for operate in (Vector.__add__, Vector.__sub__, Vector.__matmul__):
            with self.subTest(operate=operate.__name__), self.assertRaises(ValueError):
                operate(Vector(1, 2), Vector(1, 2, 3))

    def test_foreign_operands(self):
        for operate in (Vector.__add__, Vector.__mul__, Vector.__matmul__):
            with self.subTest(operate=operate.__name__):
                self.assertIs(operate(Vector(1, 2), "text"), NotImplemented)


class Cross(unittest.TestCase):
    def test_cross(self):
        self.assertEqual(Vector(1, 2, 3).cross(Vector(4, 5, 6)), Vector(-3, 6, -3))
        with self.assertRaises(ValueError):
            Vector(1, 2).cross(Vector(3, 4))
