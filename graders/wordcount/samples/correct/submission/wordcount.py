"""Counts lines, words and bytes of standard input, as wc(1) does."""

import argparse
import re
import sys
from collections import Counter


def words(data):
    return re.findall(r"\w+", data.decode("utf-8", "replace").lower())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--top", type=int, metavar="N", help="the N most frequent words")
    parser.add_argument("--mean", action="store_true", help="the mean length of a word")
    options = parser.parse_args()

    data = sys.stdin.buffer.read()
    if options.top is not None:
        ranked = sorted(Counter(words(data)).items(), key=lambda item: (-item[1], item[0]))
        for word, count in ranked[: options.top]:
            print(count, word)
    elif options.mean:
        found = words(data)
        print(sum(map(len, found)) / len(found) if found else 0)
    else:
        print(data.count(b"\n"), len(data.split()), len(data))


main()
