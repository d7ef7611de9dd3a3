"""Entries that would harm, each refused with its name and a reason."""
import gzip
import stat
import tarfile
import unicodedata

import support
import unpacking
from archiving import (FOLDER, bsdtar, file_type, hard_link, link, newc, padded, raw_header,
                       raw_tar, tar, zipped)
from unpacking import MAX_SIZE


class Names(unpacking.UnpackingTest):
    def test_absolute_paths(self):
        self.refuses(tar(("/etc/cron.d/x", b"")), "/etc/cron.d/x: the path is absolute")
        self.refuses(zipped(("/x", b"")), "/x: the path is absolute")
        self.refuses(newc(("/x", stat.S_IFREG | 0o644, b"")), "/x: the path is absolute")

    def test_paths_with_a_drive(self):
        for name in "C:/x", "z:/":
            with self.subTest(name=name):
                self.refuses(tar((name, b"")), f"{name}: the path is absolute")
        self.accepts(tar(("C:x", b"1"), ("ab:y", b"2")), {"C:x": b"1", "ab:y": b"2"})

    def test_paths_that_climb(self):
        for name in "../victim", "a/../../victim", "a/..", "..":
            with self.subTest(name=name):
                self.refuses(tar((name, b"x")), f'{name}: the path holds ".."')
                self.refuses(zipped((name, b"x")), f'{name}: the path holds ".."')
                self.refuses(newc((name, stat.S_IFREG | 0o644, b"")),
                             f'{name}: the path holds ".."')

    def test_three_dots_are_a_name(self):
        self.accepts(tar(("...x", b"1")), {"...x": b"1"})

    def test_backslashes(self):
        self.refuses(tar(("..\\victim", b"x")), "..\\victim: the name holds a backslash")

    def test_control_characters(self):
        self.refuses(tar(("a\nb", b"")), "a b: the name holds a control character")
        self.refuses(tar(("a\x1b[31mb", b"")), "a\\x1b[31mb: the name holds a control character")
        self.refuses(tar(("a\x7f", b"")), "a\\x7f: the name holds a control character")
        self.refuses(tar(("a\x85", b"")), "a\\x85: the name holds a control character")

    def test_names_that_are_not_utf_8(self):
        self.refuses(raw_tar(raw_header(b"a"), raw_header(b"caf\xe9")), "caf\ufffd: the name is not UTF-8")
        self.refuses(raw_tar(raw_header(b"over\xc0\xaflong")),
                     "over\ufffd\ufffdlong: the name is not UTF-8")

    def test_names_of_a_zip_in_another_code(self):
        self.refuses(zipped(("caf_.c", b"1")).replace(b"caf_", b"caf\x82"),
                     "caf\ufffd.c: the name is not UTF-8")

    def test_names_of_a_zip_that_are_not_utf_8(self):
        damaged = zipped(("b", b""), ("a\u00e9.c", b"")).replace("\u00e9".encode(), b"\xff\xfe")
        self.assertNotIn("\u00e9".encode(), damaged)
        self.refuses(damaged, "entry 2: the name is not UTF-8")

    def test_a_part_longer_than_255_bytes(self):
        self.accepts(tar(("x" * 255, b"")), {"x" * 255: b""})
        self.refuses(tar(("x" * 256, b"")),
                     "x" * 120 + "…: a part of the path is longer than 255 bytes")

    def test_a_path_longer_than_1024_bytes(self):
        longest = "/".join(["x" * 204] * 5)
        self.assertEqual(self.unpack(tar((longest, b"")))[0], unpacking.OK)
        self.refuses(tar((longest + "/y", b"")),
                     longest[:120] + "…: the path is longer than 1024 bytes")

    def test_a_path_deeper_than_32_levels(self):
        deepest = "/".join("d" * 32)
        self.assertEqual(self.unpack(tar((deepest, b"")))[0], unpacking.OK)
        self.refuses(tar((deepest + "/d", b"")),
                     f"{deepest}/d: the path is deeper than 32 levels")

    def test_an_empty_name(self):
        self.refuses(newc((".", stat.S_IFREG, b"")), ".: the name is empty")


class Duplicates(unpacking.UnpackingTest):
    SAME = "on some systems the same name as another entry's"

    def test_the_same_name_twice(self):
        self.refuses(tar(("a", b"1"), ("./a", b"2")), "a: is in the archive twice")
        self.refuses(zipped(("a", b"1"), ("a", b"2")), "a: is in the archive twice")

    def test_a_folder_twice(self):
        self.refuses(tar(("d", FOLDER), ("d", FOLDER)), "d: is in the archive twice")

    def test_a_file_and_a_folder(self):
        self.refuses(tar(("a", b"1"), ("a", FOLDER)), "a: is in the archive twice")

    def test_a_file_below_a_file(self):
        self.refuses(tar(("a", b"1"), ("a/b", b"2")), "a/b: lies below a file")

    def test_names_that_differ_in_case(self):
        self.refuses(tar(("Makefile", b"1"), ("makefile", b"2")), f"makefile: {self.SAME}")
        self.refuses(tar(("Übung", b"1"), ("übung", b"2")), f"übung: {self.SAME}")

    def test_folders_that_differ_in_case(self):
        self.refuses(tar(("Src/a", b"1"), ("src/b", b"2")), f"src/b: {self.SAME}")

    def test_names_that_differ_in_composition(self):
        composed, apart = "\u00e9.c", "e\u0301.c"
        self.assertEqual(unicodedata.normalize("NFC", apart), composed)
        for archive in (newc((composed, stat.S_IFREG, b"1"), (apart, stat.S_IFREG, b"2")),
                        tar((composed, b"1"), (apart, b"2")), zipped((composed, b"1"), (apart, b"2")),
                        tar((composed, b"1"), (apart, b"2"), form=tarfile.GNU_FORMAT),
                        bsdtar("--format=7zip", **{composed: b"1", apart: b"2"})):
            self.refuses(archive, f"{composed}: is in the archive twice")

    def test_names_that_differ_in_dots_and_blanks_at_the_end(self):
        self.refuses(tar(("a", b"1"), ("a.", b"2")), f"a.: {self.SAME}")
        self.refuses(tar(("d/a", b"1"), ("d /b", b"2")), f"d /b: {self.SAME}")


