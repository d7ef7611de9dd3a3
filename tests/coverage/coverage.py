"""Which lines of src/ the tests have run: coverage.py BUILD.

BUILD was made with CUPEL_COVERAGE, and tests have run in it: on this machine, and in guests, which
leave their counts with their results. Lines are counted in what becomes part of libcupel; what
runs in a cell is the real thing, and counts nothing.

Prints how many lines of each folder were run, and the others by file. Exit status: 0, or 1 if one
of FOLDERS, which decide and measure, has less than LEAST percent.
"""

import collections
import json
import os
import subprocess
import sys
from pathlib import Path

FOLDERS = ("policy", "report", "score", "wire", "sandbox")
LEAST = 90
SOURCE = Path(__file__).resolve().parents[2]


def with_counts_of_guests(build, notes):
    """The notes of the compiler, and beside each count that came from a guest a link to them."""
    yield from notes
    for folder in build.glob("guest/*/counts.*"):
        for note in notes:
            count = folder / note.relative_to("/").with_suffix(".gcda")
            if count.exists():
                link = count.with_suffix(".gcno")
                link.unlink(missing_ok=True)
                link.symlink_to(note)
                yield link


def executions(build):
    """{path below src/: {line: how often it was run}}"""
    notes = sorted((build / "CMakeFiles/libcupel.dir/src").rglob("*.gcno"))
    if not notes:
        sys.exit(f"{build}: not built with CUPEL_COVERAGE")
    files = collections.defaultdict(collections.Counter)
    command = ["gcov", "--json-format", "--stdout", *with_counts_of_guests(build, notes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=build)
    if done.returncode != 0:  # counts of what was built anew since, for one
        sys.exit(f"gcov: exit status {done.returncode}\n{done.stderr}")
    for document in map(json.loads, done.stdout.splitlines()):
        for file in document["files"]:
            path = os.path.join(document["current_working_directory"], file["file"])
            path = Path(os.path.normpath(path))
            if path.is_relative_to(SOURCE / "src"):
                for line in file["lines"]:
                    files[path.relative_to(SOURCE / "src")][line["line_number"]] += line["count"]
    return files


def ranges(numbers):
    """"3, 5-7" of 3, 5, 6, 7."""
    found = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def main(build):
    files = executions(Path(build).resolve())
    low = False
    for folder in sorted({path.parts[0] for path in files}):
        counts = [n for path in files if path.parts[0] == folder for n in files[path].values()]
        percent = 100 * sum(n > 0 for n in counts) / len(counts)
        is_low = folder in FOLDERS and percent < LEAST
        low = low or is_low
        print(f"{folder:10} {sum(n > 0 for n in counts):6} of {len(counts):6} lines, "
              f"{percent:.1f} %{f', less than {LEAST} %' if is_low else ''}")
    print("\nNot run:")
    for path in sorted(files):
        missed = [line for line, n in files[path].items() if n == 0]
        if missed:
            print(f"src/{path}: {ranges(missed)}")
    return 1 if low else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} BUILD")
    sys.exit(main(sys.argv[1]))
