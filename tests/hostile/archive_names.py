"""Names that lead out, deceive readers or are taken for others; names too many, long or deep."""

import gzip
import io
import re
import struct
import tarfile
import zipfile
import zlib

from archive_record import (
    ESCAPED,
    MAIN,
    OUT,
    OUTSIDE,
    ended,
    hostile,
    is_there,
    makes,
    said,
    wrote,
)
from archiving import FOLDER, padded, raw_header, raw_tar, tar, zipped


def climbs(path):
    return rf'^{re.escape(path)}: the path holds "\.\."$'


SAME = "on some systems the same name as another entry's"


@hostile(
    "an absolute path", "names", "tarfile", wrote(OUTSIDE),
    refused=f"^{OUTSIDE}: the path is absolute$",
)
def absolute_path():
    return tar((OUTSIDE, b"x"))


@hostile(
    "an absolute path in a zip", "names", "zipfile", wrote(OUTSIDE),
    refused=f"^{OUTSIDE}: the path is absolute$", suffix=".zip",
)
def absolute_path_zip():
    return zipped((OUTSIDE, b"x"))


@hostile(
    "a path that climbs", "names", "tarfile", wrote(ESCAPED),
    refused=climbs("../escaped"),
)
def climbing():
    return tar(("main.py", b""), ("../escaped", b"x"))


@hostile(
    "a path that climbs in its middle", "names", "zipfile", wrote(ESCAPED),
    refused=climbs("a/b/../../../escaped"), suffix=".zip",
)
def climbing_in_the_middle():
    return zipped(("a/b/c", b"1"), ("a/b/../../../escaped", b"x"))


@hostile(
    "a folder whose path climbs at its end, to change a mode outside", "names", "tarfile",
    is_there("/box", mode="777"), refused=climbs("d/../../"),
)
def climbing_at_the_end():
    return tar(("d", FOLDER), ("d/../..", {**FOLDER, "mode": 0o777}))


@hostile(
    "backslashes that climb", "names", "zipfile", wrote(ESCAPED),
    refused=r'^\.\.[\\/]escaped: ', suffix=".zip",
)
def backslashes():
    return zipped(("main.py", b""), ("..\\escaped", b"x"))


@hostile(
    "dots and slashes that are percent-encoded", "names", "decoding", wrote(ESCAPED),
    defused={"main.py": MAIN, "%2e%2e%2fescaped": MAIN},
)
def percent_encoded():
    return tar(("main.py", b""), ("%2e%2e%2fescaped", b"x"))


@hostile(
    "a slash in overlong UTF-8", "names", "decoding", wrote(ESCAPED, ""),
    refused="escaped: the name is not UTF-8$",
)
def overlong_slash():
    return raw_tar(raw_header(b"..\xc0\xafescaped"))


@hostile(
    "a pax header that replaces a harmless name", "names", "tarfile", wrote(ESCAPED),
    refused=climbs("../escaped"),
)
def pax_path():
    return tar(("main.py", {"pax_headers": {"path": "../escaped"}}, b"x"))


@hostile(
    "a global pax header that names every entry", "libarchive", "tarfile", wrote(ESCAPED),
    defused={"main.py": MAIN},
)
def pax_global_path():
    text = b"19 path=../escaped\n"
    head = raw_header(b"pax_global_header", len(text), b"g")
    return raw_tar(head, padded(text), raw_header(b"main.py", 1), padded(b"x"))


@hostile(
    "a second name in a zip's extra field, which climbs", "names", "bsdtar", wrote(ESCAPED),
    refused=climbs("../escaped"), suffix=".zip",
)
def zip_second_name():
    named = struct.pack("<BL", 1, zlib.crc32(b"main.py")) + b"../escaped"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("main.py")
        info.extra = struct.pack("<HH", 0x7075, len(named)) + named
        info.external_attr = 0o100644 << 16
        archive.writestr(info, b"x")
    return out.getvalue()


@hostile(
    "a long name of GNU tar before a harmless one", "names", "tarfile", wrote(ESCAPED),
    refused=r'escaped: the path holds "\.\."$',
)
def gnu_long_name():
    return tar(("./" * 47 + "../escaped", b"x"), form=tarfile.GNU_FORMAT)