class Links(unpacking.UnpackingTest):
    def test_links_to_absolute_paths(self):
        self.refuses(tar(("l", link("/etc/passwd"))), "l: a link to an absolute path")
        self.refuses(zipped(("l", b"/etc/passwd", stat.S_IFLNK | 0o777)),
                     "l: a link to an absolute path")
        self.refuses(newc(("l", stat.S_IFLNK | 0o777, b"/etc/passwd")),
                     "l: a link to an absolute path")

    def test_links_that_leave_the_root(self):
        for name, target in ("l", "../victim"), ("d/l", "../../victim"), ("l", ".."), (
                "d/l", ".././.."):
            with self.subTest(target=target):
                self.refuses(tar((name, link(target))),
                             f"{name}: a link that leaves the submission")

    def test_links_that_would_leave_it_through_another(self):
        self.refuses(tar(("d/up", link("..")), ("d/l", link("up/../victim"))),
                     'd/l: a link whose target holds ".." after a name')

    def test_links_to_nothing(self):
        self.refuses(raw_tar(raw_header(b"l", kind=b"2")), "l: a link to nothing")

    def test_a_file_through_a_link(self):
        self.refuses(tar(("d", FOLDER), ("l", link("d")), ("l/a", b"1")),
                     "l/a: lies below a symbolic link")

    def test_a_file_in_place_of_a_link(self):
        self.refuses(tar(("a", b""), ("l", link("a")), ("l", b"over")),
                     "l: is in the archive twice")

    def test_hard_links_to_outside(self):
        reason = "a hard link to what is not an earlier file of the archive"
        for target in "/etc/passwd", "../victim", "later", "d", "l":
            with self.subTest(target=target):
                self.refuses(tar(("d", FOLDER), ("l", link("later")), ("h", hard_link(target)),
                                 ("later", b"")), f"h: {reason}")


class Kinds(unpacking.UnpackingTest):
    def test_special_files(self):
        rest = "only files, folders and links are unpacked"
        for kind, name in ((tarfile.CHRTYPE, "a character device"),
                           (tarfile.BLKTYPE, "a block device"), (tarfile.FIFOTYPE, "a fifo")):
            with self.subTest(kind=name):
                self.refuses(tar(("x", file_type(kind, devmajor=1, devminor=3))),
                             f"x: {name}; {rest}")

    def test_sockets(self):
        self.refuses(newc(("x", stat.S_IFSOCK | 0o644, b"")),
                     "x: a socket; only files, folders and links are unpacked")


class Bombs(unpacking.UnpackingTest):
    def test_a_zip_bomb(self):
        self.refuses(zipped(("a", bytes(10 << 20))), "a: larger than the limit of 1048576 bytes")

    def test_many_files_that_are_too_much_together(self):
        self.refuses(zipped(*((f"f{i}", bytes(100_000)) for i in range(20))),
                     "f10: with it, all files are larger than the limit of 1048576 bytes")

    def test_a_tar_gz_bomb(self):
        self.refuses(gzip.compress(tar(("a", bytes(64 << 20)))),
                     "a: larger than the limit of 1048576 bytes")

    def test_zeros_behind_the_end_of_a_tar(self):
        self.refuses(gzip.compress(tar(("a", b"1")) + bytes(32 << 20)),
                     "more than 1 MiB of padding follow the archive")

    def test_litter_without_end(self):
        self.refuses(gzip.compress(tar((".git/pack", bytes(257 << 20)), ("a", b"1")), 1),
                     ".git/pack: the files that are left out hold more than 256 MiB")

    def test_a_sparse_file_of_a_tebibyte(self):
        sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "huge",
                  "GNU.sparse.realsize": str(1 << 40)}
        chart = padded(b"1\n%d\n1\n" % ((1 << 40) - 1))
        self.refuses(tar(("x", {"pax_headers": sparse}, chart + b"x")),
                     "huge: larger than the limit of 1048576 bytes")

    def test_a_size_of_a_tebibyte_with_nothing_behind(self):
        self.refuses(raw_tar(raw_header(b"a", size=(1 << 33) - 1)),
                     "a: larger than the limit of 1048576 bytes")

    def test_a_zip_that_lies_about_its_sizes(self):
        honest = zipped(("a", bytes(MAX_SIZE * 2)))
        size = (MAX_SIZE * 2).to_bytes(4, "little")
        self.assertEqual(honest.count(size), 2)
        self.refuses(honest.replace(size, (10).to_bytes(4, "little")),
                     "a: larger than the limit of 1048576 bytes")


if __name__ == "__main__":
    support.main()
