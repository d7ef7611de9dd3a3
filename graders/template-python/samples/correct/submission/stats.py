import statistics
import sys

KINDS = {"mean": statistics.mean, "median": statistics.median}

if len(sys.argv) != 2 or sys.argv[1] not in KINDS:
    sys.exit(2)
print(KINDS[sys.argv[1]]([float(word) for word in sys.stdin.read().split()]))
