"""Unpackers as naive autograders have them; only ever started inside `cupel run`.

naive_unpack.py UNPACKER ARCHIVE: unpacks into /box/out, beside which are a secret and a victim,
and prints as JSON what is then below /box and /tmp. "cupel" is cupel-unpack, without its cell.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import unicodedata
import urllib.parse
import zipfile

OUT = "/box/out"
SECRET = "what only the host may read"
SHOWN = 300  # entries of the tree that are described


def with_tarfile(archive):
    with tarfile.open(archive, errorlevel=1) as tar:
        tar.extraction_filter = staticmethod(lambda member, path: member)
        tar.extractall(OUT)


def with_zipfile(archive, change=str, folder=OUT):
    """Joins names, as many scripts do, and makes links of links."""
    with zipfile.ZipFile(archive) as packed:
        for info in packed.infolist():
            path = os.path.join(folder, change(info.filename.replace("\\", "/")))
            if path.endswith("/"):
                os.makedirs(path, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if stat.S_ISLNK(info.external_attr >> 16):
                os.symlink(packed.read(info), path)
                continue
            with packed.open(info) as source, open(path, "wb") as file:
                for chunk in iter(lambda: source.read(1 << 16), b""):
                    file.write(chunk)


def with_tarfile_and_copied(archive):
    """As a script does that takes the files to where they are built."""
    with_tarfile(archive)
    shutil.copytree(OUT, "/box/copy")


def with_decoding(archive):
    """Decodes names leniently, behind any check that there may have been."""
    with tarfile.open(archive) as tar:
        for member in tar:
            name = os.fsencode(member.name).replace(b"\xc0\xaf", b"/")
            path = os.path.join(OUT, urllib.parse.unquote(os.fsdecode(name)))
            with open(path, "wb") as file:
                file.write(tar.extractfile(member).read())


def with_folding(archive):
    """As a disk that takes names for the same if they differ in case, form or dots at the end."""
    with_zipfile(archive, lambda name: unicodedata.normalize("NFC", name).casefold().rstrip(". "))


def recursively(archive, folder=OUT):
    """And what is in it, and what is in that."""
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["bsdtar", "--options=mtree:checkfs", "-xf", archive, "-C", folder], check=True)
    for top, _, names in os.walk(folder):
        for name in names:
            if name.endswith((".zip", ".mtree")):
                recursively(os.path.join(top, name), os.path.join(top, name + ".d"))


def command(*argv, stream=False):
    def run(archive):
        with open(archive, "rb") as file:
            source = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE).stdout
            given = source if stream else file
            last = [] if stream else [archive]
            subprocess.run([*argv, *last], cwd=OUT, stdin=given, check=True)

    return run


def with_cupel(archive):
    with open(archive, "rb") as file:
        subprocess.run(
            ["/cupel-unpack", "--max-size", "1048576", "--max-files", "50"],
            stdin=file,
            stdout=sys.stderr,
            cwd=OUT,
            check=True,
        )


UNPACKERS = {
    "tarfile": with_tarfile,
    "tarfile, copied": with_tarfile_and_copied,
    "zipfile": with_zipfile,
    "decoding": with_decoding,
    "folding": with_folding,
    "recursive": recursively,
    "tar": command("tar", "-xPpf"),
    "tar --same-owner": command("tar", "--same-owner", "-xPpf"),
    "tar --incremental": command("tar", "--incremental", "-xPpf"),
    "tar --ignore-zeros": command("tar", "--ignore-zeros", "-xPpf"),
    "tar --xattrs": command("tar", "--xattrs", "--xattrs-include=*", "--acls", "-xPpf"),
    "bsdtar, mtree": command("bsdtar", "--options=mtree:checkfs", "-xPpf"),
    "bsdtar in 2 GiB": command("sh", "-c", "ulimit -v 2097152 && exec bsdtar -xPpf $0"),
    "bsdtar": command("bsdtar", "-xPpf"),
    "bsdtar -": command("bsdtar", "-xPpf", "-", stream=True),
    "unzip": command("unzip", "-qo"),
    "cupel": with_cupel,
}


def described(path):
    """What there is to know of a path: lstat(2), text, and what reading it gives."""
    info = os.lstat(path)
    entry = {"mode": f"{stat.S_IMODE(info.st_mode):o}", "kind": stat.filemode(info.st_mode)[0]}
    entry |= {"size": info.st_size, "mtime": info.st_mtime}
    if entry["kind"] in "-l":
        try:
            entry["names"] = os.listxattr(path, follow_symlinks=False)
            with open(path, "rb") as file:
                entry["text"] = file.read(100).decode("latin-1")
        except OSError as fault:
            entry["text"] = fault.strerror
    return entry


def tree():
    """Entries by path, and what all of them come to."""
    found, count, size = {"/box": described("/box")}, 0, 0
    folders = ["/tmp", "/box"]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except PermissionError:
            continue
        for entry in entries:
            count += 1
            size += entry.stat(follow_symlinks=False).st_blocks * 512
            if count <= SHOWN:
                found[entry.path] = described(entry.path)
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
    return {"tree": found, "count": count, "bytes": size}


def main():
    unpacker, archive = sys.argv[1:]
    os.umask(0o022)
    os.mkdir(OUT)
    os.mkdir(f"{OUT}/kept")
    for name, text in (("secret", SECRET), ("victim", "untouched"), ("out/kept/file", "kept")):
        with open(f"/box/{name}", "w", encoding="ascii") as file:
            file.write(text)
    said = ""
    try:
        UNPACKERS[unpacker](archive)
    except subprocess.CalledProcessError as fault:
        said = f"exit {fault.returncode}"
    except Exception as fault:  # whatever a naive script dies of is a finding
        said = f"{type(fault).__name__}: {fault}"
    with open("/proc/self/status", encoding="ascii") as file:
        peak_virtual = next(int(line.split()[1]) for line in file if line.startswith("VmPeak"))
    print(json.dumps({"said": said, "peak_virtual": peak_virtual, **tree()}))


if __name__ == "__main__":
    main()
