"""Figures of a column of a table."""

import argparse
import csv
import statistics
import sys


def show(numbers):
    print("count", len(numbers))
    print("mean", repr(statistics.fmean(numbers)))
    print("median", repr(statistics.median(numbers)))
    print("stdev", repr(statistics.stdev(numbers)) if len(numbers) > 1 else "-")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--by")
    parser.add_argument("column")
    parser.add_argument("table", nargs="?", default="-")
    args = parser.parse_args()

    groups = {}
    with sys.stdin if args.table == "-" else open(args.table, newline="") as file:
        rows = csv.DictReader(file)
        for name in filter(None, [args.column, args.by]):
            if name not in rows.fieldnames:
                sys.stderr.write(f"stats.py: there is no column {name}\n")
                return 2
        for row in rows:
            if row[args.column]:
                key = row[args.by] if args.by else ""
                groups.setdefault(key, []).append(float(row[args.column]))

    for key in sorted(groups):
        if args.by:
            print(f"{args.by}={key}")
        show(groups[key])
    return 0


sys.exit(main())
