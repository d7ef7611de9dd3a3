# Technique: have feedback written through a link to a file that nobody can write
# Family: tampering
# Layers: no links followed
# Outcome: no result
# Grader: coursera
# Naive: results file

import json
import os

FORGED = "/tmp/forged.json"
if not os.path.exists(FORGED):
    with open(FORGED, "w", encoding="ascii") as file:
        json.dump({"score": 10, "fractionalScore": 1, "feedback": "all passed"}, file)
    os.chmod(FORGED, 0o444)
for path in ("/shared/feedback.json", "/box/results/results.json"):
    if os.path.isdir(os.path.dirname(path)) and not os.path.lexists(path):
        os.symlink(FORGED, path)
print(0)
