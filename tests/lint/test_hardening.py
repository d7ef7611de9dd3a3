"""What is installed for cells is hardened: position-independent, without writable code, with what
the linker relocates read-only at run time, and with guarded stacks."""

import os
import re
import socket
import subprocess

import support
from support import PREFIX

CELL = PREFIX / "libexec/cupel/cupel-cell"
STATIC = (CELL, PREFIX / "libexec/cupel/cupel-exec")
RELRO = re.compile(r"GNU_RELRO +\S+ (0x\w+) \S+ \S+ (0x\w+)")
PAGE = os.sysconf("SC_PAGESIZE")


def readelf(option, binary):
    done = subprocess.run(
        ["readelf", "--wide", option, binary], capture_output=True, text=True, check=True
    )
    return done.stdout


def faults(binary):
    """What a static binary lacks."""
    segments = readelf("--segments", binary)
    tags = readelf("--dynamic", binary)
    code = subprocess.run(
        ["objdump", "--disassemble", binary], capture_output=True, text=True, check=True
    ).stdout
    held = {
        "position-independent code": re.search(r"^Elf file type is DYN", segments, re.M),
        "a stack without code": re.search(r"GNU_STACK .* RW +0x", segments),
        "no segment both written to and executed": " RWE " not in segments,
        "RELRO": RELRO.search(segments),
        "bound at once": "BIND_NOW" in tags or "NOW" in tags,
        "no relocations of code": "TEXTREL" not in tags,
        "no interpreter": "INTERP" not in segments,
        "guarded stacks": "%fs:0x28" in code or os.uname().machine != "x86_64",
    }
    return [name for name, holds in held.items() if not holds]


class Hardening(support.TestCase):
    def test_static_binaries_are_hardened(self):
        for binary in STATIC:
            with self.subTest(binary=binary.name):
                self.assertEqual(faults(binary), [])

    def test_the_check_sees_what_a_binary_lacks(self):
        source = support.write(self.folder() / "bare.c", "int main(void) { return 0; }\n")
        binary = source.with_suffix("")
        subprocess.run(
            ["gcc", "-nostdlib", "-static", "-no-pie", "-zexecstack", "-emain", "-o", binary, source],
            check=True,
        )
        missing = faults(binary)
        for name in ("position-independent code", "a stack without code", "RELRO", "guarded stacks"):
            self.assertIn(name, missing)

    def test_relocated_tables_are_read_only_in_a_process(self):
        """musl's start of static executables leaves this to the executable."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(ours.close)
        with its:
            cell = subprocess.Popen(  # waits for SETUP
                ["sh", "-c", f"exec '{CELL}' - 3<&{its.fileno()}"], pass_fds=[its.fileno()]
            )
        self.addCleanup(cell.wait)
        self.addCleanup(cell.kill)
        self.wait_for(lambda: os.readlink(f"/proc/{cell.pid}/exe") == str(CELL))
        address, size = (int(n, 16) for n in RELRO.search(readelf("--segments", CELL)).groups())
        maps = [line.split(None, 5) for line in self.maps(cell.pid)]
        start = int(maps[0][0].split("-")[0], 16)
        page = (start + address) & -PAGE
        self.assertLess(page, start + address + size)
        self.wait_for(lambda: self.rights(cell.pid, page) == "r--p")

    def maps(self, pid):
        with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
            return [line for line in file if line.rstrip().endswith(str(CELL))]

    def rights(self, pid, address):
        for line in self.maps(pid):
            span, rights = line.split()[:2]
            start, end = (int(n, 16) for n in span.split("-"))
            if start <= address < end:
                return rights
        return None


if __name__ == "__main__":
    support.main()
