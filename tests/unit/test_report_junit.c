#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report_case.h"

#define CASE(inner)  "<testsuite><testcase name='a'>" inner "</testcase></testsuite>"
#define SUITE(inner) "<testsuite name='s'>" inner "</testsuite>"

static void ids_are_class_and_name(void **state)
{
    static const struct report_case cases[] = {
        {"<testsuite/>", ""},
        {"<testsuites><testsuite><testcase classname='c' name='a'/></testsuite></testsuites>",
         "passed c.a"},
        {"<testsuites><testcase classname='c' name='a'/></testsuites>", "passed c.a"},
        {SUITE("<testcase name='a'/>"), "passed s.a"},
        {SUITE("<testcase classname='' name='a'/>"), "passed s.a"},
        {SUITE("<testcase classname='a' name='a'/>"), "passed a"},
        {SUITE("<testcase classname='c' name=''/>"), "passed c"},
        {SUITE("<testsuite><testcase name='a'/></testsuite>"), "passed s.a"},
        {SUITE("<testsuite name='t'><testcase name='a'/></testsuite><testcase name='b'/>"),
         "passed t.a; passed s.b"},
        {"<testsuite><testcase name=' a&#10;&lt;b&gt;&#x9;c '/></testsuite>", "passed a <b> c"},
        {"<testsuite><testcase name='a'/><testcase name='a'/></testsuite>",
         "passed a; passed a"},
        {"<testsuite><testcase/></testsuite>", "error 1:12: a test has no name"},
        {"<testsuite>\n <testcase name=' ' classname=''/></testsuite>",
         "error 2:2: a test has no name"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_JUNIT, cases);
}

static void the_worst_element_counts(void **state)
{
    static const struct report_case cases[] = {
        {CASE("<failure/>"), "failed a"},
        {CASE("<error/><failure/><skipped/>"), "errored a"},
        {CASE("<skipped/><failure/>"), "failed a"},
        {CASE("<skipped/>"), "skipped a"},
        {CASE("<system-out/><properties><property/></properties>"), "passed a"},
        {CASE("<flakyFailure message='x'/><rerunError><failure/></rerunError>"), "passed a"},
        {"<testsuite><testcase name='a' status='notrun'/></testsuite>", "skipped a"},
        {"<testsuite><testcase name='a' status='run' result='suppressed'/></testsuite>",
         "skipped a"},
        {"<testsuite><testcase name='a' status='run' result='completed'/></testsuite>",
         "passed a"},
        {"<testsuite><testcase name='a' status='fail'/></testsuite>", "failed a"},
        {"<testsuite><testcase name='a' status='disabled'><failure/></testcase></testsuite>",
         "failed a"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_JUNIT, cases);
}

static void messages_are_attributes_or_texts(void **state)
{
    static const struct report_case cases[] = {
        {CASE("<failure message='m'>body</failure>"), "failed a (m)"},
        {CASE("<failure message=' '>\n body\n</failure>"), "failed a (body)"},
        {CASE("<failure><![CDATA[a < b]]> &amp; c</failure>"), "failed a (a < b & c)"},
        {CASE("<failure type='T'/>"), "failed a (T)"},
        {CASE("<failure message='one'/><error message='two'/>"), "errored a (one\ntwo)"},
        {CASE("<skipped message='m'/>"), "skipped a (m)"},
        {CASE("<failure message='&#x202e;&#x9b;m'/>"), "failed a (\\u{202E}\\x9bm)"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_JUNIT, cases);
}

static void read_one(const char *text, struct cupel_report *ret)
{
    struct cupel_error err = {0};

    if (cupel_report_read(CUPEL_REPORT_JUNIT, text, strlen(text), ret, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(ret->count, 1);
}

static void output_is_what_was_printed_and_traces(void **state)
{
    struct cupel_report report = {0};

    (void)state;
    read_one(CASE("<system-out>\n  out\n</system-out><failure message='m'>trace</failure>"
                  "<system-err>err</system-err>"),
             &report);
    assert_string_equal(report.tests[0].output, "  out\ntrace\nerr");
    cupel_report_clear(&report);
    read_one(CASE("<failure message='m'> m\n</failure>"), &report);
    assert_null(report.tests[0].output);
    cupel_report_clear(&report);
    read_one(
        CASE("<failure message='m'/><system-out>o<b>x<failure>y</failure></b>p</system-out>"),
        &report);
    assert_string_equal(report.tests[0].output, "op");
    cupel_report_clear(&report);
}

static void seconds_are_plain_numbers(void **state)
{
    static const char *const unknown[] = {"",      "1,234.5", "nan", "inf", "-1",
                                          "0x1p3", "1e99",    "1 ",  "s"};
    struct cupel_report report = {0};
    char text[128];

    (void)state;
    read_one("<testsuite><testcase name='a' time='1.5e1'/></testsuite>", &report);
    assert_true(fabs(report.tests[0].seconds - 15) < 1e-9);
    cupel_report_clear(&report);
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        (void)snprintf(text, sizeof(text),
                       "<testsuite><testcase name='a' time='%s'/></testsuite>", unknown[i]);
        read_one(text, &report);
        if (!isnan(report.tests[0].seconds))
            fail_msg("\"%s\" is %g s", unknown[i], report.tests[0].seconds);
        cupel_report_clear(&report);
    }
}

static void suites_may_not_have_more_than_they_count(void **state)
{
    static const struct report_case cases[] = {
        {"<testsuite name='s' tests='2' failures='1'><testcase name='a'/><testcase name='b'/>"
         "</testsuite>",
         "error 1:84: of suite \"s\" 2 tests pass, but it counts 2 tests and 1 that do not"},
        {"<testsuite tests='2' failures='1' errors='1'><testcase name='a'/></testsuite>",
         "passed a"},
        {"<testsuite tests='1' failures='2'/>", ""},
        {"<testsuite tests='1' failures='2'><testcase name='a'/></testsuite>",
         "error 1:55: of suite \"\" 1 tests pass, but it counts 1 tests and 2 that do not"},
        {"<testsuite tests='1' failures='x'><testcase name='a'/></testsuite>", "passed a"},
        {"<testsuite tests='-1'><testcase name='a'/></testsuite>", "passed a"},
        {"<testsuite name='s' tests='1'><testcase name='a'/><testcase name='b'><skipped/>"
         "</testcase></testsuite>",
         "error 1:91: suite \"s\" has 2 tests, but counts 1"},
        /* pytest's, of a test that fails and breaks. */
        {"<testsuite tests='2' failures='1' errors='1'><testcase name='a'/><testcase name='b'>"
         "<failure/></testcase><testcase name='b'><error/></testcase></testsuite>",
         "passed a; failed b; errored b"},
        {"<testsuite tests='1'><testsuite tests='2'><testcase name='a'/><testcase name='b'/>"
         "</testsuite></testsuite>",
         "passed a; passed b"},
        /* What a program under cmocka's assert_string_equal() could print. */
        {"<testsuites><testsuite name='s' tests='2' failures='2' errors='0'><testcase name='a'>"
         "<failure><![CDATA[\"x]]></failure></testcase><testcase name='b'></testcase>"
         "<testcase name='c'><failure><![CDATA[]]></failure></testcase>"
         "<testcase "
         "name='b'><failure><![CDATA[]]></failure></testcase></testsuite></testsuites>",
         "error 1:282: suite \"s\" has 4 tests, but counts 2"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_JUNIT, cases);
}

static void tests_may_only_stand_in_suites(void **state)
{
    static const struct report_case cases[] = {
        {"<html/>", "error 1:1: expected <testsuites> or <testsuite>, found <html>"},
        {"<testcase name='a'/>",
         "error 1:1: expected <testsuites> or <testsuite>, found <testcase>"},
        {"<testsuite><group><testcase name='a'/></group></testsuite>",
         "error 1:19: <testcase> may only stand in <testsuite>"},
        {CASE("<testcase name='b'/>"), "error 1:31: <testcase> may only stand in <testsuite>"},
        {CASE("<failure><testsuite/></failure>"),
         "error 1:40: <testsuite> may only stand in <testsuite>"},
        {"<testsuite><failure/><error/></testsuite>", ""},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_JUNIT, cases);
}

static void long_texts_are_cut(void **state)
{
    static const char head[] = "<testsuite><testcase name='";
    static const char tail[] = "'/></testsuite>";
    struct cupel_report report = {0};
    size_t len = 5000;
    char *text = malloc(sizeof(head) + len + sizeof(tail));

    (void)state;
    assert_non_null(text);
    memcpy(text, head, strlen(head));
    memset(text + strlen(head), 'x', len);
    memcpy(text + strlen(head) + len, tail, sizeof(tail));
    read_one(text, &report);
    assert_int_equal(strspn(report.tests[0].id, "x"), CUPEL_REPORT_ID_MAX);
    assert_string_equal(report.tests[0].id + CUPEL_REPORT_ID_MAX,
                        " [… cut: 5000 bytes in all] ");
    cupel_report_clear(&report);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_class_and_name),
        cmocka_unit_test(the_worst_element_counts),
        cmocka_unit_test(messages_are_attributes_or_texts),
        cmocka_unit_test(output_is_what_was_printed_and_traces),
        cmocka_unit_test(seconds_are_plain_numbers),
        cmocka_unit_test(suites_may_not_have_more_than_they_count),
        cmocka_unit_test(tests_may_only_stand_in_suites),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests_name("report_junit", tests, NULL, NULL);
}
