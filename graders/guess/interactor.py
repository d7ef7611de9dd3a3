"""An interactor: what it prints, the learner's program reads, and the other way round.

    interactor.py INPUT OUTPUT ANSWER

Each line of INPUT is a game: the largest number, and the one to guess; or "awkward", where the
number is settled as late as possible, so that luck does not help. Protocol testlib: exit code 0
accepts, 1 rejects, 2 is for what is no answer at all, 7 gives a part of the points.
"""

import sys

HALF, LEAST = 0.5, 0.1


def end(code, message):
    print(message, file=sys.stderr)
    sys.exit(code)


def read_guess(largest):
    line = sys.stdin.readline(64)
    if not line:
        end(1, "the program ended before it knew the number")
    word = line.strip()
    if not (word.isascii() and word.isdigit()):
        end(2, f"expected a number, found {word[:40]!r}")
    guess = int(word)
    if not 1 <= guess <= largest:
        end(1, f"{guess} is not from 1 to {largest}")
    return guess


def answer(guess, low, high, secret):
    """The interval that is left, and what the learner is told."""
    if secret is not None:
        word = "found" if guess == secret else "lower" if secret < guess else "higher"
    elif low == high == guess:
        word = "found"
    else:
        word = "lower" if guess - low > high - guess else "higher"
    if word == "lower":
        return low, min(high, guess - 1), word
    if word == "higher":
        return max(low, guess + 1), high, word
    return low, high, word


def play(largest, secret):
    """How many guesses it took. Nobody needs more than there are numbers."""
    low, high = 1, largest
    print(largest, flush=True)
    for count in range(1, min(largest, 5000) + 1):
        low, high, word = answer(read_guess(largest), low, high, secret)
        print(word, flush=True)
        if word == "found":
            return count
    end(1, f"the number up to {largest} was not found in {count} guesses")


def main():
    worst, told = 1, "each game was won with the fewest guesses"
    with open(sys.argv[1], encoding="ascii") as file:
        games = [line.split() for line in file]
    for words in games:
        largest = int(words[0])
        best = largest.bit_length()
        count = play(largest, None if words[1] == "awkward" else int(words[1]))
        part = 1 if count <= best else HALF if count <= 2 * best else LEAST
        if part < worst:
            worst = part
            told = f"a number up to {largest} took {count} guesses; {best} are enough"
    print(0, flush=True)
    if sys.stdin.readline(64):
        end(1, "expected the program to end after the 0")
    if worst == 1:
        end(0, told)
    end(7, f"points {worst} {told}")


sys.stdin.reconfigure(encoding="ascii", errors="replace")
try:
    main()
except BrokenPipeError:
    sys.stdout = None  # nothing is left to be flushed
    end(1, "the program ended before it knew the number")
