# Technique: fill all there is to write to, so that the checker fails
# Family: tampering
# Layers: judge's cell, disk
# Outcome: failed: checker_rejected, disk_limit, runtime_error
# Grader: checker
# Naive: judged

for number in range(4000):
    for folder in ("/box", "/tmp"):
        try:
            with open(f"{folder}/fill{number}", "wb") as file:
                file.write(b"x" * (1 << 20))
        except OSError:
            pass
print(0)
