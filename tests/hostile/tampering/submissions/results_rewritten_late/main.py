# Technique: leave a process that rewrites the results when the grader has ended
# Family: tampering
# Layers: pid namespace
# Outcome: failed: checker_rejected
# Grader: gradescope
# Naive: results file

import late

late.leave('{"score": 10}', "/autograder/results/results.json", "/box/results/results.json")
print(0)
