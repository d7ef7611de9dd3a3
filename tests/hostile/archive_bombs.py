"""Archives that become large, that need much memory, and whose sizes are lies."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib

from archive_record import MAIN, OUT, ended, fills, hostile, makes, said, wrote
from archiving import bsdtar, padded, raw_header, raw_tar, sealed, tar, zipped, zstd

LARGE = 64 << 20
TOO_LARGE = "larger than the limit of 1048576 bytes"
LIMIT = f"^main.py: {TOO_LARGE}$"


def large_tar():
    return tar(("main.py", bytes(LARGE)))


@hostile("a bomb of zip", "sizes", "zipfile", fills(48), refused=LIMIT, suffix=".zip")
def bomb_zip():
    return zipped(("main.py", bytes(LARGE)))


@hostile("a bomb of gzip", "sizes", "tar", fills(48), refused=LIMIT, suffix=".tar.gz")
def bomb_gz():
    return gzip.compress(large_tar())


@hostile("a bomb of bzip2", "sizes", "tar", fills(48), refused=LIMIT, suffix=".tar.bz2")
def bomb_bz2():
    return bz2.compress(large_tar())


@hostile("a bomb of xz", "sizes", "tar", fills(48), refused=LIMIT, suffix=".tar.xz")
def bomb_xz():
    return lzma.compress(large_tar(), preset=0)


@hostile("a bomb of zstd", "sizes", "bsdtar", fills(48), refused=LIMIT, suffix=".tar.zst")
def bomb_zst():
    return zstd(large_tar())


@hostile(
    "a bomb of many files, each within the limit", "sizes", "zipfile", fills(16),
    refused="^f10: with it, all files are larger than the limit", suffix=".zip",
)
def bomb_of_many_files():
    return zipped(*((f"f{number}", bytes(1_000_000 // 10)) for number in range(200)))


@hostile(
    "zips in each other, which are large at the bottom", "sizes, cell", "recursive", fills(40),
    defused={"main.py": MAIN, "a.zip": MAIN}, suffix=".zip",
)
def nested_bomb():
    inner = zipped(("zeros", bytes(LARGE // 4)))
    middle = zipped(*((f"{number}.zip", inner) for number in range(4)))
    return zipped(("main.py", b""), ("a.zip", middle))


@hostile(
    "a zip in a zip, 100 times: what a zip that holds itself is to who goes on", "cell", "recursive",
    makes(150), defused={"main.py": MAIN, "a.zip": MAIN}, suffix=".zip",
)
def zips_in_zips():
    inner = zipped(("main.py", b""))
    for _ in range(100):
        inner = zipped(("main.py", b""), ("a.zip", inner))
    return inner


@hostile(
    "zip entries that share their data, each quoting the next", "sizes", "bsdtar", fills(24),
    refused="^f01: with it, all files are larger than the limit", suffix=".zip",
)
def overlapping_entries():
    """As of David Fifield, A better zip bomb (2019): the data of each entry are a stored block
    with the head of the next, and then that one's own data."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = bytes(900_000)
    packed = deflate.compress(plain) + deflate.flush()
    heads = []
    for number in reversed(range(40)):
        name = b"f%02d" % number
        facts = (20, 0, 8, 0, 33, zlib.crc32(plain), len(packed), len(plain), len(name), 0)
        head = struct.pack("<4s5H3L2H", b"PK\3\4", *facts) + name
        heads.insert(0, (name, facts, head))
        data = packed
        block = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF)
        plain, packed = head + plain, block + head + packed
    directory, at = b"", 0
    for name, facts, head in heads:
        directory += struct.pack("<4sH5H3L5H2L", b"PK\1\2", 20, *facts, 0, 0, 0, 0, at) + name
        at += len(head) + 5
    start = len(heads[0][2]) + len(data)
    end = (b"PK\5\6", 0, 0, 40, 40, len(directory), start, 0)
    return heads[0][2] + data + directory + struct.pack("<4s4H2LH", *end)


@hostile(
    "a name of 320 MiB", "libarchive", "tarfile", ended, refused="too large",
    suffix=".tar.gz",
)
def large_name():
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) as packed:
        packed.write(raw_header(b"././@LongLink", 320 << 20, b"L"))
        for _ in range(320):
            packed.write(bytes(1 << 20))
        packed.write(raw_tar(raw_header(b"main.py")))
    return out.getvalue()


@hostile(
    "zeros behind the end of a tar", "tail", "tar --ignore-zeros", ended,
    refused="^more than 1 MiB of padding follow the archive$", suffix=".tar.gz",
    options=("--cpu", "100ms"),
)
def zeros_behind_the_end():
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) as packed:
        packed.write(tar(("main.py", b"")))
        for _ in range(128):
            packed.write(bytes(1 << 20))
    return out.getvalue()