@hostile(
    "a NUL in a name, at which unpackers die", "libarchive", "tarfile",
    said("embedded null byte"), defused={"main.py": MAIN},
)
def nul_in_a_name():
    return tar(("main.py", {"pax_headers": {"path": "main.py\0.txt"}}, b"x"))


@hostile(
    "a new line in a name, for a log to take the rest for a line of its own", "names", "tarfile",
    is_there(f"{OUT}/a\nmain.py: 100 points"),
    refused="^a main.py: 100 points: the name holds a control character$",
)
def new_line_in_a_name():
    return tar(("a\nmain.py: 100 points", b""))


@hostile(
    "an escape sequence for terminals in a name", "names", "tarfile",
    is_there(f"{OUT}/\x1b]0;owned\x07"), refused="owned.*: the name holds a control character$",
)
def escape_sequence_in_a_name():
    return tar(("\x1b]0;owned\x07", b""))


@hostile(
    "a mark that turns the direction of text in a name", "names", "tarfile",
    is_there(f"{OUT}/main\u202eyp.exe"),
    refused=r"^main.*yp\.exe: the name holds a mark that turns text around$",
)
def turned_name():
    return tar(("main\u202eyp.exe", b""))


@hostile(
    "a name of 4 KiB", "names", "tarfile", said("File name too long"),
    refused="^x+…: a part of the path is longer than 255 bytes$",
)
def name_of_4_kib():
    return tar(("x" * 4096, b""))


@hostile(
    "1,000 folders in each other", "names", "tar", makes(1000),
    refused="^d/d/.*…: the path is (longer than|deeper than)",
)
def thousand_levels():
    return tar(("d/" * 1000 + "f", b""))


@hostile(
    "20,000 files", "index", "tarfile", makes(4000),
    refused="^f50: more than 50 files and folders$", suffix=".tar.gz",
)
def many_files():
    headers = (raw_header(b"f%d" % number) for number in range(20_000))
    return gzip.compress(raw_tar(*headers), 1)


@hostile(
    "1,000,000 entries that are left out", "sizes", "tarfile", ended,
    refused=r"^\.git/x: more than 100000 entries that are left out$", suffix=".tar.gz",
    options=("--cpu", "1s"),
)
def million_entries():
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) as packed:
        thousand = raw_header(b".git/x") * 1000
        for _ in range(1000):
            packed.write(thousand)
        packed.write(bytes(1024))
    return out.getvalue()


@hostile(
    "one name twice, of which readers take either", "index", "tarfile",
    wrote(f"{OUT}/main.py", "evil"), refused="^main.py: is in the archive twice$",
)
def name_twice():
    return tar(("main.py", b"good"), ("./main.py", b"evil"))


@hostile(
    "names that differ in case", "index", "folding", wrote(f"{OUT}/makefile", "evil"),
    refused=f"^makefile: {SAME}$", suffix=".zip",
)
def case_collision():
    return zipped(("Makefile", b"good"), ("makefile", b"evil"))


@hostile(
    "names that differ in Unicode composition", "index", "folding",
    wrote(f"{OUT}/\u00e9.py", "evil"), refused="^\u00e9.py: is in the archive twice$",
    suffix=".zip",
)
def composition_collision():
    return zipped(("\u00e9.py", b"good"), ("e\u0301.py", b"evil"))


@hostile(
    "names that differ in a dot at the end", "index", "folding",
    wrote(f"{OUT}/main.py", "evil"), refused=rf"^main\.py\.: {SAME}$", suffix=".zip",
)
def dot_at_the_end():
    return zipped(("main.py", b"good"), ("main.py.", b"evil"))


@hostile(
    "a file, and then a folder of its name", "index", "bsdtar",
    is_there(f"{OUT}/main.py", kind="d"), refused="^main.py: is in the archive twice$",
)
def file_then_folder():
    return tar(("main.py", b"good"), ("main.py", FOLDER))


ALL = [
    absolute_path, absolute_path_zip, climbing, climbing_in_the_middle, climbing_at_the_end,
    backslashes, percent_encoded, overlong_slash, pax_path, pax_global_path, zip_second_name,
    gnu_long_name, nul_in_a_name, new_line_in_a_name, escape_sequence_in_a_name, turned_name,
    name_of_4_kib, thousand_levels, many_files, million_entries, name_twice, case_collision,
    composition_collision, dot_at_the_end, file_then_folder,
]
