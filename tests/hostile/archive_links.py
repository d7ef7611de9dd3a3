"""Links that lead out or are written through, special files, rights, owners and times."""

import stat
import tarfile

from archive_record import (
    ESCAPED,
    MAIN,
    OUT,
    gone,
    hostile,
    is_there,
    makes,
    said,
    stole,
    wrote,
)
from archiving import (
    FOLDER,
    file_type,
    hard_link,
    link,
    padded,
    raw_header,
    raw_tar,
    sealed,
    tar,
    zipped,
)

NO_EARLIER = "a hard link to what is not an earlier file of the archive"


@hostile(
    "a symbolic link to an absolute path", "names", "tarfile", stole(f"{OUT}/main.py"),
    refused="^main.py: a link to an absolute path$",
)
def link_to_absolute_path():
    return tar(("main.py", link("/box/secret")))


@hostile(
    "a symbolic link that climbs, in a zip", "names", "zipfile", stole(f"{OUT}/main.py"),
    refused="^main.py: a link that leaves the submission$", suffix=".zip",
)
def link_that_climbs():
    return zipped(("main.py", b"../secret", stat.S_IFLNK | 0o777))


@hostile(
    "a symbolic link that climbs through another", "names", "tarfile", stole(f"{OUT}/d/l"),
    refused='^d/l: a link whose target holds ".." after a name$',
)
def link_through_a_link():
    return tar(("d/up", link("..")), ("d/l", link("up/../secret")))


@hostile(
    "a symbolic link out, and a file through it", "names, index", "tarfile", wrote(ESCAPED),
    refused="^l: a link that leaves the submission$",
)
def file_through_a_link():
    return tar(("l", link("..")), ("l/escaped", b"x"))


@hostile(
    "a link that stays inside, and a file through it", "index", "tarfile",
    wrote(f"{OUT}/d/main.py", "evil"), refused="^l/main.py: lies below a symbolic link$",
)
def file_through_an_inner_link():
    return tar(("d", FOLDER), ("d/main.py", b"good"), ("l", link("d")), ("l/main.py", b"evil"))


@hostile(
    "a link, and a file of its name that is written through it", "names, index", "zipfile",
    wrote("/box/victim", "evil"), refused="^l: a link that leaves the submission$", suffix=".zip",
)
def file_over_a_link():
    return zipped(("l", b"../victim", stat.S_IFLNK | 0o777), ("l", b"evil"))


@hostile(
    "a hard link to a file outside", "index", "tarfile", stole(f"{OUT}/main.py"),
    refused=f"^main.py: {NO_EARLIER}$",
)
def hard_link_outside():
    return tar(("main.py", hard_link("/box/secret")))


@hostile(
    "a hard link to a file outside, and a file of its name", "index", "tarfile",
    wrote("/box/victim", "evil"), refused=f"^l: {NO_EARLIER}$",
)
def file_over_a_hard_link():
    return tar(("l", hard_link("../victim")), ("l", b"evil"))


@hostile(
    "a hard link to a symbolic link", "index", "tarfile", is_there(f"{OUT}/h", kind="l"),
    refused=f"^h: {NO_EARLIER}$",
)
def hard_link_to_a_link():
    return tar(("main.py", b""), ("l", link("main.py")), ("h", hard_link("l")))


@hostile(
    "links in circles, which multiply what follows them", "cell", "tarfile, copied", makes(4000),
    defused={"main.py": MAIN, "a": ("l", "777"), "b": ("l", "777")},
)
def links_in_circles():
    return tar(("main.py", b""), ("a", link(".")), ("b", link(".")))


@hostile(
    "a character device: all memory, for instance", "kinds", "tar", said("Cannot mknod"),
    refused="^main.py: a character device; ",
)
def character_device():
    return tar(("main.py", file_type(tarfile.CHRTYPE, devmajor=1, devminor=1)))


@hostile(
    "a block device", "kinds", "tar", said("Cannot mknod"),
    refused="^main.py: a block device; ",
)
def block_device():
    return tar(("main.py", file_type(tarfile.BLKTYPE, devmajor=8, devminor=0)))


