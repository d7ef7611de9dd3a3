"""Harnesses that load the learner's code, and what code does that does not want to be tested."""

import json

import grading
import support

RUNNERS = "/tmp/cupel/harness"
TESTS = """
import unittest
import {module}

class Sum(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(mine.add(1, 2), 3)

    def test_negative(self):
        self.assertEqual(mine.add(-1, -2), -3)
"""
JS_TESTS = """
const test = require("node:test");
const assert = require("assert");
const mine = require("./mine.js");

test("adds", () => assert.strictEqual(mine.add(1, 2), 3));
test("negative", () => assert.strictEqual(mine.add(-1, -2), -3));
"""
C_TESTS = """
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cupel.h"

int add(int a, int b);

static void adds(void **state)
{
    (void)state;
    assert_int_equal(add(1, 2), 3);
}

static void negative(void **state)
{
    (void)state;
    assert_int_equal(add(-1, -2), -3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(adds), cmocka_unit_test(negative)};
    return cupel_run_cmocka(tests, 2);
}
"""
JAVA_TESTS = """
import static org.junit.Assert.assertEquals;
import org.junit.Test;

public class MineTest {
    @Test
    public void adds() {
        assertEquals(3, Mine.add(1, 2));
    }

    @Test
    public void negative() {
        assertEquals(-3, Mine.add(-1, -2));
    }
}
"""
JARS = "/usr/share/java/junit4.jar:/usr/share/java/hamcrest-core.jar:."
BUILD_C = f"gcc -I{RUNNERS} -o units test_mine.c mine.c -lcmocka && exec ./units"
BUILD_JAVA = (
    f"javac -cp {JARS} MineTest.java Mine.java && exec java -cp {JARS} {RUNNERS}/Run.java MineTest"
)


class InProcessCase(grading.GradeCase):
    """Graders with one harness, whose language the subclass says."""

    report = "json"
    env = {}

    def in_process(self, code=0, text=None, tests=None, **harness):
        """The result of grading the learner's file with that text."""
        definition = {
            "separation": "in-process",
            "run": self.command,
            "report": self.report,
            "files": [self.test_file],
            "tests": [{"id": name, "points": 5} for name in self.ids],
            **harness,
        }
        test = {"id": "units", "policy": self.policy, "harness": definition}
        test["limits"] = {"wall": "20 s", "cpu": "10 s"}
        test["env"] = self.env
        grader = self.grader([test], {self.test_file: tests or self.tests})
        return self.grade(grader, self.handed_in(**{self.module: text or self.good}), code=code)

    def check_good(self):
        """A right file earns all, a wrong one what it deserves."""
        result = self.in_process()
        self.assertEqual(result["score"], 10, json.dumps(result["harnesses"], indent=1))
        self.assertEqual(result["harnesses"][0]["separation"], "in-process")
        self.assertEqual({test["separation"] for test in result["tests"]}, {"in-process"})
        result = self.in_process(text=self.wrong)
        self.assertEqual(
            [test["verdict"] for test in result["tests"]], ["passed", "failed"], result
        )

    def check_cheats(self, cheats):
        """Each earns nothing, and that is the learner's failure."""
        for name, text in cheats.items():
            with self.subTest(cheat=name):
                result = self.in_process(text=text)
                self.assertEqual((result["status"], result["score"]), ("graded", 0), result)
                said = json.dumps([(t["reason"], t["message"]) for t in result["tests"]])
                self.assertIn("harness_failed", said)
                self.assertFalse(result["harnesses"][0]["passed"])

    def check_nothing(self, text):
        """It earns nothing, and the tests that the harness reports say why."""
        result = self.in_process(text=text)
        self.assertEqual((result["status"], result["score"]), ("graded", 0), result)
        self.assertTrue(result["harnesses"][0]["passed"])
        return [(test["verdict"], test["reason"]) for test in result["tests"]]

    def said_of(self, text, **keywords):
        """The message of a harness that failed by the learner's file."""
        result = self.in_process(text=text, **keywords)
        self.assertEqual({test["reason"] for test in result["tests"]}, {"harness_failed"})
        return result["harnesses"][0]["message"]


