"""What clang-tidy, gcc's analyzer and cppcheck have to say about src/."""

import os
import re
import subprocess

import support
import tree
from support import SOURCE

# Flags that clang-tidy shares with gcc.
KEPT = ("-I", "-isystem", "-include", "-nostdinc", "-D", "-U", "-std")


def run(*command):
    """What a checker said if it was not content, else None."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stdout or done.stderr


def preprocessor_flags(arguments):
    kept = []
    for flag, following in zip(arguments, arguments[1:] + [""]):
        if flag.startswith(KEPT):
            kept.append(flag.replace('\\"', '"'))
            if flag in ("-isystem", "-include"):
                kept.append(following)
    return kept


def flags_of(file, arguments):
    kept = preprocessor_flags(arguments)
    if not file.endswith("src/base/error.c"):
        kept += ["-include", f"{SOURCE}/tests/lint/errors_are_negative.h"]
    return kept


def tidy(file, flags=()):
    config = [f"--config-file={SOURCE}/.clang-tidy"]
    if re.search("/src/(cell|cli|exec|unpack)/", str(file)):  # processes of one thread
        config.append("--checks=-concurrency-mt-unsafe")
    return run("clang-tidy", "--quiet", *config, file, "--", *flags)


def analyzer(file, flags=()):
    # gcc 12 loses track of what is stored through a pointer: takes memory for leaked that was
    # handed over so, and heap for uninitialised. LeakSanitizer and clang look for these.
    return run(
        *"gcc -O2 -fanalyzer -Werror -Wno-analyzer-malloc-leak".split(),
        *"-Wno-analyzer-use-of-uninitialized-value -c -o /dev/null".split(),
        *flags,
        file,
    )


def cppcheck(*paths):
    # It does not know __attribute__((cleanup)) and takes what that releases for lost.
    return run(
        *"cppcheck --quiet --enable=warning,portability --suppress=memleak --inline-suppr".split(),
        *f"--error-exitcode=1 --std=c11 -j {os.cpu_count()} -D_GNU_SOURCE".split(),
        f"--include={SOURCE}/tests/lint/foreach.h",
        *(f"-I{SOURCE}/{folder}" for folder in ("include", "src")),
        *paths,
    )


BAD = """
#include <stddef.h>
int f(int n);
int f(int n)
{
    int table[4] = {0};
    int *p = NULL;
    if (n > 3)
        return *p;
    return table[4];
}
"""


class Analysis(support.TestCase):
    def check(self, checker):
        compilations = tree.compilations()
        self.assertNotEqual(compilations, [])
        findings = tree.in_parallel(lambda c: checker(c[0], flags_of(*c)), compilations)
        if findings:
            self.fail("\n" + "\n".join(findings))

    def bad_file(self):
        return support.write(self.folder() / "bad.c", BAD)

    def test_clang_tidy_is_content(self):
        self.check(tidy)

    def test_clang_tidy_sees_a_fault(self):
        self.assertIn("core.NullDereference", tidy(self.bad_file()))

    def test_the_analyzer_is_content(self):
        self.check(analyzer)

    def test_the_analyzer_sees_a_fault(self):
        self.assertIn("analyzer-null-dereference", analyzer(self.bad_file()))

    def test_cppcheck_is_content(self):
        finding = cppcheck(SOURCE / "src")
        if finding:
            self.fail("\n" + finding)

    def test_cppcheck_sees_a_fault(self):
        self.assertIn("arrayIndexOutOfBounds", cppcheck(self.bad_file()))


if __name__ == "__main__":
    support.main()
