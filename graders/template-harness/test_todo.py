"""Tests of todo.py. It runs in the learner's cell, started by /cupel/exec; what is in this folder,
the learner's code never sees."""

import os
import subprocess

import pytest


def todo(*words, put=None, stdin=""):
    """Start todo.py in a fresh copy of what was handed in. put: a file of ours, there as list.txt.

    What becomes of list.txt is in the file list.txt here.
    """
    for name in ("list.txt", "call.json"):
        if os.path.exists(name):
            os.remove(name)
    options = ["--report", "call.json", "--get", "list.txt"]
    if put is not None:
        options += ["--put", f"{put}:list.txt"]
    done = subprocess.run(
        ["/cupel/exec", *options, "--", "python3", "todo.py", *words],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    # 125 is also what a program may end with that did run.
    if done.returncode == 125 and not os.path.exists("call.json"):
        pytest.exit(f"todo.py could not be started: {done.stderr}", returncode=3)
    return done


def read(name):
    with open(name, encoding="utf-8", errors="replace") as file:
        return file.read()


def test_list():
    done = todo("list", "list.txt", put="data/monday.txt")
    assert done.returncode == 0, done.stderr
    assert done.stdout == read("data/monday.txt")


def test_add():
    done = todo("add", "list.txt", "call Eva", put="data/monday.txt")
    assert done.returncode == 0, done.stderr
    assert read("list.txt") == read("data/monday.txt") + "call Eva\n"


def test_add_to_nothing():
    done = todo("add", "list.txt", "call Eva")
    assert done.returncode == 0, done.stderr
    assert os.path.exists("list.txt"), "list.txt is not there"
    assert read("list.txt") == "call Eva\n"


def test_usage():
    done = todo("burn", "list.txt", put="data/monday.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert read("list.txt") == read("data/monday.txt")
