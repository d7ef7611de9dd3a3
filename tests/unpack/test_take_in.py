"""Submissions in every form, from what is handed in to what is in the box."""
import bz2
import gzip
import lzma
import os
import shutil
import stat
import subprocess
import tempfile
import unittest

import support
import unpacking
from archiving import FOLDER, bsdtar, link, tar, zipped

TAKE_IN = support.HELPERS / "take_in"
FILES = {"fib.c": b"int main(void) { return 0; }\n", "util.h": b"", "Übung.txt": b"x" * 3000}


class TakeInTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def take_in(self, path, *patterns, given=b""):
        """What is printed for a submission, as lines."""
        box = self.path("box")
        shutil.rmtree(box, ignore_errors=True)
        os.mkdir(box)
        done = subprocess.run([TAKE_IN, unpacking.UNPACK, path, *patterns], cwd=box, input=given,
                              capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
        return done.stdout.decode().splitlines()

    def hand_in(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def hand_in_folder(self, name, files):
        for path, content in files.items():
            os.makedirs(os.path.dirname(self.path(name, path)), exist_ok=True)
            with open(self.path(name, path), "wb") as file:
                file.write(content)
        return self.path(name)


class Forms(TakeInTest):
    def test_every_form_gives_the_same_hash(self):
        plain = tar(*FILES.items())
        wrapped = tar(("hw", FOLDER), *((f"hw/{name}", text) for name, text in FILES.items()))
        littered = zipped(*FILES.items(), ("__MACOSX/._fib.c", b"x"), (".git/HEAD", b"x"))
        expected = self.take_in(self.hand_in_folder("s", FILES))
        self.assertRegex(expected[0], r"^[0-9a-f]{64} 3 3029$")
        self.assertEqual(len(expected), 1)
        for name, archive in {
                "a.tar": plain, "a.tar.gz": gzip.compress(plain), "a.tgz": gzip.compress(wrapped),
                "a.tar.bz2": bz2.compress(plain), "a.tar.xz": lzma.compress(plain),
                "a.zip": zipped(*FILES.items()), "b.zip": littered,
                "c.zip": zipped(*((f"hw/{name}", text) for name, text in FILES.items())),
                "a.7z": bsdtar("--format=7zip", **FILES), "magic": gzip.compress(plain)}.items():
            with self.subTest(name=name):
                self.assertEqual(self.take_in(self.hand_in(name, archive)), expected)

    def test_modes_order_and_empty_folders_do_not_change_the_hash(self):
        one = tar(("a", {"mode": 0o755}, b"1"), ("b", b"2"), ("d", FOLDER))
        other = tar(("b", b"2"), ("a", b"1"))
        self.assertEqual(self.take_in(self.hand_in("a.tar", one)),
                         self.take_in(self.hand_in("b.tar", other)))

    def test_names_contents_and_links_change_the_hash(self):
        seen = {self.take_in(self.hand_in("a.tar", tar(*members)))[0].split()[0]
                for members in ([("a", b"1")], [("b", b"1")], [("a", b"2")], [("a", b"")],
                                [("a", b"1"), ("b", link("a"))], [("a", b"1"), ("b", link("b"))])}
        self.assertEqual(len(seen), 6)

    def test_a_file_and_standard_input(self):
        expected = self.take_in(self.hand_in("fib.c", b"int f;"), "fib.c")
        self.assertRegex(expected[0], " 1 6$")
        self.assertEqual(self.take_in("-", "fib.c", given=b"int f;"), expected)
        self.assertEqual(self.take_in("-", "fib.c", given=zipped(("hw/fib.c", b"int f;"))),
                         expected)

    def test_what_the_box_holds(self):
        self.take_in(self.hand_in("a.zip", zipped(
            ("hw/run.sh", b"#!/bin/sh\n", stat.S_IFREG | 0o755), ("hw/src/a.c", b"1"))))
        self.assertEqual(unpacking.tree_of(self.path("box")),
                         {"run.sh": b"#!/bin/sh\n", "src": None, "src/a.c": b"1"})
        self.assertTrue(os.access(self.path("box", "run.sh"), os.X_OK))


class Rejections(TakeInTest):
    def test_missing_files(self):
        folder = self.hand_in_folder("s", {"Fib.c": b"", "notes.txt": b""})
        self.assertEqual(self.take_in(folder, "fib.c"),
                         ["rejected: missing: fib.c; handed in: Fib.c, notes.txt"
                          " (did you mean Fib.c?)"])

    def test_an_empty_folder(self):
        os.mkdir(self.path("s"))
        self.assertEqual(self.take_in(self.path("s")), ["the submission holds no file"])

    def test_folders_are_refused_by_the_same_rules(self):
        for name, make, reason in (
                ("fifo", lambda at: os.mkfifo(at),
                 "fifo: a fifo; only files, folders and links are unpacked"),
                ("out", lambda at: os.symlink("../../etc", at),
                 "out: a link that leaves the submission"),
                ("abs", lambda at: os.symlink("/etc/passwd", at),
                 "abs: a link to an absolute path"),
                ("a\\b", os.mkdir, "a\\b: the name holds a backslash"),
                ("\udcff", os.mkdir, "\ufffd: the name is not UTF-8")):
            with self.subTest(name=name):
                shutil.rmtree(self.path("s"), ignore_errors=True)
                folder = self.hand_in_folder("s", {"fib.c": b""})
                make(self.path("s", name))
                self.assertEqual(self.take_in(folder), [reason])

    def test_folders_that_hold_too_much(self):
        folder = self.hand_in_folder("many", {f"f{i:02}": b"" for i in range(51)})
        self.assertEqual(self.take_in(folder), ["f50: more than 50 files and folders"])
        folder = self.hand_in_folder("large", {"a": b"", "b": bytes(1_000_001)})
        self.assertEqual(self.take_in(folder), ["b: larger than the limit of 1000000 bytes"])
        folder = self.hand_in_folder("sum", {"a": bytes(600_000), "b": bytes(600_000)})
        self.assertEqual(self.take_in(folder),
                         ["b: with it, all files are larger than the limit of 1000000 bytes"])

    def test_what_the_packer_refuses(self):
        done = subprocess.run([TAKE_IN, unpacking.UNPACK, self.path("missing")],
                              capture_output=True, text=True, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr),
                         (1, f"open {self.path('missing')}: No such file or directory\n"))


class Warnings(TakeInTest):
    def test_what_is_not_used(self):
        folder = self.hand_in_folder("s", {"fib.c": b"", "notes.txt": b"", "d/x": b""})
        printed = self.take_in(folder, "fib.c")
        self.assertEqual(printed[1:], ["warning: not used: d/x, notes.txt"])
        self.assertEqual(unpacking.tree_of(self.path("box")), {"fib.c": b""})

    def test_carriage_returns_stay_and_are_warned_of(self):
        folder = self.hand_in_folder("s", {"run.sh": b"#!/bin/sh\r\n"})
        printed = self.take_in(folder)
        self.assertRegex(printed[1], r'^warning: run\.sh: line 1 \("#!"\) ends in a carriage')
        self.assertEqual(unpacking.tree_of(self.path("box")), {"run.sh": b"#!/bin/sh\r\n"})


if __name__ == "__main__":
    support.main()
