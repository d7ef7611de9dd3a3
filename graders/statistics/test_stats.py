"""Tests of stats.py, which each call of /cupel/exec starts in the learner's cell.

To write another: add a function, and its id to "tests" of grader.json: test_stats.NAME.
"""

import csv
import io
import math
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


def fail(message):
    """Say what is wrong with stats.py, without a line of the tests."""
    pytest.fail(message, pytrace=False)


def output(*words, **how):
    """What stats.py printed; it must have ended well."""
    done = stats(*words, **how)
    if done.returncode != 0:
        fail(f"exit status {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def by_name(lines):
    return dict(line.split(maxsplit=1) for line in lines if len(line.split()) > 1)


def figures(*words, **how):
    return by_name(output(*words, **how).splitlines())


def expect(found, name, value):
    """That a figure is right to nine digits."""
    try:
        number = float(found[name])
    except KeyError:
        fail(f'expected a line "{name} …"')
    except ValueError:
        fail(f"expected a number, found {name} {found[name][:40]!r}")
    if not math.isclose(number, value, rel_tol=1e-9):
        fail(f"expected {name} {value}, found {number}")


def column(name, **cells):
    """The numbers of a column of the weather, of rows with the given cells."""
    with open(WEATHER, encoding="utf-8", newline="") as file:
        return [
            float(row[name])
            for row in csv.DictReader(file)
            if row[name] and all(row[key] == cell for key, cell in cells.items())
        ]


@pytest.fixture(autouse=True)
def fresh():
    """No report of an earlier call."""
    if os.path.exists("call.json"):
        os.remove("call.json")


def test_count():
    found = figures("rain", "table.csv", table=WEATHER)
    expect(found, "count", len(column("rain")))


def test_mean():
    found = figures("temperature", "table.csv", table=WEATHER)
    expect(found, "mean", statistics.mean(column("temperature")))


@pytest.mark.parametrize("rows", [pytest.param(35, id="odd"), pytest.param(34, id="even")])
def test_median(rows):
    with open(WEATHER, encoding="utf-8") as file:
        table = "".join(file.readlines()[: 1 + rows])
    found = figures("temperature", stdin=table)
    expect(found, "median", statistics.median(column("temperature")[:rows]))


def test_stdev():
    found = figures("rain", "table.csv", table=WEATHER)
    expect(found, "stdev", statistics.stdev(column("rain")))


def test_standard_input():
    expect(figures("b", stdin="a,b\n1,4\n2,8\n"), "mean", 6)


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
    expect(found, "count", 2)
    expect(found, "mean", 4)


def test_carriage_returns():
    found = figures("b", stdin="a,b\r\n1,4\r\n2,\r\n3,9\r\n")
    expect(found, "count", 2)
    expect(found, "median", 6.5)


def test_large_offset():
    """The mean of squares less the square of the mean has no right digit here."""
    numbers = [1e9 + x for x in (4, 7, 13, 16)]
    table = "x\n" + "".join(f"{x:.0f}\n" for x in numbers)
    expect(figures("x", stdin=table), "stdev", statistics.stdev(numbers))


def test_single_row():
    found = figures("x", stdin="x\n5\n")
    expect(found, "median", 5)
    assert found.get("stdev") == "-"


def test_groups():
    table = output("--by", "station", "rain", "table.csv", table=WEATHER)
    groups = [group.splitlines() for group in table.split("station=")[1:]]
    assert [lines[0] for lines in groups] == ["Bergen", "Oslo", "Tromso"]
    for station, *lines in groups:
        expect(by_name(lines), "mean", statistics.mean(column("rain", station=station)))
