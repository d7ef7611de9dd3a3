import subprocess

import pytest


@pytest.mark.parametrize("a,b", [(2, 3), (20, 22)])
def test_sum(a, b):
    command = ["/cupel/exec", "--", "python3", "main.py", str(a), str(b)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == f"{a + b}\n", done.stderr
