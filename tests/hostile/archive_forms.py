"""Files that are two things, half a thing or another thing than they are taken for."""

import gzip
import struct
import zlib

from archive_record import ESCAPED, MAIN, OUT, hostile, said, stole, wrote
from archiving import bsdtar, padded, raw_header, raw_tar, tar, zipped

NOT_AN_ARCHIVE = "^not an archive: no zip, tar or 7z$"
MTREE = b"#mtree\nmain.py type=file mode=0644 contents=/box/secret\n"
EVIL = wrote(f"{OUT}/main.py", "evil")


@hostile(
    "an mtree, which has libarchive read files of the host", "container", "bsdtar, mtree",
    stole(f"{OUT}/main.py"), refused=NOT_AN_ARCHIVE,
)
def mtree():
    return MTREE


@hostile(
    "an mtree in a tar, for unpackers that go on", "container, cell", "recursive",
    stole(f"{OUT}/a.mtree.d/main.py"), defused={"main.py": MAIN, "a.mtree": MAIN},
)
def mtree_in_a_tar():
    return tar(("main.py", b""), ("a.mtree", MTREE))


@hostile(
    "a zip behind a script", "container", "zipfile", EVIL, refused=NOT_AN_ARCHIVE, suffix=".zip",
)
def zip_behind_a_script():
    return b"#!/bin/sh\nexit 0\n" + zipped(("main.py", b"evil"))


@hostile(
    "a tar with a zip behind it: readers differ", "tail", "zipfile", EVIL,
    refused="^data follow the end of the archive$",
)
def zip_behind_a_tar():
    return tar(("main.py", b"good")) + zipped(("main.py", b"evil"))


@hostile(
    "a tar behind the end of another", "tail", "tar --ignore-zeros", EVIL,
    refused="^data follow the end of the archive$",
)
def tar_behind_a_tar():
    return tar(("main.py", b"good")) + tar(("main.py", b"evil"))


@hostile(
    "a second member behind a gzip", "tail", "tar --ignore-zeros", EVIL,
    refused="data follow", suffix=".tar.gz",
)
def gzip_of_two_members():
    return gzip.compress(tar(("main.py", b"good"))) + gzip.compress(tar(("main.py", b"evil")))


@hostile(
    "a zip whose entry has another name than its directory says", "names", "bsdtar -",
    wrote(ESCAPED, "evil"), refused=r"^\.\./escaped: the path holds", suffix=".zip",
)
def zip_names_differ():
    good = zipped(("__/main.py", b"evil"))
    start = good.index(b"PK\1\2")
    return good[:start].replace(b"__/main.py", b"../escaped") + good[start:]


@hostile(
    "a zip whose comment has a directory of its own", "container", "zipfile", EVIL,
    refused="^damaged: the zip's directory ends twice$", suffix=".zip",
)
def zip_of_two_directories():
    first, second = zipped(("main.py", b"good")), zipped(("main.py", b"evil"))
    end = first.rindex(b"PK\5\6")
    start, last = second.index(b"PK\1\2"), second.rindex(b"PK\5\6")
    moved = bytearray(second)
    struct.pack_into("<L", moved, start + 42, len(first))
    struct.pack_into("<L", moved, last + 16, len(first) + start)
    comment = struct.pack("<H", len(moved))
    return first[: end + 20] + comment + bytes(moved)


@hostile(
    "an encrypted zip, at which scripts die", "kinds", "zipfile", said("encrypted"),
    refused="^main.py: is encrypted$", suffix=".zip",
)
def encrypted_zip():
    good = bytearray(zipped(("main.py", b"x")))
    good[6] |= 1
    good[good.index(b"PK\1\2") + 8] |= 1
    return bytes(good)


@hostile(
    "the last part of a split zip", "container", "zipfile", EVIL, refused=NOT_AN_ARCHIVE,
    suffix=".zip",
)
def split_zip():
    good = bytearray(b"PK\7\x08" + zipped(("main.py", b"evil")))
    end = good.rindex(b"PK\5\6")
    struct.pack_into("<HH", good, end + 4, 1, 1)
    return bytes(good)


@hostile(
    "a tar that is cut in a file", "libarchive", "bsdtar", EVIL,
    refused="^main.py: damaged or cut short",
)
def cut_in_a_file():
    return tar(("main.py", b"evil" * 1000))[:2048]


@hostile(
    "a tar that is cut in a header", "libarchive, tail", "tarfile", EVIL,
    refused="damaged or cut short",
)
def cut_in_a_header():
    return raw_header(b"main.py", 4) + padded(b"evil") + raw_header(b"later.py")[:300]


@hostile(
    "a tar that is cut behind an entry", "tail", "tarfile", EVIL,
    refused="^damaged or cut short: the tar has no end mark$",
)
def cut_behind_an_entry():
    return raw_header(b"main.py", 4) + padded(b"evil")


@hostile(
    "a zip that is cut before its directory", "container", "bsdtar -", EVIL,
    refused="^damaged or cut short: the zip's directory has no end$", suffix=".zip",
)
def cut_before_the_directory():
    good = zipped(("main.py", b"evil"))
    return good[: good.index(b"PK\1\2")]


@hostile(
    "a gzip that is cut in its trailer", "tail", "tar", EVIL,
    refused="^damaged or cut short", suffix=".tar.gz",
)
def cut_in_the_trailer():
    return gzip.compress(tar(("main.py", b"evil")))[:-3]


