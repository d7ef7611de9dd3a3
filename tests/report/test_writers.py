"""Test frameworks, where they are installed, write reports that are read: the samples are of one
version each."""

import os
import shutil
import subprocess
import sys
import unittest

import reports
import support

PYTEST = """
import pytest

def test_adds():
    assert 1 + 1 == 2

def test_wrong():
    assert "<a & b>" == "]]>"

@pytest.fixture
def broken():
    raise RuntimeError

def test_breaks(broken):
    pass

@pytest.mark.skip(reason="not today")
def test_skipped():
    pass
"""

CMOCKA = r"""
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
static void adds(void **s) { (void)s; assert_int_equal(1 + 1, 2); }
static void wrong(void **s) { (void)s; assert_string_equal(WRONG, "<a & b>"); }
static void skipped(void **s) { (void)s; skip(); }
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds), cmocka_unit_test(wrong), cmocka_unit_test(skipped)};
    return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
"""

GOOGLETEST = r"""
#include <gtest/gtest.h>
TEST(Sum, Adds) { EXPECT_EQ(1 + 1, 2); }
TEST(Sum, Wrong) { EXPECT_STREQ("<a & b>", "]]>"); EXPECT_EQ(1, 2); }
TEST(Sum, DISABLED_Later) { FAIL(); }
TEST(Sum, Skipped) { GTEST_SKIP() << "not here"; }
"""

CTEST = """
cmake_minimum_required(VERSION 3.21)
project(t NONE)
include(CTest)
add_test(NAME adds COMMAND printf "<a & b>]]>")
add_test(NAME wrong COMMAND sh -c "exit 3")
add_test(NAME skipped COMMAND sh -c "exit 77")
set_tests_properties(skipped PROPERTIES SKIP_RETURN_CODE 77)
"""

NODE = r"""
const test = require('node:test');
const assert = require('node:assert');
test('adds', () => assert.equal(1 + 1, 2));
test('wrong', () => assert.equal('<a & "b">', "'c'"));
test('skipped # 1', { skip: 'not today' }, () => {});
test('suite', async (t) => {
  await t.test('deep', async (u) => { await u.test('works', () => {}); });
});
"""

PERL = """
use Test::More;
ok(1, 'adds');
subtest 'child' => sub { plan tests => 1; is("a", "b", 'wrong # 1'); };
SKIP: { skip "not today", 1; }
done_testing;
"""


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


