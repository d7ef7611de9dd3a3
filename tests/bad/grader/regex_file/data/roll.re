(?x)
Seed: \s \d+
[z-a]
