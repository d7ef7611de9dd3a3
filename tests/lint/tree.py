"""The source tree as the checks see it: which files there are, and C without its comments."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support import SOURCE

BUILD = Path(os.environ["CUPEL_BUILD"]) if "CUPEL_BUILD" in os.environ else None

_TOKEN = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.S | re.X
)


def files(*suffixes, below="."):
    """Files of the tree with one of the suffixes, without what a build or git made, sorted."""
    found = []
    for folder, folders, names in os.walk(SOURCE / below):
        if Path(folder) == SOURCE:
            folders[:] = [f for f in folders if not f.startswith("build") and f != ".git"]
        found += [Path(folder, n) for n in names if n.endswith(suffixes)]
    return sorted(found)


def scripts():
    """Files that begin with `#!` and a POSIX shell, sorted."""
    return [p for p in files("") if _first_line(p) in (b"#!/bin/sh", b"#!/bin/bash")]


def _first_line(path):
    if not path.is_file():
        return b""
    with open(path, "rb") as file:
        return file.readline(64).rstrip()


def name(path):
    """A path as messages show it: relative to the tree."""
    return str(Path(path).relative_to(SOURCE))


def bare(code):
    """C code with comments blanked and strings emptied; line numbers stay as they were."""

    def blank(match):
        token = match.group()
        if token[0] in "\"'":
            return token[0] * 2
        return " " + "\n" * token.count("\n")

    return _TOKEN.sub(blank, code)


def search(pattern, code):
    """(line number, first group) of each match of a regular expression in bare C code."""
    return [
        (code.count("\n", 0, m.start(1)) + 1, m.group(1)) for m in re.finditer(pattern, code)
    ]


def compilations(below="src"):
    """(file, arguments) of each compilation of C sources below a folder."""
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    prefix = str(SOURCE / below) + "/"
    return [
        (c["file"], c["command"].split())
        for c in commands
        if c["file"].startswith(prefix) and c["file"].endswith(".c")
    ]


def in_parallel(check, items):
    """The findings (texts, empty ones dropped) of check(item), on as many CPUs as there are."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return [finding for finding in pool.map(check, items) if finding]
