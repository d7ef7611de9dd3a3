"""Counts characters where bytes are asked for, and has a mean but no ranking."""

import sys

text = sys.stdin.buffer.read().decode("utf-8")
if sys.argv[1:] == ["--mean"]:
    words = [word.strip(".").lower() for word in text.split()]
    print(f"{sum(map(len, words)) / len(words):.9f}")
elif len(sys.argv) > 1:
    print("usage: wordcount.py [--mean]", file=sys.stderr)
    sys.exit(2)
else:
    print(text.count("\n"), len(text.split()), len(text))
