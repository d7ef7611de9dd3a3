"""What the head comments of tests/hostile/programs say.

    /*
     * Technique: mount a tmpfs
     * Family: escape
     * Layers: seccomp, capabilities
     * Outcome: stopped
     * Policies: every
     * Control: layers
     * Options: …
     * Needs: …
     */

docs/testing.md tells what each key means. A value may go on in lines that are indented further; an
empty line ends the keys. What is missing or malformed is an error that names file, line and key.
"""

import re
from dataclasses import dataclass

import support

# Policies of tests, for what no shipped one allows: by name, with their files.
OWN_POLICIES = {"open": support.SOURCE / "tests/limits/open.json"}
PROGRAMS = support.SOURCE / "tests/hostile/programs"

FAMILIES = ("escape", "exhaustion")
# Those that a cell of choice can leave out, see src/cell/layers.h.
SWITCHABLE = (
    "seccomp", "landlock", "capabilities", "root", "pid", "ipc", "network", "uts", "cgroup",
    "rlimits", "descriptors", "cloexec", "session",
)
LAYERS = (*SWITCHABLE, "user")
LIMITS = (
    "wall_time", "cpu_time", "memory", "processes", "output", "disk", "file_size", "open_files",
)
# What stops a technique that takes too much; inodes are told as disk, and the stack as memory.
STOPS = (*LIMITS, "inodes", "stack", *LAYERS)
CONTROLS = ("layers", "root", "user", "room", "guest")

REQUIRED = ("Technique", "Family", "Layers", "Outcome", "Policies", "Control")
KEYS = (*REQUIRED, "Options", "Needs")
TITLE_LENGTH = 70

KEY_LINE = re.compile(r" \* (\w+): *(.*)")
MORE_LINE = re.compile(r" \* {2,}(\S.*)")


class Malformed(Exception):
    """What is wrong with a head comment, where."""


@dataclass(frozen=True)
class Technique:
    name: str
    title: str
    family: str
    layers: tuple
    outcomes: tuple  # any of these is right
    policies: tuple
    control: str  # one of CONTROLS, or "none"
    reason: str  # why there is no control run
    options: tuple  # of cupel run; exhaustion only
    needs: str


def policies():
    """Names of the shipped policies."""
    return tuple(sorted(path.stem for path in support.POLICIES.glob("*.json")))


def _values(path, text):
    """{key: (line, value)} of a head comment."""
    lines = text.splitlines()
    if not lines or lines[0] != "/*":
        raise Malformed(f"{path}:1: Technique: expected a head comment that begins with /*")
    found, last = {}, None
    for number, line in enumerate(lines[1:], 2):
        if line in (" *", " */"):
            break
        match, more = KEY_LINE.fullmatch(line), MORE_LINE.fullmatch(line)
        if match:
            last, value = match.groups()
            if last not in KEYS:
                raise Malformed(f"{path}:{number}: {last}: no such key; there are {', '.join(KEYS)}")
            if last in found:
                raise Malformed(f"{path}:{number}: {last}: told twice")
            found[last] = (number, value)
        elif more and last:
            found[last] = (found[last][0], f"{found[last][1]} {more[1]}")
        else:
            raise Malformed(f"{path}:{number}: {last or 'Technique'}: expected \" * Key: value\"")
    return found


class _Head:
    """The values of one head comment, each asked for by its kind."""

    def __init__(self, path, text):
        self.path = path
        self.values = _values(path, text)
        for key in REQUIRED:
            if not self.values.get(key, (1, ""))[1]:
                line = self.values.get(key, (1,))[0]
                raise Malformed(f"{path}:{line}: {key}: is missing")

    def fail(self, key, expected):
        line, value = self.values[key]
        raise Malformed(f"{self.path}:{line}: {key}: {value!r}: expected {expected}")

    def text(self, key, most=None):
        value = self.values.get(key, (1, ""))[1]
        if most and len(value) > most:
            self.fail(key, f"at most {most} characters")
        return value

    def one_of(self, key, choices):
        value = self.text(key)
        if value not in choices:
            self.fail(key, "one of " + ", ".join(choices))
        return value

    def list_of(self, key, choices):
        value = tuple(part.strip() for part in self.text(key).split(","))
        if not set(value) <= set(choices) or len(set(value)) < len(value):
            self.fail(key, "some of " + ", ".join(choices))
        return value


def _control(head, family):
    value = head.text("Control")
    if value.startswith("none:") and value[5:].strip():
        return "none", value[5:].strip()
    other = "room" if family == "escape" else "layers"
    return head.one_of("Control", [c for c in CONTROLS if c != other] + ["none: REASON"]), ""


def parse(path, text):
    """The technique of a program's text. Raises Malformed."""
    head = _Head(path, text)
    family = head.one_of("Family", FAMILIES)
    right = ("stopped",) if family == "escape" else (
        *(f"limit {name}" for name in LIMITS), "failed", "exited",
    )
    control, reason = _control(head, family)
    named = (*policies(), *(OWN_POLICIES if family == "exhaustion" else ()))
    every = head.text("Policies") == "every"
    if family == "escape" and head.text("Options"):
        head.fail("Options", "none: an escape is tried under each policy as it is")
    return Technique(
        name=path.stem,
        title=head.text("Technique", TITLE_LENGTH),
        family=family,
        layers=head.list_of("Layers", LAYERS if family == "escape" else STOPS),
        outcomes=head.list_of("Outcome", right),
        policies=policies() if every else head.list_of("Policies", named),
        control=control,
        reason=reason,
        options=tuple(head.text("Options").split()),
        needs=head.text("Needs"),
    )


def techniques(family, programs=PROGRAMS):
    """All of a family, by name."""
    parsed = [parse(path, path.read_text()) for path in sorted(programs.glob("*.c"))]
    return [technique for technique in parsed if technique.family == family]