@hostile(
    "a fifo, at which readers wait without end", "kinds", "tarfile",
    is_there(f"{OUT}/main.py", kind="p"), refused="^main.py: a fifo; ",
)
def fifo():
    return tar(("main.py", file_type(tarfile.FIFOTYPE)))


@hostile(
    "a socket", "kinds", "bsdtar", wrote(f"{OUT}/main.py", ""), refused="^main.py: a socket; ",
    suffix=".zip",
)
def socket():
    return zipped(("main.py", b"", stat.S_IFSOCK | 0o644))


@hostile(
    "set-id bits", "kinds", "tarfile", is_there(f"{OUT}/main.py", mode="6755"),
    defused={"main.py": ("-", "755")},
)
def set_id_bits():
    return tar(("main.py", {"mode": 0o6755}, b"x"))


@hostile(
    "a folder that hands its group on", "kinds", "tar", is_there(f"{OUT}/d", mode="2777"),
    defused={"d/main.py": MAIN, "e.py": MAIN, "d": ("d", "755")},
)
def set_gid_folder():
    return tar(("d", {**FOLDER, "mode": 0o2777}), ("d/main.py", b""), ("e.py", b""))


@hostile(
    "a folder that nobody may enter or remove from", "kinds", "tarfile",
    is_there(f"{OUT}/d", mode="0"), defused={"d/main.py": MAIN, "e.py": MAIN, "d": ("d", "755")},
)
def closed_folder():
    return tar(("d", {**FOLDER, "mode": 0}), ("d/main.py", b""), ("e.py", b""))


@hostile(
    "file capabilities in a pax header", "kinds", "tar --xattrs", said("security.capability"),
    defused={"main.py": ("-", "755")},
)
def capabilities():
    value = "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    named = {"SCHILY.xattr.security.capability": value}
    return tar(("main.py", {"mode": 0o755, "pax_headers": named}, b"x"))


@hostile(
    "an access list in a pax header", "kinds", "bsdtar",
    is_there(f"{OUT}/main.py", names=["system.posix_acl_access"]), defused={"main.py": MAIN},
)
def access_list():
    text = "user::rw-,user:learner:rwx,group::r--,mask::rwx,other::r--"
    return tar(("main.py", {"pax_headers": {"SCHILY.acl.access": text}}, b"x"))


@hostile(
    "files of root's", "kinds", "tar --same-owner", said("Cannot change ownership to uid 0"),
    defused={"main.py": MAIN},
)
def owned_by_root():
    return tar(("main.py", {"uid": 0, "gid": 0, "uname": "root", "gname": "root"}, b"x"))


@hostile(
    "a time in the far future, for which make does nothing", "kinds", "tarfile",
    lambda seen: seen["tree"][f"{OUT}/main.py"]["mtime"] > 4e9, defused={"main.py": MAIN},
)
def far_future():
    return tar(("main.py", {"mtime": 4_200_000_000}, b"x"))


@hostile(
    "a folder's list of GNU tar, which deletes what it lacks", "kinds, libarchive",
    "tar --incremental", gone(f"{OUT}/kept/file"), defused={"main.py": MAIN},
)
def list_that_deletes():
    listed = b"Ymain.py\0\0"
    folder = raw_header(b"kept/", len(listed), b"D", mode=0o755)
    folder = sealed(folder.replace(b"ustar\00000", b"ustar  \0"))
    return raw_tar(folder, padded(listed), raw_header(b"main.py"))


@hostile(
    "a part of a file that began on another volume", "kinds, libarchive", "bsdtar",
    wrote(f"{OUT}/main.py", "half"), refused="^main.py: of an unknown kind; ",
)
def part_of_a_volume():
    return raw_tar(raw_header(b"main.py", 4, b"M"), padded(b"half"))


ALL = [
    link_to_absolute_path, link_that_climbs, link_through_a_link, file_through_a_link,
    file_through_an_inner_link, file_over_a_link, hard_link_outside, file_over_a_hard_link,
    hard_link_to_a_link, links_in_circles, character_device, block_device, fifo, socket,
    set_id_bits, set_gid_folder, closed_folder, capabilities, access_list, owned_by_root,
    far_future, list_that_deletes, part_of_a_volume,
]
