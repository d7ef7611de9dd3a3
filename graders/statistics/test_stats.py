"""Tests of stats.py, which each call of /cupel/exec starts in the learner's cell.

To write another: add a function, and its id to "tests" of grader.json: test_stats.NAME.
"""

import csv
import io
import os
import statistics
import subprocess

import pytest

WEATHER = "data/weather.csv"


def stats(*words, table=None, stdin=""):
    """What stats.py did; table: a file of ours that is put beside it as table.csv."""
    put = ["--put", f"{table}:table.csv"] if table else []
    done = subprocess.run(
        ["/cupel/exec", "--report", "call.json", *put, "--", "python3", "stats.py", *words],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    # 125 is also what a program may end with that did run.
    if done.returncode == 125 and not os.path.exists("call.json"):
        pytest.exit(f"stats.py could not be started: {done.stderr}", returncode=3)
    return done


def figures(*words, **how):
    """What stats.py printed, by the first word of each line."""
    done = stats(*words, **how)
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-500:]}"
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if " " in line)


def number(found, name):
    assert name in found, f'no line "{name} …"'
    try:
        return float(found[name])
    except ValueError:
        pytest.fail(f"expected a number, found {name} {found[name][:40]!r}")


def column(name, **cells):
    """The numbers of a column of the weather, of rows with the given cells."""
    with open(WEATHER, encoding="utf-8", newline="") as file:
        return [
            float(row[name])
            for row in csv.DictReader(file)
            if row[name] and all(row[key] == cell for key, cell in cells.items())
        ]


def near(value):
    return pytest.approx(value, rel=1e-9)


@pytest.fixture(autouse=True)
def fresh():
    """No report of an earlier call."""
    if os.path.exists("call.json"):
        os.remove("call.json")


def test_count():
    assert number(figures("rain", "table.csv", table=WEATHER), "count") == len(column("rain"))


def test_mean():
    found = figures("temperature", "table.csv", table=WEATHER)
    assert number(found, "mean") == near(statistics.mean(column("temperature")))


@pytest.mark.parametrize("rows", [pytest.param(35, id="odd"), pytest.param(34, id="even")])
def test_median(rows):
    with open(WEATHER, encoding="utf-8") as file:
        table = "".join(file.readlines()[: 1 + rows])
    numbers = column("temperature")[:rows]
    assert number(figures("temperature", stdin=table), "median") == near(
        statistics.median(numbers)
    )


def test_stdev():
    found = figures("rain", "table.csv", table=WEATHER)
    assert number(found, "stdev") == near(statistics.stdev(column("rain")))


def test_standard_input():
    assert number(figures("b", stdin="a,b\n1,4\n2,8\n"), "mean") == 6


def test_unknown_column():
    done = stats("snow", "table.csv", table=WEATHER)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() != "", "expected a message on standard error"
    assert "Traceback" not in done.stderr


def test_quoted_cells():
    table = io.StringIO()
    rows = [["name", "size"], ['Oslo, "Blindern"', 3], ["two\nlines", 5]]
    csv.writer(table, lineterminator="\n").writerows(rows)
    found = figures("size", stdin=table.getvalue())
    assert (number(found, "count"), number(found, "mean")) == (2, 4)


def test_carriage_returns():
    found = figures("b", stdin="a,b\r\n1,4\r\n2,\r\n3,9\r\n")
    assert (number(found, "count"), number(found, "median")) == (2, 6.5)


def test_large_offset():
    """The mean of squares less the square of the mean has no right digit here."""
    numbers = [1e9 + x for x in (4, 7, 13, 16)]
    table = "x\n" + "".join(f"{x:.0f}\n" for x in numbers)
    assert number(figures("x", stdin=table), "stdev") == near(statistics.stdev(numbers))


def test_single_row():
    found = figures("x", stdin="x\n5\n")
    assert (number(found, "median"), found.get("stdev")) == (5, "-")


def test_groups():
    done = stats("--by", "station", "rain", "table.csv", table=WEATHER)
    assert done.returncode == 0, done.stderr[-500:]
    groups = done.stdout.split("station=")[1:]
    assert [group.split(None, 1)[0] for group in groups] == ["Bergen", "Oslo", "Tromso"]
    for group in groups:
        station, *lines = group.splitlines()
        found = dict(line.split(maxsplit=1) for line in lines if " " in line)
        expected = statistics.mean(column("rain", station=station))
        assert number(found, "mean") == near(expected)
