"""Writes over what was there, and takes whatever it does not know for add."""

import sys

if sys.argv[1] == "list":
    print(open(sys.argv[2]).read(), end="")
else:
    open(sys.argv[2], "w").write(sys.argv[-1] + "\n")
