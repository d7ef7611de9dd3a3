"""Each binary needs no more libraries than the design says: loading them costs more than a
sandbox does."""

import re
import subprocess

import support
from support import PREFIX

ALLOWED = {
    "bin/cupel": {"libexpat", "libjansson", "libpcre2-8", "libseccomp", "libsodium", "libc"},
    "libexec/cupel/cupel-cell": set(),
    "libexec/cupel/cupel-exec": set(),
    "libexec/cupel/cupel-scope": {"libc"},  # libsystemd is loaded by it, where it is needed
    "libexec/cupel/cupel-unpack": set(),
    "libexec/cupel/cupel-service": {
        *("libcurl-gnutls", "libglib-2.0", "libmicrohttpd", "libpq", "libsqlite3"),
        *("libexpat", "libjansson", "libpcre2-8", "libseccomp", "libsodium", "libm", "libc"),
    },
}
# What the sanitizers' runtime needs; what runs in cells is never instrumented.
SANITIZER = {"libm", "libgcc_s", "libdl", "libpthread", "librt", "libresolv", "libasan", "libubsan"}
NEEDED = re.compile(r"\(NEEDED\).*\[([\w.+-]+?)\.so")


def needed(binary):
    """Names of the libraries that a binary needs, without suffix and version."""
    dynamic = subprocess.run(
        ["readelf", "--dynamic", "--wide", binary], capture_output=True, text=True, check=True
    )
    return set(NEEDED.findall(dynamic.stdout)) - {"ld-linux-x86-64", "ld-linux-aarch64"}


class Links(support.TestCase):
    def test_no_binary_needs_more_than_its_libraries(self):
        for name, allowed in ALLOWED.items():
            if support.SANITIZED and allowed:
                allowed = allowed | SANITIZER
            with self.subTest(binary=name):
                self.assertEqual(needed(PREFIX / name) - allowed, set())

    def test_the_check_sees_what_a_binary_needs(self):
        self.assertEqual(needed("/bin/true"), {"libc"})


if __name__ == "__main__":
    support.main()
