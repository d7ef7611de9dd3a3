import sys

numbers = [float(word) for word in sys.stdin.read().split()]
if sys.argv[1] == "mean":
    print(sum(numbers) / len(numbers))
else:
    print(sorted(numbers)[len(numbers) // 2])
