"""Archives that are not whole: libarchive lets many of them pass."""
import bz2
import gzip
import lzma
import random
import stat
import struct

import support
import unpacking
from archiving import (FOLDER, bsdtar, link, newc, padded, raw_header, raw_tar, tar, zipped,
                       zstd)
from unpacking import REJECTED

NOISE = random.Random(7).randbytes(20_000)  # does not compress


def flipped(archive, at):
    changed = bytearray(archive)
    changed[at] ^= 0x10
    return bytes(changed)


class Damaged(unpacking.UnpackingTest):
    def refuses_like(self, archive, pattern):
        status, reason = self.unpack(archive)
        self.assertEqual((status, reason), (REJECTED, reason))
        self.assertRegex(reason, pattern)

    def test_archives_that_are_cut_short_anywhere(self):
        whole = {
            "tar": tar(("a", NOISE)), "gz": gzip.compress(tar(("a", NOISE))),
            "bz2": bz2.compress(tar(("a", NOISE))), "xz": lzma.compress(tar(("a", NOISE))),
            "zst": zstd(tar(("a", NOISE))), "zip": zipped(("a", NOISE)),
            "7z": bsdtar("--format=7zip", a=NOISE),
            "cpio": newc(("a", stat.S_IFREG, NOISE)),
        }
        for name, archive in whole.items():
            self.assertEqual(self.unpack(archive), (0, ""), name)
            step = len(archive) // 9
            # a tar may lose all of its padding but for 1024 bytes
            last = 512 * 40 + 1024 if name == "tar" else len(archive)
            for length in [*range(step, last, step), last - 1, last - 4, last - 8]:
                with self.subTest(form=name, length=length):
                    self.refuses_like(archive[:length], "cut short|not an archive")

    def test_a_cpio_that_the_supervisor_would_not_pack(self):
        good = newc(("a", stat.S_IFREG | 0o644, b"1"), ("b", stat.S_IFREG | 0o644, b"2"))
        foreign = "damaged: a cpio that cupel has not packed"
        second = good.index(b"070701", 6)
        self.refuses(good[:second] + b"x" * 4 + good[second:], foreign)
        self.refuses(good[:second + 6] + b"?" + good[second + 7:], foreign)
        links = 6 + 4 * 8
        several = good[:links] + b"00000002" + good[links + 8:]
        self.refuses(several, foreign)
        # this one ends libarchive 3.6.2 by a signal
        self.refuses(several.replace(b"a\0", b"\xff\0"), foreign)
        name_size = 6 + 11 * 8
        self.refuses(good[:name_size] + b"FFFFFFFF" + good[name_size + 8:],
                     "the archive is cut short")
        self.refuses(good + bytes(4), "data follow the end of the archive")
        self.refuses(good + good, "data follow the end of the archive")

    def test_a_tar_without_end_mark(self):
        entry = raw_header(b"a", size=3) + padded(b"abc")
        self.refuses(entry, "damaged or cut short: the tar has no end mark")
        self.refuses(entry + bytes(512), "damaged or cut short: the tar has no end mark")
        self.accepts(entry + bytes(1024), {"a": b"abc"})

    def test_a_file_of_zeros_is_no_end_mark(self):
        self.refuses(raw_header(b"a", size=4096) + bytes(4096),
                     "damaged or cut short: the tar has no end mark")

    def test_a_wrong_checksum_of_a_tar_header(self):
        good = tar(("a", b"1"), ("b", b"2"))
        self.refuses_like(flipped(good, 1024 + 1), r"^damaged or cut short \(")
        self.refuses(flipped(good, 1), "not an archive: no zip, tar or 7z")

    def test_data_behind_a_tar(self):
        self.refuses(tar(("a", b"1")) + b"x", "data follow the end of the archive")
        self.refuses(tar(("a", b"1")) + tar(("b", b"1")), "data follow the end of the archive")

    def test_data_behind_a_compressed_tar(self):
        for name, compress in (("bz2", bz2.compress), ("xz", lzma.compress), ("zst", zstd),
                               ("gz", gzip.compress)):
            with self.subTest(form=name):
                self.refuses_like(compress(tar(("a", b"1"))) + b"surplus",
                                  "data follow|damaged or cut short")

    def test_flipped_bits_in_the_gzip_trailer(self):
        good = gzip.compress(tar(("a", b"1")))
        for at in range(-8, 0):
            with self.subTest(at=at):
                self.refuses(flipped(good, at),
                             "damaged: the gzip checksum is wrong, or data follow it")

    def test_flipped_bits_in_compressed_data(self):
        for name, compress in (("gz", gzip.compress), ("bz2", bz2.compress),
                               ("xz", lzma.compress), ("zst", zstd)):
            packed = compress(tar(("a", NOISE)))
            for at in len(packed) // 3, len(packed) // 2:
                with self.subTest(form=name, at=at):
                    if name == "zst":
                        self.unpack(flipped(packed, at))  # has a checksum by choice only
                    else:
                        self.refuses_like(flipped(packed, at), "damaged")

    def test_flipped_bits_in_a_zip(self):
        good = zipped(("a", NOISE), compression=0)
        self.refuses_like(flipped(good, 5000), r"^a: damaged or cut short \(ZIP bad CRC")

    def test_flipped_bits_in_a_7z(self):
        good = bsdtar("--format=7zip", "--options=compression=store", a=NOISE)
        self.refuses_like(flipped(good, 5000), r"^a: damaged or cut short \(7-Zip bad CRC")
        self.refuses_like(flipped(good, len(good) - 20), "damaged")

    def test_data_behind_a_7z(self):
        self.refuses(bsdtar("--format=7zip", a=b"1") + b"x",
                     "data follow the end of the archive")

    def test_a_zip_whose_size_is_a_lie(self):
        good = zipped(("a", b"0123456789"), compression=0)
        size = struct.pack("<L", 10)
        for wrong in 9, 11:
            with self.subTest(size=wrong):
                self.refuses_like(good.replace(size, struct.pack("<L", wrong)), "^a: damaged")
        deflated = zipped(("a", b"0" * 1000))
        self.refuses_like(deflated.replace(struct.pack("<L", 1000), struct.pack("<L", 999)),
                          "^a: damaged")

    def test_a_zip_without_directory(self):
        good = zipped(("a", b"1"))
        self.refuses(good[:good.index(b"PK\1\2")],
                     "damaged or cut short: the zip's directory has no end")

    def test_data_behind_and_before_a_zip(self):
        self.refuses(zipped(("a", b"1")) + b"x",
                     "damaged or cut short: the zip's directory has no end")
        self.refuses(b"#!/bin/sh\n" + zipped(("a", b"1")), "not an archive: no zip, tar or 7z")

    def test_a_zip_whose_directory_ends_twice(self):
        inner = zipped(("a", b"1"))
        self.refuses(zipped(("a", b"1"), comment=inner), "damaged: the zip's directory ends twice")
        self.accepts(zipped(("a.zip", inner), compression=0), {"a.zip": inner})

    def test_a_zip_whose_directory_counts_otherwise(self):
        good = bytearray(zipped(("a", b"1"), ("b", b"2")))
        end = good.rindex(b"PK\5\6")
        for count in 1, 3:
            good[end + 8:end + 12] = struct.pack("<HH", count, count)
            self.refuses(bytes(good), f"damaged: 2 entries where the zip's directory counts"
                         f" {count}")

    def test_zip_entries_that_share_their_data(self):
        good = zipped(("a", b"1"), ("b", b"1"))
        first = good.index(b"PK\1\2")
        second = good.index(b"PK\1\2", first + 4)
        shared = good[:second + 42] + bytes(4) + good[second + 46:]
        status, reason = self.unpack(shared)
        self.assertEqual(status, REJECTED)
        self.assertRegex(reason, "damaged")

    def test_encrypted_zips(self):
        good = bytearray(zipped(("a", b"1")))
        good[6] |= 1
        good[good.index(b"PK\1\2") + 8] |= 1
        self.refuses(bytes(good), "a: is encrypted")

    def test_empty_archives(self):
        self.refuses(tar(), "the submission holds no file")
        self.refuses(gzip.compress(tar()), "the submission holds no file")
        self.refuses(zipped(), "the submission holds no file")
        self.refuses(newc(), "the submission holds no file")
        self.refuses(tar(("d", FOLDER)), "the submission holds no file")
        self.refuses(b"", "the archive is empty, it holds 0 bytes")

    def test_what_is_no_archive(self):
        for content in b"x", b"int main(void) {}\n" * 100, gzip.compress(b"one file"), NOISE:
            self.refuses(content, "not an archive: no zip, tar or 7z")

    def test_what_begins_with_zeros_and_is_no_tar(self):
        self.refuses(bytes(32768) + b"\1CD001\1" + bytes(2040), "not an archive: no zip, tar or 7z")

    def test_an_archive_that_is_compressed_twice(self):
        self.refuses(gzip.compress(gzip.compress(tar(("a", b"1")))),
                     "the archive is compressed more than once")
        self.refuses(gzip.compress(zipped(("a", b"1"))), "not an archive: no zip, tar or 7z")

    def test_any_one_byte_may_change_without_harm(self):
        """Whatever it does to the archive: a clean end, and nothing outside."""
        chance = random.Random(11)
        for name, archive in (("tar", tar(("d/a", b"x" * 700), ("l", link("d/a")))),
                              ("zip", zipped(("d/a", b"x" * 700), ("b", b"y"))),
                              ("7z", bsdtar("--format=7zip", a=b"x" * 700, b=b"y"))):
            for _ in range(60):
                at = chance.randrange(min(len(archive), 3072))
                changed = archive[:at] + chance.randbytes(1) + archive[at + 1:]
                with self.subTest(form=name, at=at):
                    self.assertIn(self.unpack(changed)[0], (0, REJECTED))


if __name__ == "__main__":
    support.main()
