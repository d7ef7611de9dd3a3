"""Archives as people hand them in."""
import bz2
import gzip
import io
import lzma
import os
import stat
import subprocess
import tarfile
import tempfile
import unittest
import zipfile

import support
import unpacking
from archiving import FOLDER, bsdtar, hard_link, link, newc, tar, zipped
from unpacking import MAX_FILES, MAX_SIZE, OK

TREE = {"src": None, "src/a.c": b"int a;\n", "b.txt": b"b" * 5000}


def sample_tar():
    return tar(("src", FOLDER), ("src/a.c", b"int a;\n"), ("b.txt", b"b" * 5000))


class Formats(unpacking.UnpackingTest):
    def test_tar(self):
        self.accepts(sample_tar(), TREE)

    def test_tar_gz(self):
        self.accepts(gzip.compress(sample_tar()), TREE)

    def test_tar_bz2(self):
        self.accepts(bz2.compress(sample_tar()), TREE)

    def test_tar_xz(self):
        self.accepts(lzma.compress(sample_tar()), TREE)

    def test_tar_zst(self):
        done = subprocess.run(["zstd", "-q", "-c"], input=sample_tar(), check=True,
                              capture_output=True)
        self.accepts(done.stdout, TREE)

    def test_tar_in_gnu_and_ustar_form(self):
        name = "d" * 120 + "/" + "f" * 60
        for form in tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT:
            with self.subTest(form=form):
                self.accepts(tar((name, b"x"), form=form), {"d" * 120: None, name: b"x"})

    def test_zip(self):
        self.accepts(zipped(("src/", b"", stat.S_IFDIR | 0o755), ("src/a.c", b"int a;\n"),
                            ("b.txt", b"b" * 5000)), TREE)

    def test_zip_without_entries_for_folders(self):
        self.accepts(zipped(("src/a.c", b"int a;\n"), ("b.txt", b"b" * 5000)), TREE)

    def test_zip_stored_bzip2_and_lzma(self):
        for method in zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA:
            with self.subTest(method=method):
                self.accepts(zipped(("b.txt", b"b" * 5000), compression=method),
                             {"b.txt": b"b" * 5000})

    def test_zip_with_a_comment(self):
        self.accepts(zipped(("a", b"x"), comment=b"handed in late"), {"a": b"x"})

    def test_zip_that_was_streamed(self):
        class Pipe(io.RawIOBase):
            """Takes bytes and cannot seek, so that sizes follow the data."""
            def __init__(self):
                super().__init__()
                self.taken = b""

            def writable(self):
                return True

            def write(self, data):
                self.taken += bytes(data)
                return len(data)

        pipe = Pipe()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", b"streamed" * 100)
        self.accepts(pipe.taken, {"a.txt": b"streamed" * 100})

    def test_zip_with_a_zip64_entry(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            with archive.open("a.txt", "w", force_zip64=True) as file:
                file.write(b"content")
        self.accepts(out.getvalue(), {"a.txt": b"content"})

    def test_7z(self):
        self.accepts(bsdtar("--format=7zip", a=b"one", b=b"two" * 1000),
                     {"a": b"one", "b": b"two" * 1000})

    def test_cpio_of_the_supervisor(self):
        self.accepts(newc(("src", stat.S_IFDIR | 0o755, b""),
                          ("src/a.c", stat.S_IFREG | 0o644, b"int a;\n"),
                          ("b.txt", stat.S_IFREG | 0o644, b"b" * 5000)), TREE)

    def test_archives_within_are_files(self):
        inner = zipped(("../../victim", b"x"))
        self.accepts(tar(("inner.zip", inner)), {"inner.zip": inner})


class Entries(unpacking.UnpackingTest):
    def test_leading_dots_and_surplus_slashes_are_dropped(self):
        self.accepts(tar(("./", FOLDER), ("./a", b"1"), ("./d//./b", b"2")),
                     {"a": b"1", "d": None, "d/b": b"2"})

    def test_a_folder_may_follow_its_files(self):
        self.accepts(tar(("d/a", b"1"), ("d", FOLDER)), {"d": None, "d/a": b"1"})

    def test_empty_files_and_folders(self):
        self.accepts(tar(("empty", b""), ("folder", FOLDER)), {"empty": b"", "folder": None})

    def test_names_in_utf_8(self):
        tree = {"Übung 1": None, "Übung 1/línea.c": b"1", "課題.py": b"2"}
        self.accepts(tar(("Übung 1/línea.c", b"1"), ("課題.py", b"2")), tree)
        self.accepts(zipped(("Übung 1/línea.c", b"1"), ("課題.py", b"2")), tree)

    def test_names_are_composed_in_every_format(self):
        apart = "e\u0301.c"
        for archive in (tar((apart, b"1")), tar((apart, b"1"), form=tarfile.GNU_FORMAT),
                        zipped((apart, b"1")), newc((apart, stat.S_IFREG, b"1")),
                        zipped((apart, b"1")).replace(b"\0\0\x08\x08", b"\0\0\0\x08"),
                        bsdtar("--format=7zip", **{apart: b"1"})):
            self.accepts(archive, {"\u00e9.c": b"1"})

    def test_backslashes_of_zips_from_dos_part_folders(self):
        archive = bytearray(zipped(("d\\a.txt", b"1")))
        archive[archive.index(b"PK\1\2") + 5] = 0  # made by: FAT
        self.accepts(bytes(archive), {"d": None, "d/a.txt": b"1"})

    def test_the_owners_execute_bit_is_kept(self):
        self.accepts(tar(("run.sh", {"mode": 0o700}, b"#!"), ("a.c", {"mode": 0o666}, b""),
                         ("group", {"mode": 0o610}, b"")),
                     {"run.sh": b"#!", "a.c": b"", "group": b""})
        self.assertEqual([self.mode(name) for name in ("run.sh", "a.c", "group")],
                         [0o755, 0o644, 0o644])

    def test_the_execute_bit_of_a_zip_is_kept(self):
        self.accepts(zipped(("run.sh", b"#!", stat.S_IFREG | 0o755)), {"run.sh": b"#!"})
        self.assertEqual(self.mode("run.sh"), 0o755)

    def test_set_id_and_sticky_bits_are_stripped(self):
        self.accepts(tar(("d", dict(FOLDER, mode=0o7777)), ("d/a", {"mode": 0o6755}, b"")),
                     {"d": None, "d/a": b""})
        self.assertEqual((self.mode("d"), self.mode("d/a")), (0o755, 0o755))

    def test_folders_that_nobody_may_enter_can_be_entered(self):
        self.accepts(tar(("d", dict(FOLDER, mode=0)), ("d/a", {"mode": 0}, b"1")),
                     {"d": None, "d/a": b"1"})
        self.assertEqual((self.mode("d"), self.mode("d/a")), (0o755, 0o644))

    def test_times_and_extended_attributes_are_ignored(self):
        self.accepts(tar(("a", {"mtime": 1, "pax_headers": {"SCHILY.xattr.user.x": "y"}}, b"")),
                     {"a": b""})
        self.assertGreater(os.stat(os.path.join(self.box, "a")).st_mtime, 1_000_000)
        self.assertEqual(os.listxattr(os.path.join(self.box, "a")), [])

    def test_links_that_stay_inside(self):
        self.accepts(tar(("a", b"1"), ("d/up", link("../a")), ("down", link("d/up")),
                         ("nowhere", link("missing"))),
                     {"a": b"1", "d": None, "d/up": ("link", "../a"),
                      "down": ("link", "d/up"), "nowhere": ("link", "missing")})

    def test_links_of_a_zip(self):
        self.accepts(zipped(("a", b"1"), ("l", b"a", stat.S_IFLNK | 0o777)),
                     {"a": b"1", "l": ("link", "a")})

    def test_hard_links_to_earlier_files(self):
        self.accepts(tar(("a", b"1"), ("d/b", hard_link("./a"))),
                     {"a": b"1", "d": None, "d/b": b"1"})

    def test_sparse_files(self):
        with open(os.path.join(self.folder.name, "packed"), "wb") as file:
            file.truncate(300_000)
            os.pwrite(file.fileno(), b"x", 100_000)
        packed = subprocess.run(["bsdtar", "-c", "--format=pax", "-f", "-", "-C",
                                 self.folder.name, "packed"], check=True, capture_output=True)
        self.accepts(packed.stdout,
                     {"packed": bytes(100_000) + b"x" + bytes(199_999)})


class LeftOut(unpacking.UnpackingTest):
    def test_litter_is_left_out(self):
        self.accepts(zipped(("a.c", b"1"), ("__MACOSX/._a.c", b"x"), ("d/._b.c", b"x"),
                            (".DS_Store", b"x"), ("d/Thumbs.db", b"x"), (".git/HEAD", b"x"),
                            ("sub/.git", b"gitdir: x"), ("d/b.c", b"2")),
                     {"a.c": b"1", "d": None, "d/b.c": b"2"})

    def test_what_looks_alike_is_kept(self):
        names = ".gitignore", "_MACOSX", "._", "Thumbs.dbx", "git"
        self.accepts(tar(*((name, b"") for name in names)), dict.fromkeys(names, b""))

    def test_litter_does_not_count(self):
        self.accepts(tar(("a", b"1"), *((f".git/{i}", b"x" * 100) for i in range(20))),
                     {"a": b"1"}, max_files=1, max_size=1)

    def test_litter_must_still_be_well_named(self):
        self.refuses(tar(("a", b"1"), (".git/../../victim", b"x")),
                     '.git/../../victim: the path holds ".."')

    def test_litter_alone_is_nothing(self):
        self.refuses(tar((".DS_Store", b"x"), (".git/HEAD", b"x")),
                     "the submission holds no file")


class Limits(unpacking.UnpackingTest):
    def test_as_many_files_as_allowed(self):
        tree = {f"f{i}": b"" for i in range(MAX_FILES)}
        self.accepts(tar(*tree.items()), tree)

    def test_one_file_more_is_refused(self):
        self.refuses(tar(*((f"f{i}", b"") for i in range(MAX_FILES + 1))),
                     "f50: more than 50 files and folders")

    def test_folders_count(self):
        self.accepts(tar(("a/b/c", b"")), {"a": None, "a/b": None, "a/b/c": b""}, max_files=3)
        self.refuses(tar(("a/b/c", b"")), "a/b/c: more than 2 files and folders", max_files=2)

    def test_as_many_bytes_as_allowed(self):
        self.accepts(tar(("a", b"a" * (MAX_SIZE - 1)), ("b", b"b")),
                     {"a": b"a" * (MAX_SIZE - 1), "b": b"b"})

    def test_one_byte_more_in_all_is_refused(self):
        self.refuses(tar(("a", b"a" * (MAX_SIZE - 1)), ("b", b"bb")),
                     "b: with it, all files are larger than the limit of 1048576 bytes")

    def test_one_byte_more_in_a_file_is_refused(self):
        self.refuses(tar(("a", b"a" * (MAX_SIZE + 1))),
                     "a: larger than the limit of 1048576 bytes")

    def test_hard_links_count_their_bytes(self):
        self.refuses(tar(("a", b"a" * 600), ("b", hard_link("a"))),
                     "b: with it, all files are larger than the limit of 1000 bytes",
                     max_size=1000)


class CommandLine(unittest.TestCase):
    def run_unpack(self, *options):
        return subprocess.run([unpacking.UNPACK, *options], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)

    def test_help_is_printed(self):
        done = self.run_unpack("--help")
        self.assertEqual((done.returncode, done.stderr), (OK, ""))
        self.assertIn("Usage: cupel-unpack --max-size BYTES", done.stdout)

    def test_limits_are_needed(self):
        for options in ([], ["--max-size", "1"], ["--max-size", "-1", "--max-files", "1"],
                        ["--max-size", "0", "--max-files", "1"],
                        ["--max-size", "1x", "--max-files", "1"],
                        ["--max-size", "9" * 30, "--max-files", "1"],
                        ["--max-size", "1", "--max-files", "1", "surplus"]):
            with self.subTest(options=options):
                done = self.run_unpack(*options)
                self.assertEqual((done.returncode, done.stdout, done.stderr),
                                 (unpacking.USAGE, "", "cupel-unpack: --max-size and --max-files"
                                  " are needed, both positive numbers\n"))

    def test_input_that_is_no_file_is_the_platforms_fault(self):
        done = self.run_unpack("--max-size", "1", "--max-files", "1")
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (unpacking.PLATFORM, "",
                          "cupel-unpack: standard input is not a regular file\n"))

    def test_a_name_that_is_taken_is_the_platforms_fault(self):
        with tempfile.TemporaryDirectory() as folder:
            box = os.path.join(folder, "box")
            os.mkdir(box)
            with open(os.path.join(box, "a"), "w"):
                pass
            packed = os.path.join(folder, "packed")
            with open(packed, "wb") as file:
                file.write(tar(("a", b"1")))
            with open(packed, "rb") as file:
                done = subprocess.run([unpacking.UNPACK, "--max-size", "9", "--max-files", "9"],
                                      stdin=file, capture_output=True, text=True, cwd=box)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (unpacking.PLATFORM, "", "cupel-unpack: create a: File exists\n"))


if __name__ == "__main__":
    support.main()
