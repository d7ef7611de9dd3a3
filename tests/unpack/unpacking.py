"""What the tests of cupel-unpack share: a run of the program, and what it left.

cupel-unpack runs here without a sandbox, in a folder of its own inside another one, so that a
test sees whatever it writes outside.
"""
import os
import shutil
import stat
import subprocess
import tempfile
import unittest

import support

UNPACK = support.HELPERS / "unpack-unboxed"
MAX_SIZE = 1 << 20
MAX_FILES = 50

OK, PLATFORM, USAGE, REJECTED = 0, 1, 2, 3


def tree_of(folder):
    """{path: content | ("link", target) | None for a folder} below folder."""
    tree = {}
    for top, folders, files in os.walk(os.fsencode(folder)):
        for name in folders + files:
            path = os.path.join(top, name)
            key = os.fsdecode(os.path.relpath(path, os.fsencode(folder)))
            if os.path.islink(path):
                tree[key] = ("link", os.readlink(os.fsdecode(path)))
            elif os.path.isdir(path):
                tree[key] = None
            else:
                with open(path, "rb") as file:
                    tree[key] = file.read()
    return tree


class UnpackingTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.box = os.path.join(self.folder.name, "above", "box")
        os.makedirs(self.box)
        with open(os.path.join(self.folder.name, "above", "victim"), "w") as file:
            file.write("untouched")

    def unpack(self, archive, max_size=MAX_SIZE, max_files=MAX_FILES):
        """Run cupel-unpack in an empty box; returns its exit status and the line it printed."""
        shutil.rmtree(self.box)
        os.mkdir(self.box)
        packed = os.path.join(self.folder.name, "packed")
        with open(packed, "wb") as file:
            file.write(archive)
        with open(packed, "rb") as file:
            done = subprocess.run(
                [UNPACK, "--max-size", str(max_size), "--max-files", str(max_files)],
                stdin=file, capture_output=True, cwd=self.box, timeout=60,
                env={"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")})
        self.assert_nothing_outside()
        self.assertEqual(done.stderr.decode(), "")
        return done.returncode, done.stdout.decode().removesuffix("\n")

    def assert_nothing_outside(self):
        outside = tree_of(self.folder.name)
        outside = {path: content for path, content in outside.items()
                   if not path.startswith("above/box/")}
        del outside["packed"]
        self.assertEqual(outside, {"above": None, "above/box": None,
                                   "above/victim": b"untouched"})

    def accepts(self, archive, tree, **limits):
        self.assertEqual(self.unpack(archive, **limits), (OK, ""))
        self.assertEqual(tree_of(self.box), tree)

    def refuses(self, archive, reason, **limits):
        self.assertEqual(self.unpack(archive, **limits), (REJECTED, reason))

    def mode(self, path):
        return stat.S_IMODE(os.lstat(os.path.join(self.box, path)).st_mode)
