"""A file has one subject and a function fits a screen."""

import support
import tree

FILE_LINES = 500
FUNCTION_LINES = 70


def functions(code):
    """(first line, number of lines) of each function body; clang-format keeps both braces of
    a function, and of nothing else, alone in the first column."""
    start = None
    for number, line in enumerate(code.splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield start, number - start + 1
            start = None


def violations(file, code):
    lines = code.count("\n")
    found = [f"{file}: {lines} lines, more than {FILE_LINES}"] if lines > FILE_LINES else []
    for start, length in functions(code):
        if length > FUNCTION_LINES:
            found.append(f"{file}:{start}: {length} lines, more than {FUNCTION_LINES}")
    return found


class Size(support.TestCase):
    def test_files_and_functions_are_short(self):
        found = []
        for path in tree.files(".c", ".h", below="src") + tree.files(".h", below="include"):
            found += violations(tree.name(path), path.read_text())
        self.assertEqual(found, [])

    def test_the_check_sees_a_long_function(self):
        body = "    x++;\n" * (FUNCTION_LINES - 2)
        self.assertEqual(violations("a.c", "int f(void)\n{\n" + body + "}\n"), [])
        self.assertEqual(
            violations("a.c", "int f(void)\n{\n" + body + "    x++;\n}\n"),
            ["a.c:2: 71 lines, more than 70"],
        )

    def test_the_check_sees_a_long_file(self):
        self.assertEqual(violations("a.c", "int a;\n" * 501), ["a.c: 501 lines, more than 500"])


if __name__ == "__main__":
    support.main()
