"""Test cases of archives and tampering: a test and a row of the table for each technique."""

import contextlib
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "grade")]

import grading
import rows
import support
from suite import show


class MisdeedCase(grading.GradeCase):
    """Its tests make a row by row_of(), check within finding(row), and end with end(row)."""

    def row_of(self, record, control):
        """record: name, family, technique and so on."""
        return {
            "family": record["family"], "technique": record["name"], "title": record["technique"],
            "verdict": "", "policies": {}, "alone": {}, "control": control, "control_answer": "",
            "faults": [],
        }

    @contextlib.contextmanager
    def finding(self, row):
        """What is not as it should be within becomes a fault, and the other checks go on."""
        try:
            yield
        except AssertionError as fault:
            row["faults"].append(str(fault)[:3000])

    def end(self, row):
        show(row)
        self.assertEqual(row["faults"], [], "\n".join(row["faults"]))


def share(techniques):
    """All of them, and in a guest, where all is slow, those whose turn it is."""
    return [
        technique
        for number, technique in enumerate(techniques)
        if not support.GUEST or rows.is_in_share(number)
    ]


def add_tests(case, techniques, check):
    """A test for each: check(self, technique), which returns the row."""
    for technique in techniques:
        def test(self, technique=technique):
            self.end(check(self, technique))

        setattr(case, f"test_{technique.name}", test)