def asks_for_gigabytes(seen):
    """It had them, or where the kernel has less, died of asking."""
    return seen["peak_virtual"] >= 4 << 20 or "MemoryError" in seen["said"]


@hostile(
    "xz with a dictionary of 4 GiB", "sizes", "tarfile",
    asks_for_gigabytes, defused={"main.py": MAIN}, suffix=".tar.xz",
    refused="needs more memory than there is",
)
def xz_dictionary():
    packed = bytearray(lzma.compress(tar(("main.py", b"x"))))
    at = packed.index(b"\x02\x00\x21\x01", 12)
    packed[at + 4] = 40  # 4 GiB - 1
    header = packed[12:24]
    packed[20:24] = struct.pack("<L", zlib.crc32(header[:8]))
    return bytes(packed)


@hostile(
    "7z with a dictionary of 4 GiB", "sizes", "bsdtar in 2 GiB", said("exit 1"),
    defused={"main.py": MAIN}, suffix=".7z", refused="needs more memory than there is",
)
def seven_zip_dictionary():
    packed = bytearray(bsdtar("--format=7zip", **{"main.py": b"x" * 100}))
    at = packed.index(b"\x03\x01\x01\x05\x5d")
    packed[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    directory = 32 + struct.unpack("<Q", packed[12:20])[0]
    packed[28:32] = struct.pack("<L", zlib.crc32(packed[directory:]))
    packed[8:12] = struct.pack("<L", zlib.crc32(packed[12:32]))
    return bytes(packed)


@hostile(
    "a zip whose directory and entry differ in size", "libarchive, sizes", "unzip",
    wrote(f"{OUT}/main.py", ""), refused="^main.py: damaged", suffix=".zip",
)
def zip_sizes_differ():
    good = zipped(("main.py", b"0123456789" * 10), compression=0)
    at = good.index(b"PK\1\2") + 20
    return good[:at] + struct.pack("<LL", 50, 50) + good[at + 8 :]


@hostile(
    "a bomb whose zip64 field says 1 byte", "libarchive, sizes", "bsdtar -", fills(48),
    refused="^main.py: damaged", suffix=".zip",
)
def zip64_lie():
    good = zipped(("main.py", bytes(LARGE)))
    start = good.index(b"PK\1\2")
    entry = bytearray(good[start : good.index(b"PK\5\6")])
    entry[24:28] = b"\xff" * 4
    entry[30:32] = struct.pack("<H", 12)
    entry += struct.pack("<HHQ", 1, 8, 1)
    end = bytearray(good[good.index(b"PK\5\6") :])
    end[12:16] = struct.pack("<L", len(entry))
    return good[:start] + bytes(entry) + bytes(end)


def with_size(field):
    """A tar whose entry has these twelve bytes for a size."""
    block = raw_header(b"main.py")
    return raw_tar(sealed(block[:124] + field + block[136:]))


@hostile(
    "a tar entry of a negative size", "libarchive, sizes", "tarfile",
    said("unexpected end of data"), refused="Tar entry has negative size",
)
def negative_size():
    return with_size(b"\xff" * 12)


@hostile(
    "a tar entry of 8 EiB", "libarchive, sizes", "tarfile", said("ReadError"),
    refused="Tar entry size overflow",
)
def huge_size():
    return with_size(b"\x80" + bytes(3) + b"\x7f" + b"\xff" * 7)


@hostile(
    "a sparse file of a tebibyte", "sizes", "bsdtar",
    said("exit -25"), refused=f"^huge: {TOO_LARGE}$",
)
def sparse_tebibyte():
    chart = padded(b"1\n%d\n1\n" % ((1 << 40) - 1))
    sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "huge"}
    sparse["GNU.sparse.realsize"] = str(1 << 40)
    return tar(("x", {"pax_headers": sparse}, chart + b"x"))


@hostile(
    "a sparse map whose parts overlap and pass the end", "libarchive, sizes", "bsdtar",
    said("exit 1"), refused="^main.py: damaged: 500004 bytes where 10 were announced$",
)
def sparse_map_that_lies():
    chart = padded(b"3\n0\n4\n2\n4\n500000\n4\n")
    sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "main.py"}
    sparse["GNU.sparse.realsize"] = "10"
    return tar(("x", {"pax_headers": sparse}, chart + b"0123456789ab"))


ALL = [
    bomb_zip, bomb_gz, bomb_bz2, bomb_xz, bomb_zst, bomb_of_many_files, nested_bomb,
    zips_in_zips, overlapping_entries, large_name, zeros_behind_the_end, xz_dictionary,
    seven_zip_dictionary, zip_sizes_differ, zip64_lie, negative_size, huge_size, sparse_tebibyte,
    sparse_map_that_lies,
]
