"""A disk that is full, in a mount namespace of the test's own, and what a full machine leaves.

The disk is a tmpfs of so many bytes or inodes, mounted by unshare(1) for one start of cupel alone;
no other process of the machine sees it.
"""

import os
import shutil
import subprocess
import unittest
from pathlib import Path


# $1: the place, $2: options of the tmpfs, $3: further folder that shall lie on it; then a command.
# What is left on the disk when the command has ended is copied out as a list of names, and the
# files that are to be looked at as they are.
ON_DISK = """
place=$1 options=$2 over=$3; shift 3
mount -t tmpfs -o "$options" tmpfs "$place/disk" || exit 99
[ -z "$over" ] || mount --bind "$place/disk" "$over" || exit 99
"$@" >"$place/stdout" 2>"$place/stderr"
code=$?
(cd "$place/disk" && find . -mindepth 1 -type f) >"$place/left"
cp "$place"/disk/*.json "$place" 2>/dev/null
exit $code
"""


def unshare():
    """A command that gives the next one its own mounts; skips where there is none."""
    user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, "--mount", "--propagation", "private"]
    done = subprocess.run([*command, "true"], capture_output=True, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest("no mount namespace can be made here")
    return command


def on_disk(place, options, command, over="", timeout=120):
    """Run a command with a small disk at PLACE/disk: (exit code, files left on it)."""
    (place / "disk").mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(place / "disk/cache"),
           "TMPDIR": str(place / "disk")}
    done = subprocess.run(
        [*unshare(), "sh", "-c", ON_DISK, "sh", place, options, over, *command],
        env=env, timeout=timeout, check=False, stdin=subprocess.DEVNULL,
    )
    if done.returncode == 99:
        raise OSError("no tmpfs can be mounted in an own namespace")
    return done.returncode, (place / "left").read_text().split()


def limited(limits, command):
    """A command with prlimit(1)'s limits before it."""
    return [shutil.which("prlimit"), *[f"--{k}={v}:{v}" for k, v in limits.items()], *command]


def text(path):
    return Path(path).read_text(errors="replace") if Path(path).exists() else ""
