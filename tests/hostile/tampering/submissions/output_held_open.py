# Technique: leave a child that keeps standard output open, for the grader to wait
# Family: tampering
# Layers: pid namespace
# Outcome: failed: wrong_output
# Grader: io
# Naive: judged

import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(60)
    os._exit(0)
print(0)
