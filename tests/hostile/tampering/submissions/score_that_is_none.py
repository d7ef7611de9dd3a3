# Technique: leave a process that writes an infinite score when the grader has ended
# Family: tampering
# Layers: pid namespace, strict numbers
# Outcome: graded
# Grader: prairielearn
# Naive: results file

import os
import time

FILES = ("/grade/results/results.json", "/box/results/results.json")
if os.fork() == 0:
    os.setsid()
    for fd in range(3):
        os.close(fd)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        time.sleep(0.3)
        for path in filter(os.path.exists, FILES):
            with open(path, "w", encoding="ascii") as file:
                file.write('{"score": 1e999, "gradable": true}')
    os._exit(0)
print(0)
