"""The last line is not indented."""

import sys

for line in sys.stdin:
print(line)
