# Technique: leave a process that rewrites the results when the grader has ended
# Family: tampering
# Layers: pid namespace
# Outcome: failed: checker_rejected
# Grader: gradescope
# Naive: results file

import json
import os
import time

FILES = ("/autograder/results/results.json", "/box/results/results.json")
if os.fork() == 0:
    os.setsid()
    for fd in range(3):
        os.close(fd)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        time.sleep(0.3)
        for path in filter(os.path.exists, FILES):
            with open(path, "w", encoding="ascii") as file:
                json.dump({"score": 10}, file)
    os._exit(0)
print(0)