class Python(InProcessCase):
    """unittest."""

    policy = "python"
    module = "mine__py"
    test_file = "test_mine.py"
    ids = ("test_mine.Sum.test_adds", "test_mine.Sum.test_negative")
    tests = TESTS.format(module="mine")
    command = ("python3", f"{RUNNERS}/run.py", "unittest", "test_mine.py")
    good = "def add(a, b):\n    return a + b\n"
    wrong = "def add(a, b):\n    return abs(a) + b\n"
    passed = json.dumps(
        {"schema": "cupel.report/1", "tests": [{"id": i, "outcome": "passed"} for i in ids]}
    )

    def test_right_and_wrong_files_get_what_they_deserve(self):
        self.check_good()

    def test_an_early_exit_earns_nothing(self):
        body = "def add(a, b):\n    {}\n"
        self.check_cheats(
            {
                "when it is loaded": "import os; os._exit(0)",
                "as an exception": "raise SystemExit(0)",
                "in a test": "import os\n" + body.format("os._exit(0)"),
                "in a thread": "import os, threading\n"
                "threading.Thread(target=os._exit, args=(0,)).start()\n",
                "another program": "import os; os.execvp('true', ['true'])",
                "by a signal": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
                "abort": "import os; os.abort()",
                "fork": "import os\nif os.fork():\n    os._exit(0)\nos._exit(0)",
                "its parent": "import os, signal, time\n"
                "if not os.fork():\n    os.kill(os.getppid(), signal.SIGKILL)\n    os._exit(0)\n"
                "time.sleep(5)\n",
            }
        )
        ends = "import sys\n" + body.format("sys.exit(0)")
        self.assertEqual(self.check_nothing(ends), [("failed", "harness_failed")] * 2)
        skips = "import unittest\n" + body.format("raise unittest.SkipTest")
        self.assertEqual(self.check_nothing(skips), [("skipped", None)] * 2)

    def test_a_forged_report_earns_nothing_on_any_channel(self):
        forge = f"import os, sys\nreport = {self.passed!r}\n"
        end = "os._exit(0)\n"
        self.check_cheats(
            {
                "standard output": forge + "print(report, flush=True)\n" + end,
                "standard error": forge + "print(report, file=sys.stderr, flush=True)\n" + end,
                "descriptor 3": forge + "os.dup2(1, 3)\nos.write(3, report.encode())\n" + end,
                "every descriptor": forge + "for fd in range(3, 256):\n"
                "    try:\n        os.write(fd, report.encode())\n"
                "    except OSError:\n        pass\n" + end,
                "every descriptor, with a last line": forge + "for fd in range(3, 256):\n"
                "    try:\n        os.write(fd, report.encode() + b'\\ncupel 0123\\n')\n"
                "    except OSError:\n        pass\n" + end,
                "every descriptor, and goes on": forge + "for fd in range(3, 256):\n"
                "    try:\n        os.write(fd, report.encode() + b'\\n')\n"
                "    except OSError:\n        pass\n" + self.good,
                "the path": forge + "for n in os.listdir('/proc/self/fd'):\n"
                "    try:\n        open(f'/proc/self/fd/{n}', 'w').write(report)\n"
                "    except OSError:\n        pass\n" + end,
                "a child that outlives": forge + "import time\n"
                "if not os.fork():\n    time.sleep(1)\n    for fd in range(3, 256):\n"
                "        try:\n            os.write(fd, report.encode())\n"
                "        except OSError:\n            pass\n" + end,
                "a fault of the grader's": forge + "for fd in range(3, 256):\n"
                "    try:\n        os.write(fd, b'broken\\ncupel 0123 fault\\n')\n"
                "    except OSError:\n        pass\n" + end,
            }
        )

    def test_what_is_done_to_the_descriptor_harms_itself(self):
        self.check_cheats(
            {
                "closes it": "import os\nos.closerange(3, 256)\n" + self.good,
                "floods it": "import os\nwhile True:\n    for fd in range(99, 103):\n"
                "        try:\n            os.write(fd, b'x' * 65536)\n"
                "        except OSError:\n            pass\n",
            }
        )
        said = self.said_of(
            "import os, signal\nsignal.signal(signal.SIGPIPE, signal.SIG_IGN)\n"
            "try:\n    while True:\n        os.write(100, b'x' * 65536)\n"
            "except OSError:\n    os._exit(0)\n"
        )
        self.assertIn("more than 8 MiB were written to descriptor 3", said)

    def test_the_report_must_agree_with_the_exit_status(self):
        said = self.said_of(
            "import os\nreal = os._exit\nos._exit = lambda status: real(1)\n" + self.good
        )
        self.assertIn("all tests passed, but it exited with another status than 0", said)
        said = self.said_of(
            "import os\nreal = os._exit\nos._exit = lambda status: real(0)\n" + self.wrong
        )
        self.assertIn("a test failed, but it exited with status 0", said)

    def test_it_says_what_was_missing(self):
        self.assertEqual(
            self.said_of("import os; os._exit(0)"),
            "the harness units: it did not come to its end: it wrote no report to descriptor 3, "
            "and it exited with status 0",
        )

    def test_mistakes_of_staff_are_the_graders(self):
        for tests, said in (
            ("def broken(:\n", "test_mine.py:1: invalid syntax"),
            ("x = 1\n  y = 2\n", "test_mine.py:2: unexpected indent"),
        ):
            result = self.in_process(tests=tests, code=5)
            self.assertEqual(result["status"], "grader_error")
            self.assertIn(said, result["message"])
        command = (*self.command[:-1], "test_other.py")
        result = self.in_process(run=command, code=5)
        self.assertIn("test_other.py: No such file or directory", result["message"])

    def test_the_learner_cannot_blame_the_grader(self):
        result = self.in_process(text="def broken(:\n")
        self.assertEqual((result["status"], result["score"]), ("graded", 0))
        self.assertEqual(result["tests"][0]["reason"], "harness_failed")
        self.assertIn("SyntaxError: invalid syntax", result["harnesses"][0]["output"])

    def test_learners_files_do_not_take_the_place_of_the_graders(self):
        grader_files = {"test_mine__py": "raise SystemExit(0)", "mine__py": self.wrong}
        definition = {
            "separation": "in-process",
            "run": self.command,
            "report": "json",
            "files": [self.test_file],
            "tests": [{"id": name} for name in self.ids],
        }
        test = {"id": "units", "policy": "python", "harness": definition}
        grader = self.grader([test], {self.test_file: self.tests})
        result = self.grade(grader, self.handed_in(**grader_files))
        self.assertEqual(result["score"], 1)

    def test_the_environment_names_the_descriptor_until_the_code_is_loaded(self):
        text = "import os, sys\nprint(os.environ.get('CUPEL_REPORT'), file=sys.stderr)\n"
        result = self.in_process(text=text + self.good)
        self.assertEqual(result["harnesses"][0]["output"], "None\n")
        script = "import os\nopen('/tmp/it', 'w').write(os.environ['CUPEL_REPORT'])\n" + (
            "token = input()\n"
            "with open('/dev/fd/3', 'w') as out:\n"
            f"    out.write({self.passed!r} + '\\ncupel ' + token + '\\n')\n"
        )
        result = self.in_process(run=("python3", "test_mine.py"), tests=script)
        self.assertEqual(result["score"], 10)


