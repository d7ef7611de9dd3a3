"""Makers of archives, honest and hostile: bytes in, bytes out."""
import io
import os
import stat
import struct
import subprocess
import tarfile
import tempfile
import time
import warnings
import zipfile


def tar(*members, form=tarfile.PAX_FORMAT, mode="w"):
    """A tar of (name, content or attributes[, content]) members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:
        for name, *rest in members:
            info = tarfile.TarInfo(name)
            content = None
            for part in rest:
                if isinstance(part, dict):
                    for key, value in part.items():
                        setattr(info, key, value)
                else:
                    content = part
            if content is not None:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content or b""))
    return out.getvalue()


def file_type(kind, **more):
    return dict(type=kind, **more)


def link(target):
    return dict(type=tarfile.SYMTYPE, linkname=target)


def hard_link(target):
    return dict(type=tarfile.LNKTYPE, linkname=target)


FOLDER = dict(type=tarfile.DIRTYPE, mode=0o755)


def raw_header(name, size=0, kind=b"0", link_name=b"", mode=0o644):
    """A ustar header block of raw bytes."""
    block = struct.pack("100s8s8s8s12s12s8s1s100s8s247s", name, b"%07o\0" % mode, b"0000000\0",
                        b"0000000\0", b"%011o\0" % size, b"00000000000\0", b" " * 8, kind,
                        link_name, b"ustar\00000", b"")
    return sealed(block)


def sealed(block):
    """A header block with the right checksum."""
    blank = block[:148] + b" " * 8 + block[156:]
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]


def raw_tar(*blocks):
    return b"".join(blocks) + bytes(1024)


def padded(content):
    return content + bytes(-len(content) % 512)


def zipped(*members, compression=zipfile.ZIP_DEFLATED, comment=b""):
    """A zip of (name, content[, unix mode]) members; names may repeat."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", compression) as archive:
        warnings.simplefilter("ignore")
        archive.comment = comment
        for name, content, *mode in members:
            info = zipfile.ZipInfo(name, time.gmtime(1_000_000_000)[:6])
            info.compress_type = compression
            info.external_attr = (mode[0] if mode else stat.S_IFREG | 0o644) << 16
            archive.writestr(info, content)
    return out.getvalue()


def newc(*members, trailer=True):
    """A cpio stream in the form that the supervisor packs: (name, mode, content)."""
    out = b""
    if trailer:
        members += (("TRAILER!!!", 0, b""),)
    for number, (name, mode, content) in enumerate(members, 1):
        name = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out += head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)
    return out


def bsdtar(*options, **files):
    """An archive of files that bsdtar writes, for formats that Python has not."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        subprocess.run(["bsdtar", "-c", *options, "-f", ".packed", *files], check=True, cwd=folder)
        with open(os.path.join(folder, ".packed"), "rb") as file:
            return file.read()


def zstd(content):
    return subprocess.run(["zstd", "-q", "-c"], input=content, check=True,
                          capture_output=True).stdout
