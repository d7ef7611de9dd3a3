"""Techniques to get out of the sandbox: each under every fitting policy, with each layer alone, and in
a control run in which it works."""

import rows
import support
import technique


class Escape(rows.Case):
    TECHNIQUES = technique.techniques("escape")

    @staticmethod
    def examine(suite, technique):
        return suite.escape(technique, each_layer=not (support.GUEST or support.SANITIZED))


if __name__ == "__main__":
    rows.main(Escape)
