"""A quotation mark is missing."""

import sys

print("primes up to, sys.argv[1])
