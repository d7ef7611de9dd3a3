#!/usr/bin/env python3
"""Boot a guest whose root is a folder of this machine, by default its own root.

    guest.py uml|qemu --results FOLDER [--root FOLDER [--writable]] [--share NAME=FOLDER]…
             [--init PATH] [--append WORDS] [--kernel FOLDER] [--deadline SECONDS]

uml     user-mode Linux: root by hostfs, one CPU, no Landlock
qemu    QEMU with Debian's cloud kernel: root by virtiofs, two CPUs, Landlock; hardware
        virtualization where it may be used, else emulation

Theory of operation. The guest runs in a pid, mount, network and, for an ordinary user, user
namespace of its own. In there every mount is made read-only before the guest starts, so that
even its root, who may remount what it likes, cannot write to this machine's disk. Over /boot,
which a guest has no use for, lies a tmpfs with the folders named by --share, and `results`,
which alone can be written to: there the guest leaves what it has to say, and there its console
is kept, in the file `console`.

This script starts itself a second time as the namespace's first process. That one starts
virtiofsd and the guest, and ends when the guest does or when the pipe from the first closes:
so at the deadline, or when somebody kills either of the two, the kernel kills all the others.

The exit status is 0 if the guest ended by itself, 1 if it had to be killed or could not start,
77 if this machine lacks what it needs. Whether it did its work must be told by its results.
"""

import argparse
import ctypes
import glob
import json
import os
import re
import resource
import select
import shutil
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIPPED = 77
PLACE = "boot"  # below the guest's root
VIRTIOFSD = "/usr/lib/qemu/virtiofsd"
MODULES = """virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci fuse virtiofs
    overlay loop""".split()  # in the order in which they need each other

SYS_MOUNT_SETATTR = 442
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Missing(Exception):
    """What this machine lacks."""


def _set_read_only(path, read_only):
    """Of all mounts at and below path, or with False of that at path."""
    attributes = (ctypes.c_uint64 * 4)(*((MOUNT_ATTR_RDONLY, 0) if read_only else (0, 1)), 0, 0)
    flags = AT_RECURSIVE if read_only else 0
    if LIBC.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, os.fsencode(path), flags, attributes, 32) != 0:
        raise OSError(ctypes.get_errno(), "mount_setattr", str(path))


def _mount(*args):
    subprocess.run(["mount", *map(str, args)], check=True)


def _lay_out(plan):
    """The mounts that the guest sees as its root."""
    root = Path(plan["root"])
    if str(root) != "/":
        _mount("--bind", root, root)
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", root / PLACE)
    for name, folder in plan["shares"].items():
        (root / PLACE / name).mkdir()
        _mount("--bind", folder, root / PLACE / name)
    _set_read_only("/", True)
    _set_read_only(root / PLACE / "results", False)
    if plan["writable"]:
        _set_read_only(root, False)
    _mount("-t", "tmpfs", "tmpfs", "/dev/shm")  # the memory of user-mode Linux


def _uml_command(plan):
    return [
        "linux.uml", "mem=1G", "uml_dir=/dev/shm/", "root=/dev/root", "rootfstype=hostfs",
        f"rootflags={plan['root']}", "rw", f"init={plan['init']}", "con=null", "con0=null,fd:1",
        "quiet", "panic=-1", *plan["append"],
    ]


