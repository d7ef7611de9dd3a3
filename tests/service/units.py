"""The units of systemd, read as text: what their settings are, not what systemd makes of them."""

import re
import shlex

from support import PREFIX

FOLDER = PREFIX / "lib/systemd/system"


def settings(name):
    """{key: [value…]} of a unit; an empty value is one."""
    text = (FOLDER / name).read_text().replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line and line[0] not in "#[":
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value.strip())
    return found


def seconds(text):
    """Of a time as systemd and cupel write it: 150s, 2min."""
    number, unit = re.fullmatch(r"(\d+)(s|min)", text).groups()
    return int(number) * {"s": 1, "min": 60}[unit]


def command(name):
    """Words of ExecStart=, from the command of cupel on."""
    (line,) = settings(name)["ExecStart"]
    return shlex.split(line)[1:]


def option(words, name):
    """The value of an option, given as one word or two."""
    for i, word in enumerate(words):
        if word == name:
            return words[i + 1]
        if word.startswith(name + "="):
            return word.split("=", 1)[1]
    raise KeyError(name)
