#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report_case.h"

#define REPORT(tests) "{\"schema\": \"cupel.report/1\", \"tests\": [" tests "]}"

static void reports_of_our_own_are_strict(void **state)
{
    static const struct report_case cases[] = {
        {REPORT(""), ""},
        {REPORT("{\"id\": \"a\", \"outcome\": \"passed\"}"), "passed a"},
        {REPORT("{\"id\": \"a\", \"outcome\": \"failed\", \"message\": \"m\"}"),
         "failed a (m)"},
        {REPORT("{\"id\": \"a\", \"outcome\": \"errored\"}, {\"id\": \"b\", \"outcome\": "
                "\"skipped\"}"),
         "errored a; skipped b"},
        {REPORT("{\"id\": \"a\", \"score\": 1}, {\"id\": \"a\", \"score\": 0}, {\"id\": \"a\", "
                "\"score\": 0.5}"),
         "passed a; failed a; passed a"},
        {REPORT("{\"id\": \"a\"}"),
         "error 1:40: tests[0]: expected \"outcome\" or \"score\", found neither"},
        {REPORT("{\"id\": \"a\", \"score\": 1, \"outcome\": \"passed\"}"),
         "error 1:40: tests[0]: expected \"outcome\" or \"score\", found both"},
        {REPORT("{\"id\": \"a\", \"score\": 1.5}"),
         "error 1:61: tests[0].score: expected a number from 0 to 1, found 1.5"},
        {REPORT("{\"id\": \"a\", \"score\": true}"),
         "error 1:61: tests[0].score: expected a number from 0 to 1, found true"},
        {REPORT("{\"id\": \"a\", \"outcome\": \"ok\"}"),
         "error 1:63: tests[0].outcome: expected \"passed\", \"skipped\", \"failed\" or "
         "\"errored\", found \"ok\""},
        {REPORT("{\"id\": \" \\n\", \"outcome\": \"passed\"}"),
         "error 1:47: tests[0].id: expected an id, found nothing but blanks"},
        {REPORT("{\"id\": 1, \"outcome\": \"passed\"}"),
         "error 1:47: tests[0].id: expected a string, found 1"},
        {REPORT("{\"id\": \"a\", \"outcome\": \"passed\", \"messages\": \"m\"}"),
         "error 1:73: unknown key \"messages\"; did you mean \"message\"?"},
        {REPORT("{\"id\": \"a\", \"outcome\": \"passed\", \"seconds\": -1}"),
         "error 1:84: tests[0].seconds: expected a number of at least 0, found -1"},
        {REPORT("1"), "error 1:40: tests[0]: expected an object, found a number"},
        {"[]", "error 1:1: expected an object, found an array"},
        {"{\"schema\": \"cupel.report/1\"}", "error 1:1: key \"tests\" is missing"},
        {"{\"schema\": \"cupel.report/2\", \"tests\": []}",
         "error 1:12: \"schema\": expected \"cupel.report/1\", found \"cupel.report/2\""},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_JSON, cases);
}

static void parts_of_points_are_kept(void **state)
{
    static const char text[] = REPORT(
        "{\"id\": \"a\", \"score\": 0.25, \"title\": \" two\\nlines \", \"seconds\": 2}");
    struct cupel_report report = {0};

    (void)state;
    assert_int_equal(cupel_report_read(CUPEL_REPORT_JSON, text, strlen(text), &report, NULL),
                     0);
    assert_true(fabs(report.tests[0].fraction - 0.25) < 1e-9);
    assert_true(fabs(report.tests[0].seconds - 2) < 1e-9);
    assert_string_equal(report.tests[0].title, "two lines");
    cupel_report_clear(&report);
}

#define GTEST(test) "{\"testsuites\": [{\"name\": \"S\", \"testsuite\": [{" test "}]}]}"
#define RAN         ", \"status\": \"RUN\", \"result\": \"COMPLETED\""

static void googletest_says_what_became_of_a_test(void **state)
{
    static const struct report_case cases[] = {
        {"{\"testsuites\": []}", ""},
        {GTEST("\"name\": \"a\", \"classname\": \"C\"" RAN), "passed C.a"},
        {GTEST("\"name\": \"a\"" RAN), "passed S.a"},
        {GTEST("\"name\": \"a\"" RAN ", \"failures\": [{\"failure\": \"one\"}, {\"failure\": "
               "\"two\"}]"),
         "failed S.a (one\ntwo)"},
        {GTEST("\"name\": \"a\"" RAN ", \"failures\": [{}]"), "failed S.a"},
        {GTEST("\"name\": \"a\", \"status\": \"NOTRUN\", \"result\": \"SUPPRESSED\""),
         "skipped S.a"},
        {GTEST("\"name\": \"a\", \"status\": \"RUN\", \"result\": \"SKIPPED\", \"skipped\": "
               "[{\"message\": \"m\"}]"),
         "skipped S.a (m)"},
        {GTEST("\"name\": \"a\""),
         "error 1:45: testsuites[0].testsuite[0]: key \"status\" is missing"},
        {GTEST("\"name\": \"\"" RAN),
         "error 1:54: testsuites[0].testsuite[0].name: expected a "
         "name, found an empty string"},
        {GTEST("\"name\": \"a\"" RAN ", \"failures\": 1"),
         "error 1:111: testsuites[0].testsuite[0].failures: expected an array, found a number"},
        {"{}", "error 1:1: key \"testsuites\" is missing"},
        {"{\"testsuites\": [{}]}", "error 1:17: testsuites[0]: key \"testsuite\" is missing"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_GTEST_JSON, cases);
}

static void a_report_by_exit_code_has_no_text(void **state)
{
    char said[REPORT_SAID_SIZE];

    (void)state;
    assert_string_equal(report_say(CUPEL_REPORT_EXIT_CODE, "", 0, said),
                        "error 1:1: a report of kind exit-code has no text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_of_our_own_are_strict),
        cmocka_unit_test(parts_of_points_are_kept),
        cmocka_unit_test(googletest_says_what_became_of_a_test),
        cmocka_unit_test(a_report_by_exit_code_has_no_text),
    };
    return cmocka_run_group_tests_name("report_json", tests, NULL, NULL);
}
