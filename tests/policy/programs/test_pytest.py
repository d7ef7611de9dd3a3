"""A learner's tests for pytest, with the fixtures that need most."""

import subprocess
import sys

import pytest


def test_output(capfd, tmp_path):
    subprocess.run([sys.executable, "-c", "print(1)"], check=True)
    assert capfd.readouterr().out == "1\n"
    (tmp_path / "file").write_text("text")


@pytest.mark.parametrize("number", range(3))
def test_numbers(number):
    assert number < 3


def test_that_fails():
    assert 1 + 1 == 3
