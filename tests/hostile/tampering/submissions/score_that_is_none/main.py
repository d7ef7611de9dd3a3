# Technique: leave a process that writes an infinite score when the grader has ended
# Family: tampering
# Layers: pid namespace, strict numbers
# Outcome: graded
# Grader: prairielearn
# Naive: results file

import late

FILES = ("/grade/results/results.json", "/box/results/results.json")
late.leave('{"score": 1e999, "gradable": true}', *FILES)
print(0)
