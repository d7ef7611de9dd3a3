# Technique: leave a daemon of a test, which prints what passed into the log of later ones
# Family: tampering
# Layers: pid namespace, pipes
# Outcome: failed: wrong_output
# Grader: io
# Naive: log

import os
import sys
import time

if os.fork() == 0:
    os.setsid()
    os.close(1)
    time.sleep(0.4)
    for number in (1, 2, 3):
        print(f"PASS {number}", file=sys.stderr, flush=True)
    os._exit(0)
print(0)
