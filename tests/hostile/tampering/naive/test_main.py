import unittest

import main


class Sum(unittest.TestCase):
    def test_small(self):
        self.assertEqual(main.add(2, 3), 5)

    def test_larger(self):
        self.assertEqual(main.add(20, 22), 42)