class Pytest(InProcessCase):
    """pytest, by the runner."""

    policy = "python"
    module = "mine__py"
    test_file = "test_mine.py"
    ids = ("test_mine.test_adds[1-2]", "test_mine.test_adds[-1--2]")
    tests = """
import mine
import pytest

@pytest.mark.parametrize("a,b", [(1, 2), (-1, -2)])
def test_adds(a, b):
    assert mine.add(a, b) == a + b
"""
    command = ("python3", f"{RUNNERS}/run.py", "pytest", "-q", "test_mine.py")
    good = Python.good
    wrong = Python.wrong

    def setUp(self):
        support.need("pytest")

    def test_right_and_wrong_files_get_what_they_deserve(self):
        self.check_good()

    def test_an_early_exit_earns_nothing(self):
        self.check_cheats(
            {
                "when it is loaded": "import os; os._exit(0)",
                "as an exception": "raise SystemExit(0)",
                "by pytest": "import pytest; pytest.exit('done', 0)",
                "in a test": "import pytest\ndef add(a, b):\n    pytest.exit('done', 0)\n",
            }
        )

    def test_a_report_that_learners_code_can_write_is_checked_for_what_it_is(self):
        plain = ("pytest", "-q", "--junitxml=report.xml", "test_mine.py")
        keywords = {"run": plain, "report": "junit", "file": "report.xml"}
        self.assertEqual(self.in_process(**keywords)["score"], 10)
        self.assertEqual(self.in_process(text=self.wrong, **keywords)["score"], 5)
        said = self.said_of("import os; os._exit(0)", **keywords)
        self.assertIn("it wrote no report report.xml", said)
        at_exit = "import atexit, os\natexit.register(lambda: os._exit(0))\n" + self.wrong
        self.assertIn("it exited with status 0", self.said_of(at_exit, **keywords))