def _serve_root(plan):
    """Start virtiofsd; arguments of QEMU that connect to it, by an abstract socket."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\0root")
    listener.listen(1)
    # The server lives until this process ends, and all of the pid namespace with it.
    subprocess.Popen(
        [
            VIRTIOFSD, f"--fd={listener.fileno()}", "-f", f"--rlimit-nofile={most}",
            "-o", f"source={plan['root']},sandbox=chroot,cache=always,log_level=err",
        ],
        pass_fds=[listener.fileno()],
    )
    return [
        "-chardev", "socket,id=root,path=root,abstract=on",
        "-device", "vhost-user-fs-pci,chardev=root,tag=root,queue-size=1024",
    ]


def _qemu_command(plan):
    append = ["console=ttyS0", "quiet", "panic=-1", f"guest_init={plan['init']}", *plan["append"]]
    return [
        "qemu-system-x86_64", "-machine", "q35,memory-backend=ram", "-accel", plan["accel"],
        "-cpu", "qemu64", "-smp", "2", "-m", "2G",
        "-object", "memory-backend-memfd,id=ram,size=2G,share=on",
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio",
        "-kernel", plan["vmlinuz"], "-initrd", plan["initrd"], "-append", " ".join(append),
        *_serve_root(plan),
    ]


def _inside(plan):
    """First process of the namespaces; standard input is the pipe."""
    _lay_out(plan)
    command = _uml_command(plan) if plan["kind"] == "uml" else _qemu_command(plan)
    guest = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(os.pidfd_open(guest.pid), select.POLLIN)
    events = [fd for fd, _ in poll.poll()]
    return 1 if 0 in events else int(guest.wait() != 0)


def _need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Missing(f"the program {program}: ./bootstrap test installs it")


def _one(pattern):
    found = sorted(glob.glob(str(pattern), recursive=True))
    if not found:
        raise Missing(f"{pattern}: ./bootstrap test fetches Debian's cloud kernel")
    return found[-1]


def _unshare():
    user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    unshare = ["unshare", *user, "--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child"]
    done = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"namespaces for a guest: {done.stderr.strip()}")
    return unshare


def _accelerator():
    """A /dev/kvm alone does not tell: there are some, without these flags, that boot no kernel."""
    flags = set(re.search(r"^flags\s*:(.*)", Path("/proc/cpuinfo").read_text(), re.M)[1].split())
    usable = flags & {"vmx", "svm"} and os.access("/dev/kvm", os.R_OK | os.W_OK)
    return "kvm" if usable else "tcg"


def make_initrd(kernel, path):
    """The first root of a QEMU guest: modules, and a shell that mounts the real one."""
    folder = path.with_suffix(".folder")
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("bin", "dev", "modules", "root"):
        (folder / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), folder / "bin/busybox")
    shutil.copy(HERE / "initramfs", folder / "init")
    for number, name in enumerate(MODULES):
        shutil.copy(_one(kernel / f"lib/modules/*/**/{name}.ko"), folder / f"modules/{number}.ko")
    names = "\n".join(str(p.relative_to(folder)) for p in folder.rglob("*"))
    with open(path, "wb") as archive:
        subprocess.run(
            ["busybox", "cpio", "-o", "-H", "newc"],
            cwd=folder, input=names.encode(), stdout=archive, stderr=subprocess.DEVNULL, check=True,
        )
    shutil.rmtree(folder)


def boot(kind, results, *, root="/", writable=False, shares=None, init="/sbin/init", append=(),
         kernel=None, deadline=600, accel=None):
    """Boot a guest and wait for its end: whether it ended by itself. Raises Missing."""
    results = Path(results).resolve()
    results.mkdir(parents=True, exist_ok=True)
    root = Path(root).resolve()
    plan = {
        "kind": kind, "root": str(root), "writable": writable, "init": str(init),
        "append": list(append), "accel": accel or _accelerator(),
        "shares": {k: str(Path(v).resolve()) for k, v in (shares or {}).items()}
        | {"results": str(results)},
    }
    if kind == "uml":
        _need("linux.uml")
    else:
        _need("qemu-system-x86_64", VIRTIOFSD, "busybox")
        kernel = Path(kernel).resolve()
        make_initrd(kernel, results / "initrd")
        plan |= {"vmlinuz": _one(kernel / "boot/vmlinuz-*"), "initrd": str(results / "initrd")}
    command = [*_unshare(), sys.executable, __file__, "--inside", json.dumps(plan)]
    with open(results / "console", "wb") as console:
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=console, stderr=console
        ) as guest:
            try:
                return guest.wait(deadline) == 0
            except subprocess.TimeoutExpired:
                console.write(f"\nkilled at its deadline of {deadline} s\n".encode())
                return False
            finally:
                guest.kill()


def main():
    if sys.argv[1:2] == ["--inside"]:
        return _inside(json.loads(sys.argv[2]))
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("kind", choices=("uml", "qemu"))
    parser.add_argument("--results", required=True)
    parser.add_argument("--root", default="/")
    parser.add_argument("--writable", action="store_true")
    parser.add_argument("--share", action="append", default=[])
    parser.add_argument("--init", default="/sbin/init")
    parser.add_argument("--append", default="")
    parser.add_argument("--kernel", default=HERE.parent.parent / "build/kernel")
    parser.add_argument("--deadline", type=float, default=600)
    parser.add_argument("--accel", choices=("kvm", "tcg"))
    args = parser.parse_args()
    try:
        ended = boot(
            args.kind, args.results, root=args.root, writable=args.writable, init=args.init,
            shares=dict(share.split("=", 1) for share in args.share), append=args.append.split(),
            kernel=args.kernel, deadline=args.deadline, accel=args.accel,
        )
    except Missing as missing:
        print(f"skipped: this machine lacks {missing}", file=sys.stderr)
        return SKIPPED
    return 0 if ended else 1


if __name__ == "__main__":
    sys.exit(main())