@hostile(
    "a wrong checksum in a zip", "libarchive", "unzip", EVIL,
    refused=r"^main.py: damaged or cut short \(ZIP bad CRC", suffix=".zip",
)
def wrong_checksum_zip():
    good = zipped(("main.py", b"good"), compression=0)
    return good.replace(b"good", b"evil")


@hostile(
    "a wrong checksum in a gzip", "tail", "bsdtar", EVIL,
    refused="^damaged: the gzip checksum is wrong", suffix=".tar.gz",
)
def wrong_checksum_gzip():
    good = gzip.compress(tar(("main.py", b"evil")))
    return good[:-8] + b"\0\0\0\0" + good[-4:]


@hostile(
    "a wrong checksum of a tar header, behind which readers go on", "libarchive", "tar", EVIL,
    refused="^damaged or cut short",
)
def wrong_checksum_tar():
    bad = raw_header(b"note.txt", 4).replace(b"note", b"nope") + padded(b"good")
    return raw_tar(raw_header(b"a.py"), bad, raw_header(b"main.py", 4), padded(b"evil"))


@hostile(
    "an archive that is compressed twice", "container", "bsdtar", EVIL,
    refused="^the archive is compressed more than once$", suffix=".tar.gz",
)
def compressed_twice():
    return gzip.compress(gzip.compress(tar(("main.py", b"evil"))))


@hostile("an archive of lha", "container", "bsdtar", EVIL, refused=NOT_AN_ARCHIVE)
def lha():
    name, content = b"main.py", b"evil"
    rest = b"-lh0-" + struct.pack("<LLLBBB", len(content), len(content), 0, 0x20, 0, len(name))
    rest += name + struct.pack("<H", crc16(content))
    return bytes([len(rest), sum(rest) & 0xFF]) + rest + content + b"\0"


def crc16(content):
    """CRC-16/ARC."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


@hostile("a rar of version 4", "container", "bsdtar", EVIL, refused=NOT_AN_ARCHIVE)
def rar():
    name, content = b"main.py", b"evil"
    facts = (len(content), len(content), 3, zlib.crc32(content), 0, 20, 0x30, len(name), 0o100644)
    blocks = [struct.pack("<BHH6x", 0x73, 0, 13)]
    blocks.append(struct.pack("<BHHLLBLLBBHL", 0x74, 0x8000, 32 + len(name), *facts) + name)
    blocks.append(struct.pack("<BHH", 0x7B, 0x4000, 7))
    first, file, last = (struct.pack("<H", zlib.crc32(b) & 0xFFFF) + b for b in blocks)
    return b"Rar!\x1a\7\0" + first + file + content + last


@hostile("a rar of version 5", "container", "bsdtar", EVIL, refused=NOT_AN_ARCHIVE)
def rar5():
    name, content = b"main.py", b"evil"
    file = bytes([2, 2, len(content), 4, len(content), 0xA4, 0x83, 2])  # with its mode
    file += struct.pack("<L3B", zlib.crc32(content), 0, 1, len(name)) + name
    blocks = (bytes([len(block)]) + block for block in (b"\1\0\0", file, b"\5\0\0"))
    first, file, last = (struct.pack("<L", zlib.crc32(block)) + block for block in blocks)
    return b"Rar!\x1a\7\1\0" + first + file + content + last


@hostile("a cabinet", "container", "bsdtar", EVIL, refused=NOT_AN_ARCHIVE)
def cab():
    content = b"evil"
    data = struct.pack("<LHH", 0, len(content), len(content)) + content
    file = struct.pack("<LLHHHH", len(content), 0, 0, 33, 0, 0x20) + b"main.py\0"
    start = 36 + 8 + len(file)
    sizes = (start + len(data), 44, 3, 1, 1, 1, 0, 0, 0)
    head = struct.pack("<4s4xL4xL4xBBHHHHH", b"MSCF", *sizes)
    return head + struct.pack("<LHH", start, 1, 0) + file + data


def another_form(name, *options):
    """An archive of a form that bsdtar reads and cupel does not take."""

    def make():
        return bsdtar(*options, **{"main.py": b"evil"})

    make.__name__ = name
    text = f"an archive of another form: {' '.join(options)}"
    return hostile(text, "container", "bsdtar", EVIL, refused=NOT_AN_ARCHIVE)(make)


ALL = [
    mtree, mtree_in_a_tar, zip_behind_a_script, zip_behind_a_tar, tar_behind_a_tar,
    gzip_of_two_members, zip_names_differ, zip_of_two_directories, encrypted_zip, split_zip,
    cut_in_a_file, cut_in_a_header, cut_behind_an_entry, cut_before_the_directory,
    cut_in_the_trailer, wrong_checksum_zip, wrong_checksum_gzip, wrong_checksum_tar,
    compressed_twice, lha, another_form("ar", "--format=arbsd"),
    rar, rar5, cab, another_form("iso", "--format=iso9660"),
    another_form("warc", "--format=warc"), another_form("cpio_odc", "--format=odc"),
    another_form("xar", "--format=xar"), another_form("compress", "-Z"),
    another_form("uuencode", "--uuencode"),
    another_form("lz4", "--lz4"), another_form("lzma", "--lzma"),
]
