"""What is said of a hostile archive beside its bytes, and what a naive unpacker's deeds look like.

A maker is a function that returns bytes, below @hostile(...), which says

    technique  what is tried, in a line
    layers     what stops it: parts of cupel-unpack (container, names, kinds, index, sizes, tail,
               libarchive), and the cell around it for whatever an unpacker may do
    refused    the reason that the learner reads, a pattern that names the entry; or
    defused    what becomes of it in the box: {path: (kind, mode)} of all that is there
    unpacker   a naive one, of naive_unpack.py
    deed       whether it does harm there, seen in what naive_unpack.py prints
"""

import dataclasses

OUTSIDE = "/tmp/cupel-escaped"
ESCAPED = "/box/escaped"
OUT = "/box/out"
SECRET = "what only the host may read"
MAIN = ("-", "644")


@dataclasses.dataclass(frozen=True)
class Archive:
    name: str
    make: callable
    technique: str
    layers: str
    unpacker: str
    deed: callable
    refused: str = None
    defused: dict = None
    suffix: str = ".tar"
    options: tuple = ()  # of the control's `cupel run`

    def record(self):
        """As a table has it."""
        outcome = f"refused: {self.refused}" if self.refused else "defused"
        layers = [layer.strip() for layer in (self.layers + ", cell").split(",")]
        said = {"name": self.name, "technique": self.technique, "family": "archives"}
        return said | {"layers": layers, "outcome": outcome}


def hostile(technique, layers, unpacker, deed, **more):
    """Makes an Archive of a function that returns its bytes."""

    def made(maker):
        return Archive(maker.__name__, maker, technique, layers, unpacker, deed, **more)

    return made


def wrote(path, text="x"):
    """There is a file, which begins with the text."""
    return lambda seen: path in seen["tree"] and seen["tree"][path]["text"].startswith(text)


def is_there(path, **facts):
    """There is an entry, with these facts about it."""
    return lambda seen: path in seen["tree"] and facts.items() <= seen["tree"][path].items()


def gone(path):
    return lambda seen: path not in seen["tree"]


def stole(path):
    """Whoever reads the path reads the host's secret."""
    return wrote(path, SECRET)


def said(*words):
    """The unpacker failed, or complained, with all of these words."""
    return lambda seen: all(word in seen["said"] for word in words)


def fills(megabytes):
    """So much was written, or the limits of the run ended it."""
    return lambda seen: seen["bytes"] >= megabytes << 20 or ended(seen)


def makes(count):
    return lambda seen: seen["count"] >= count or ended(seen)


def ended(seen):
    return seen["limit"] is not None


def all_of(*deeds):
    return lambda seen: all(deed(seen) for deed in deeds)
