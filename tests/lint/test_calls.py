"""Functions that nobody may call, and those that only src/cli/ and a binary's main.c may."""

import re
import subprocess

import support
import tree

BANNED = "system popen sprintf vsprintf strcpy strcat atoi atol alloca gets strtok mktemp tmpnam"

# Ending the process, printing to a standard stream, reading the environment.
RESERVED = (
    "exit _exit _Exit quick_exit abort printf vprintf puts putchar putchar_unlocked perror "
    "getenv secure_getenv setenv putenv err errx warn warnx error"
)
RESERVED_NAMES = "stdin stdout stderr environ"
RESERVED_SYMBOLS = set(RESERVED.split()) | set(RESERVED_NAMES.split()) | {
    "__printf_chk",
    "__vprintf_chk",
    "__environ",
    "_environ",
    "__assert_fail",
}

CALL = r"(?<![\w.>])({})\s*\("
NAME = r"(?<![\w.>])({})\b(?!\s*:)"
WRITE = r"(?<![\w.>])((?:write|writev|dprintf)\s*\(\s*(?:STDOUT_FILENO|STDERR_FILENO|[12])\s*,)"


def any_of(words):
    return "|".join(map(re.escape, words.split()))


def is_program(file):
    """Whether a file is part of what talks to the user or starts a program."""
    programs = r"src/\w+/main\.c|src/service/cmd_\w+\.c"
    return file.startswith("src/cli/") or re.fullmatch(programs, file) is not None


def violations(file, code):
    code = tree.bare(code)
    found = [(line, f"{f} is banned") for line, f in tree.search(CALL.format(any_of(BANNED)), code)]
    if not is_program(file):
        reserved = RESERVED
        if file.startswith("src/cell/"):  # what it forks has to end without its parent's atexit
            reserved = reserved.replace("_exit ", "", 1)
        for pattern in (
            CALL.format(any_of(reserved)),
            NAME.format(any_of(RESERVED_NAMES)),
            WRITE,
        ):
            for line, word in tree.search(pattern, code):
                found.append((line, f"{word} is for src/cli/ and main.c only"))
    return [f"{file}:{line}: {text}" for line, text in sorted(found)]


def reserved_symbols(listing):
    """Reserved symbols in the output of `nm -u -A`, as "member: symbol"."""
    found = []
    for line in listing.splitlines():
        symbol = line.split()[-1].split("@")[0] if line.split() else ""
        if symbol in RESERVED_SYMBOLS:
            found.append(line.split(":")[1] + ": " + symbol)
    return found


class Calls(support.TestCase):
    def test_no_source_calls_what_it_must_not(self):
        found = []
        for path in tree.files(".c", ".h", below="src") + tree.files(".h", below="include"):
            found += violations(tree.name(path), path.read_text())
        self.assertEqual(found, [])

    def test_the_check_sees_each_kind_of_call(self):
        cases = [
            ("src/base/a.c", "strcpy(a, b);", 1),
            ("src/cli/a.c", "strcpy(a, b);", 1),
            ("src/base/a.c", "exit(1);", 1),
            ("src/cli/a.c", "exit(1);", 0),
            ("src/cell/main.c", "exit(1);", 0),
            ("src/cell/init.c", "_exit(1);", 0),
            ("src/cell/init.c", "exit(1);", 1),
            ("src/wire/a.c", "_exit(1);", 1),
            ("src/wire/a.c", "(void)fprintf(stderr, x);", 1),
            ("src/wire/a.c", "printf (x);", 1),
            ("src/wire/a.c", "dprintf(2, x); write(STDOUT_FILENO, x, 1);", 2),
            ("src/wire/a.c", 'return getenv("HOME") != environ[0];', 2),
            ("src/wire/a.c", "run->exit(1); run.stdout = 2; my_exit(1);", 0),
            ("src/wire/a.c", "dup2(fd, STDOUT_FILENO);", 0),
            ("src/wire/a.c", '/* exit(1) */ // abort()\n const char *s = "\\"exit(1)";', 0),
        ]
        for file, code, count in cases:
            with self.subTest(file=file, code=code):
                self.assertEqual(len(violations(file, code)), count)

    def test_the_line_of_a_call_is_named(self):
        self.assertEqual(
            violations("src/base/a.c", "/* a\n b */\nint f;\nabort();"),
            ["src/base/a.c:4: abort is for src/cli/ and main.c only"],
        )

    def test_no_object_of_the_library_refers_to_a_reserved_symbol(self):
        library = tree.BUILD / "libcupel.a"
        listing = subprocess.run(
            ["nm", "--undefined-only", "--print-file-name", library],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertIn("malloc", listing.stdout)
        self.assertEqual(reserved_symbols(listing.stdout), [])

    def test_the_symbol_check_sees_a_reserved_symbol(self):
        listing = "lib.a:a.o:     U exit\nlib.a:a.o:     U stderr@GLIBC_2.2.5\nlib.a:a.o: U exit2\n"
        self.assertEqual(reserved_symbols(listing), ["a.o: exit", "a.o: stderr"])


if __name__ == "__main__":
    support.main()
