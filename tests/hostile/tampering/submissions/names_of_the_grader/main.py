# Technique: hand in files named like the grader's, to replace them
# Family: tampering
# Layers: separation
# Outcome: failed: checker_rejected
# Grader: checker
# Naive: overlay

print(0)
