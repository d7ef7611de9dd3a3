import sys

print(sum(float(word) for word in sys.stdin.read().split())
