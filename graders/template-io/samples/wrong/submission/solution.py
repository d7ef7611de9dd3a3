import sys

for line in reversed(sys.stdin.read().split()):
    print(line)
