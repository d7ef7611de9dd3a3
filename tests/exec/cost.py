"""A harness, run in the judge's cell: what a call costs over calling the program directly."""

import json
import statistics
import subprocess
import sys
import time

COUNT = 200


def seconds(command):
    before = time.perf_counter()
    done = subprocess.run(command, input=b"x", capture_output=True)
    assert done.stdout == b"x", done.stderr
    return time.perf_counter() - before


direct, call = [], []
for _ in range(COUNT):
    direct.append(seconds(["/usr/bin/cat"]))
    call.append(seconds(["/cupel/exec", "/usr/bin/cat"]))
json.dump(
    {
        "direct_ms": 1000 * statistics.median(direct),
        "call_ms": 1000 * statistics.median(call),
        "least_ms": 1000 * (min(call) - min(direct)),
    },
    sys.stdout,
)
