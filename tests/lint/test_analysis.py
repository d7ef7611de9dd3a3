"""What clang-tidy, gcc's analyzer and cppcheck have to say about src/."""

import subprocess

import support
import tree
from support import SOURCE

KEPT = ("-I", "-isystem", "-D", "-U", "-std")  # flags that clang-tidy shares with gcc


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stdout + done.stderr


def preprocessor_flags(arguments):
    kept = []
    for flag, following in zip(arguments, arguments[1:] + [""]):
        if flag.startswith(KEPT):
            kept.append(flag.replace('\\"', '"'))
            if flag == "-isystem":
                kept.append(following)
    return kept


def tidy(file, arguments=()):
    config = f"--config-file={SOURCE}/.clang-tidy"
    return run("clang-tidy", "--quiet", config, str(file), "--", *preprocessor_flags(list(arguments)))


def analyzer(file, arguments=()):
    return run("gcc", "-O2", "-fanalyzer", "-Werror", "-Wno-error=cpp", *preprocessor_flags(list(arguments)),
               "-c", "-o", "/dev/null", str(file))


def cppcheck(*paths):
    return run("cppcheck", "--quiet", "--enable=warning,portability", "--inline-suppr",
               "--error-exitcode=1", "--std=c11", "-j", "2", "-I", str(SOURCE / "include"),
               "-I", str(SOURCE / "src"), "-D_GNU_SOURCE", *map(str, paths))


LEAK = """
#include <stdlib.h>
int f(int n);
int f(int n)
{
    int *p = malloc(sizeof(int));
    if (p == NULL)
        return 0;
    *p = n;
    return *p;
}
"""


class Analysis(support.TestCase):
    def check(self, checker):
        compilations = tree.compilations()
        self.assertNotEqual(compilations, [])
        findings = tree.in_parallel(lambda c: checker(c[0], c[2]), compilations)
        self.assertEqual(findings, [], "\n".join(findings))

    def bad_file(self):
        return support.write(self.folder() / "bad.c", LEAK)

    def test_clang_tidy_is_content(self):
        self.check(tidy)

    def test_clang_tidy_sees_a_leak(self):
        self.assertIn("Potential leak", tidy(self.bad_file()))

    def test_the_analyzer_is_content(self):
        self.check(analyzer)

    def test_the_analyzer_sees_a_leak(self):
        self.assertIn("leak", analyzer(self.bad_file()))

    def test_cppcheck_is_content(self):
        self.assertIsNone(cppcheck(SOURCE / "src"))

    def test_cppcheck_sees_a_leak(self):
        self.assertIn("memleak", cppcheck(self.bad_file()))


if __name__ == "__main__":
    support.main()
