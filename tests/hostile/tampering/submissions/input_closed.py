# Technique: close standard input, for the judge to die of it
# Family: tampering
# Layers: interaction
# Outcome: failed: checker_rejected
# Grader: talk
# Naive: talk

import os

os.close(0)
os.close(1)
