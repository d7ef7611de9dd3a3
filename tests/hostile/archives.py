"""All hostile archives: `archives.py --list` tells of them, `archives.py NAME` prints one."""

import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

import archive_bombs
import archive_forms
import archive_links
import archive_names

ALL = archive_names.ALL + archive_links.ALL + archive_bombs.ALL + archive_forms.ALL


def main(argument):
    if argument == "--list":
        json.dump([archive.record() for archive in ALL], sys.stdout, indent=1)
        return
    sys.stdout.buffer.write(next(a for a in ALL if a.name == argument).make())


if __name__ == "__main__":
    main(*sys.argv[1:])
