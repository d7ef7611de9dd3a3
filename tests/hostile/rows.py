"""Test cases that have a test for each technique, and print its row."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import support
from suite import Suite, show


class Case(support.TestCase):
    """A class that derives from this has TECHNIQUES, and examine(suite, technique) that makes a
    row. All are examined side by side, and each is a test of its own."""

    TECHNIQUES = ()
    MODES = (None,)
    mode = None

    @classmethod
    def setUpClass(cls):
        cls.suite = Suite()
        cls.addClassCleanup(cls.suite.close)
        pool = ThreadPoolExecutor(max_workers=os.cpu_count())
        cls.addClassCleanup(pool.shutdown)
        cls.rows = {
            technique.name: pool.submit(cls.examine, cls.suite, technique)
            for technique in cls.TECHNIQUES
        }

    def check(self, name):
        row = self.rows[name].result()
        if self.mode:
            row["mode"] = self.mode
        show(row)
        self.assertEqual(row["faults"], [], row)


def _add_tests(case):
    for technique in case.TECHNIQUES:
        setattr(case, f"test_{technique.name}", lambda self, n=technique.name: self.check(n))
    return case


def main(case):
    """Run the tests of a class, in each of its modes."""
    module = sys.modules["__main__"]
    delattr(module, case.__name__)
    for mode in case.MODES:
        name = f"{case.__name__}_{mode}" if mode else case.__name__
        made = type(name, (case,), {"mode": mode, "__module__": "__main__"})
        setattr(module, name, _add_tests(made))
    support.main()
