"""Prefixes of cupel whose cell leaves out layers of choice. See src/cell/layers.h."""

import os
import shutil
import tempfile
import threading
from pathlib import Path

import support

CELL = support.HELPERS / "hostile/cell-of-choice"


class Cells:
    """A temporary folder with a prefix for each set of layers that are left out."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="cupel-cells-")
        self._lock = threading.Lock()
        self._made = {}

    def close(self):
        self._folder.cleanup()

    def cupel(self, off):
        """A cupel whose cell leaves out these layers."""
        off = frozenset(off)
        with self._lock:
            if off not in self._made:
                self._made[off] = self._make(Path(self._folder.name, str(len(self._made))), off)
            return self._made[off]

    def _make(self, prefix, off):
        libexec = prefix / "libexec/cupel"
        libexec.mkdir(parents=True)
        (prefix / "bin").mkdir()
        (prefix / "share").mkdir()
        (prefix / "share/cupel").symlink_to(support.PREFIX / "share/cupel")
        self._place(support.CUPEL, prefix / "bin/cupel")
        self._place(CELL, libexec / "cupel-cell")
        for name in ("cupel-unpack", "cupel-exec"):
            self._place(support.PREFIX / "libexec/cupel" / name, libexec / name)
        (libexec / "layers-off").write_text(" ".join(sorted(off)))
        return prefix / "bin/cupel"

    def _place(self, source, path):
        """A program finds its prefix by its own path, which a symbolic link is not."""
        first = Path(self._folder.name, source.name)
        if not first.exists():
            shutil.copy(source, first)
        os.link(first, path)