class JavaScript(InProcessCase):
    """node."""

    policy = "node"
    module = "mine__js"
    test_file = "mine.test.js"
    ids = ("adds", "negative")
    tests = JS_TESTS
    command = ("node", f"{RUNNERS}/run.js", "mine.test.js")
    good = "exports.add = (a, b) => a + b;\n"
    wrong = "exports.add = (a, b) => Math.abs(a) + b;\n"

    def setUp(self):
        support.need("node")

    def test_right_and_wrong_files_get_what_they_deserve(self):
        self.check_good()

    def test_cheats_earn_nothing(self):
        forge = f"const fs = require('fs');\nconst report = {Python.passed!r};\n"
        self.check_cheats(
            {
                "exit": "process.exit(0);",
                "exit in a test": "exports.add = () => process.exit(0);",
                "really": "process.reallyExit(0);",
                "abort": "process.abort();",
                "kill": "process.kill(process.pid, 'SIGKILL');",
                "when it ends": "process.on('exit', () => { process.exitCode = 0; });\n"
                "process.exit(0);",
                "stdout": forge + "fs.writeSync(1, report); process.exit(0);",
                "descriptors": forge + "for (let fd = 3; fd < 64; fd++) {\n"
                "  try { fs.writeSync(fd, report + '\\n'); } catch {}\n}\nprocess.exit(0);",
                "the path": forge + "for (const n of fs.readdirSync('/proc/self/fd'))\n"
                "  try { fs.writeFileSync('/proc/self/fd/' + n, report); } catch {}\n"
                "process.exit(0);",
            }
        )

    def test_mistakes_of_staff_are_the_graders(self):
        result = self.in_process(tests="const x = ;\n", code=5)
        self.assertIn("mine.test.js:1: Unexpected token ';'", result["message"])


class C(InProcessCase):
    """cmocka."""

    policy = "compile"
    module = "mine__c"
    test_file = "test_mine.c"
    ids = ("adds", "negative")
    tests = C_TESTS
    command = ("sh", "-c", BUILD_C)
    good = "int add(int a, int b)\n{\n    return a + b;\n}\n"
    wrong = "int add(int a, int b)\n{\n    return a > 0 ? a + b : b - a;\n}\n"

    def setUp(self):
        support.need("gcc")

    def test_right_and_wrong_files_get_what_they_deserve(self):
        self.check_good()

    def test_cheats_earn_nothing(self):
        head = "#include <signal.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
        first = head + "__attribute__((constructor)) static void cheat(void)\n{\n    %s\n}\n"
        report = json.dumps(Python.passed + "\n")
        self.check_cheats(
            {
                "does not build": "int add(int a, int b)\n{\n",
                "constructor": first % "_exit(0);" + self.good,
                "exit": first % "exit(0);" + self.good,
                "exec": first % 'execlp("true", "true", (char *)0);' + self.good,
                "abort": first % "abort();" + self.good,
                "in a test": head + "int add(int a, int b)\n{\n    _exit(a + b > 99);\n}\n",
                "at its end": head
                + "static void cheat(void)\n{\n    _exit(0);\n}\n"
                + "int add(int a, int b)\n{\n    (void)a;\n    atexit(cheat);\n    return b;\n}\n",
                "descriptors": first
                % f"const char r[] = {report};\n    for (int fd = 3; fd < 256; fd++)\n"
                "        (void)!write(fd, r, strlen(r));\n    _exit(0);"
                + self.good,
            }
        )
        skips = "#include <stdlib.h>\nextern void _skip(const char *, int);\n" + (
            'int add(int a, int b)\n{\n    _skip("", a);\n    exit(b);\n}\n'
        )
        self.assertEqual(self.check_nothing(skips), [("skipped", None)] * 2)


class Java(InProcessCase):
    """JUnit."""

    policy = "java"
    module = "Mine__java"
    test_file = "MineTest.java"
    ids = ("MineTest.adds", "MineTest.negative")
    tests = JAVA_TESTS
    env = {"JAVA_TOOL_OPTIONS": "-Xmx256m"}
    command = ("sh", "-c", BUILD_JAVA)
    good = "public class Mine {\n%s    static int add(int a, int b) { return a + b; }\n}\n"
    wrong = good.replace("a + b", "Math.abs(a) + b") % ""
    cheating = good
    good = good % ""

    def setUp(self):
        support.need("javac")

    def test_right_and_wrong_files_get_what_they_deserve(self):
        self.check_good()

    def test_cheats_earn_nothing(self):
        first = self.cheating % "    static { %s }\n"
        report = json.dumps(Python.passed)
        self.check_cheats(
            {
                "exit": first % "System.exit(0);",
                "halt": first % "Runtime.getRuntime().halt(0);",
                "hook": first
                % (
                    "Runtime.getRuntime().addShutdownHook(new Thread(() -> "
                    "Runtime.getRuntime().halt(0))); System.exit(1);"
                ),
                "descriptors": first
                % (
                    'for (String path : new String[] {"/dev/fd/3", "/dev/stdout"}) '
                    "try (java.io.FileOutputStream out = new java.io.FileOutputStream(path)) "
                    "{ out.write(" + report + ".getBytes()); } "
                    "catch (java.io.IOException e) { } Runtime.getRuntime().halt(0);"
                ),
            }
        )

    def test_mistakes_of_staff_are_the_graders(self):
        command = ("sh", "-c", BUILD_JAVA.replace("Run.java MineTest", "Run.java Other"))
        result = self.in_process(run=command, code=5)
        self.assertIn("Other: there is no such class", result["message"])


if __name__ == "__main__":
    support.main()
