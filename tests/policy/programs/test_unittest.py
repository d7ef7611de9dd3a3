"""A learner's tests for unittest."""

import unittest


class Sums(unittest.TestCase):
    def test_sums(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertEqual(number + 0, number)