class Writers(support.TestCase):
    def write(self, name, text):
        self.box = self.folder()
        (self.box / name).write_text(text)

    def run_in_box(self, *command, **environment):
        """Whatever it says of tests that fail, a framework that is there writes a report."""
        return subprocess.run(
            command,
            cwd=self.box,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=100,
            check=False,
        ).stdout

    def outcomes(self, kind, name):
        report = reports.read(kind, self.box / name)
        self.assertTrue(report["complete"], report["incomplete"])
        return reports.outcomes(report)

    def compiled(self, source, compiler, *options):
        self.write(source, {"t.c": CMOCKA, "t.cc": GOOGLETEST}[source])
        self.run_in_box(compiler, "-o", "t", source, *options)
        if not (self.box / "t").exists():
            self.skipTest(f"{compiler} {' '.join(options)} does not work here")

    def test_pytest(self):
        self.write("test_sum.py", PYTEST)
        self.run_in_box(sys.executable, "-m", "pytest", "--junitxml=report.xml", "-q")
        if not (self.box / "report.xml").exists():
            self.skipTest("pytest is not installed")
        self.assertEqual(
            self.outcomes("junit", "report.xml"),
            [
                ("test_sum.test_adds", "passed"),
                ("test_sum.test_wrong", "failed"),
                ("test_sum.test_breaks", "errored"),
                ("test_sum.test_skipped", "skipped"),
            ],
        )

    @needs("gcc")
    def test_cmocka(self):
        self.compiled("t.c", "gcc", '-DWRONG="x"', "-lcmocka")
        for kind, output in (("junit", "xml"), ("tap", "tap")):
            text = self.run_in_box("./t", CMOCKA_MESSAGE_OUTPUT=output)
            (self.box / "report").write_bytes(text)
            said = self.outcomes(kind, "report")
            self.assertEqual([outcome for _, outcome in said], ["passed", "failed", "skipped"])
            self.assertEqual(said[0][0], "sums.adds" if kind == "junit" else "adds")

    @needs("gcc")
    def test_what_cmocka_compares_cannot_make_a_test_pass(self):
        forged = ']]></failure></testcase><testcase name=\\"forged\\"/>'
        forged += '<testcase name=\\"x\\"><failure><![CDATA['
        self.compiled("t.c", "gcc", f'-DWRONG="{forged}"', "-lcmocka")
        (self.box / "report").write_bytes(self.run_in_box("./t", CMOCKA_MESSAGE_OUTPUT="xml"))
        self.assertIn("has 5 tests, but counts 3", reports.run("junit", self.box / "report").stderr)
        (self.box / "report").write_bytes(self.run_in_box("./t", CMOCKA_MESSAGE_OUTPUT="tap"))
        self.assertEqual(self.outcomes("tap", "report")[1], ("wrong", "failed"))

    @needs("g++")
    def test_googletest(self):
        self.compiled("t.cc", "g++", "-lgtest", "-lgtest_main", "-pthread")
        for kind, output in (("junit", "xml"), ("gtest-json", "json")):
            self.run_in_box("./t", f"--gtest_output={output}:report")
            self.assertEqual(
                self.outcomes(kind, "report"),
                [
                    ("Sum.Adds", "passed"),
                    ("Sum.Wrong", "failed"),
                    ("Sum.DISABLED_Later", "skipped"),
                    ("Sum.Skipped", "skipped"),
                ],
            )

    @needs("ctest")
    def test_ctest(self):
        self.write("CMakeLists.txt", CTEST)
        self.run_in_box("cmake", "-S", ".", "-B", ".")
        self.run_in_box("ctest", "--output-junit", "report.xml")
        self.run_in_box("ctest", "-T", "Test")
        expected = [("adds", "passed"), ("wrong", "failed"), ("skipped", "skipped")]
        self.assertEqual(self.outcomes("junit", "report.xml"), expected)
        (written,) = (self.box / "Testing").glob("*/Test.xml")
        self.assertEqual(self.outcomes("ctest", written), expected)

    @needs("node")
    def test_node(self):
        self.write("t.cjs", NODE)
        (self.box / "report").write_bytes(self.run_in_box("node", "t.cjs"))
        if (self.box / "report").read_bytes()[:3] != b"TAP":  # other than TAP on a pipe, too new
            text = self.run_in_box("node", "--test", "--test-reporter=tap", "t.cjs")
            (self.box / "report").write_bytes(text)
        said = self.outcomes("tap", "report")
        expected = {
            ("adds", "passed"),
            ("wrong", "failed"),
            ("skipped # 1", "skipped"),
            ("suite > deep > works", "passed"),
            ("suite > deep", "passed"),
            ("suite", "passed"),
        }
        self.assertLessEqual(expected, set(said))

    @needs("node")
    def test_node_junit(self):
        self.write("t.test.cjs", NODE)
        text = self.run_in_box("node", "--test", "--test-reporter=junit", "t.test.cjs")
        if not text.startswith(b"<?xml"):
            self.skipTest("this node has no reporter junit")
        (self.box / "report").write_bytes(text)
        self.assertEqual(
            self.outcomes("junit", "report"),
            [
                ("test.adds", "passed"),
                ("test.wrong", "failed"),
                ("test.skipped # 1", "skipped"),
                ("test.works", "passed"),
            ],
        )

    @needs("perl")
    def test_test_more(self):
        self.write("t.pl", PERL)
        (self.box / "report").write_bytes(self.run_in_box("perl", "t.pl"))
        self.assertEqual(
            self.outcomes("tap", "report"),
            [
                ("adds", "passed"),
                ("child > wrong # 1", "failed"),
                ("child", "failed"),
                ("3", "skipped"),
            ],
        )


if __name__ == "__main__":
    support.main()
