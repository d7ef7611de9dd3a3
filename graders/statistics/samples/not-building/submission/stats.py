"""A parenthesis is missing."""

import csv
import sys

rows = list(csv.DictReader(sys.stdin)
print("count", len(rows))
