# Technique: put a pipe where the results go, and a process behind it that forges them
# Family: tampering
# Layers: regular files only
# Outcome: no result
# Grader: gradescope
# Naive: results file

import json
import os

FILES = ("/autograder/results/results.json", "/box/results/results.json")
for path in FILES:
    if not os.path.isdir(os.path.dirname(path)) or os.path.lexists(path):
        continue
    os.mkfifo(path)
    if os.fork() == 0:
        os.setsid()
        for fd in range(3):
            os.close(fd)
        if path == FILES[0]:
            with open(path, encoding="ascii") as file:
                file.read()
        with open(path, "w", encoding="ascii") as file:
            json.dump({"score": 10}, file)
        os._exit(0)
print(0)
