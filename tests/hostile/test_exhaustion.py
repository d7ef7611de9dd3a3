"""Techniques to take what is scarce: each ended by its limit, and in a control run with room."""

import rows
import technique
from suite import limits


class Exhaustion(rows.Case):
    TECHNIQUES = technique.techniques("exhaustion")
    MODES = limits.MODES
    mode = None

    @classmethod
    def examine(cls, suite, technique):
        return suite.exhaustion(technique, cls.mode)


if __name__ == "__main__":
    rows.main(Exhaustion)
