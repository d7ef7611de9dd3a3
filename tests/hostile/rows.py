"""Test cases that have a test for each technique, and print its row."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import support
from suite import IS_ROOT, Suite, show


# Where all is slow, one technique in so many is tried each time, others by root than by an ordinary
# user; all of them with CUPEL_TESTS_LONG=1.
ONE_IN = {"uml": 6, "qemu": 12}.get(support.GUEST, 4 if support.SANITIZED else 1)


def is_in_share(number):
    """Whether this technique of all, counted from 0, is tried this time."""
    one_in = 1 if support.LONG else ONE_IN
    return number % one_in == (0 if IS_ROOT else one_in // 2)


def chosen(techniques):
    """Those that are tried here: what the command line names, as unittest does, or a share."""
    named = {name.rpartition(".test_")[2] for name in sys.argv[1:] if ".test_" in name}
    if named:
        return [technique for technique in techniques if technique.name in named]
    return [
        technique
        for number, technique in enumerate(techniques)
        if is_in_share(number) or technique.control == "guest"
    ]


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
    case.TECHNIQUES = chosen(case.TECHNIQUES)
    delattr(module, case.__name__)
    for mode in case.MODES:
        name = f"{case.__name__}_{mode}" if mode else case.__name__
        made = type(name, (case,), {"mode": mode, "__module__": "__main__"})
        setattr(module, name, _add_tests(made))
    support.main()
