#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report_case.h"

static void outcomes_follow_directives(void **state)
{
    static const struct report_case cases[] = {
        {"1..1\nok\n", "passed 1"},
        {"1..2\nok 1\nnot ok\n", "passed 1; failed 2"},
        {"TAP version 14\n1..1\nok 1 - adds\n", "passed adds"},
        {"1..1\r\nok 1 adds  \r\n", "passed adds"},
        {"ok 1 - a\n1..1\n", "passed a"},
        {"1..1\nok 1 - a # SKIP not today\n", "skipped a (not today)"},
        {"1..1\nnot ok 1 - a # skipped: not today\n", "skipped a (not today)"},
        {"1..1\nnot ok 1 # SKIP\n", "skipped 1"},
        {"1..1\nnot ok 1 - a # TODO later\n", "skipped a (later)"},
        {"1..1\nok 1 - a # TODO later\n", "passed a"},
        {"1..1\nnot ok 1 - a # todont\n", "failed a # todont"},
        {"1..1\nok 1 - issue #7\n", "passed issue #7"},
        {"1..1\nok 1 - a \\# SKIP b \\\\ c \\n\n", "passed a # SKIP b \\ c \\n"},
        {"1..1\nok 1 - 2 plus 2\n", "passed 2 plus 2"},
        {"1..1\nok 1 -1 is less\n", "passed -1 is less"},
        {"1..0 # SKIP no tests\n", ""},
        {"1..1\nok 1 - a\tb\n", "passed a b"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_TAP, cases);
}

static void the_plan_says_whether_it_is_all(void **state)
{
    static const struct report_case cases[] = {
        {"", "incomplete: it is empty"},
        {"hello\n", "incomplete: it has no plan"},
        {"ok 1 - a\n", "passed a; incomplete: it has no plan"},
        {"1..3\nok 1 - a\n", "passed a; incomplete: it has a plan of 3 tests, and 1 of them"},
        {"1..2\nok 1 - a\nBail out! no disk\nok 2 - b\n",
         "passed a; incomplete: it bailed out: no disk"},
        {"Bail out!\n", "incomplete: it bailed out"},
        {"1..1\nok 1 - a", "passed a; incomplete: its last line has no line feed"},
        {"1..1\nok 1 - a\nok 2 - b\n", "error 3:1: more tests than the 1 of the plan"},
        {"ok 1 - a\n1..1\nok 2 - b\n", "error 3:1: a test behind the plan at the end"},
        {"1..1\n1..1\nok 1 - a\n", "error 2:1: a second plan"},
        {"ok 1 - a\nok 2 - b\n1..1\n", "error 3:1: a plan of 1 tests after 2 of them"},
        {"1..2\nok 1 - a\nok 1 - b\n", "error 3:1: expected test number 2, found 1"},
        {"1..2\nok 2 - a\nok 1 - b\n", "error 2:1: expected test number 1, found 2"},
        {"1..99999999999999999999\nok 1 - a\n",
         "passed a; incomplete: it has a plan of 999999999 tests, and 1 of them"},
        {"TAP version 12\n1..0\n", "error 1:1: TAP version 12; known are 13 and 14"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_TAP, cases);
}

static void what_is_not_tap_is_passed_over(void **state)
{
    static const struct report_case cases[] = {
        {"1..1\nokay\nnot okay\n1..2x\nhello ok 1\n\xFF\xFE\nok 1 - a\n", "passed a"},
        {"1..1\npragma +strict\n  ok 7 - indented by two\n\tok 8\nok 1 - a\n", "passed a"},
        {"1..1\n        ok 1 - two levels further in\nok 1 - a\n", "passed a"},
        {"1..1\n  ---\n  message: of no test\n  ...\nok 1 - a\n", "passed a"},
        {"1..1\nnot ok 1 - \xFF\x01z\n", "failed \xEF\xBF\xBD\\x01z"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_TAP, cases);
}

static void subtests_are_named_after_their_parents(void **state)
{
    static const struct report_case cases[] = {
        {"1..1\n# Subtest: p\n    1..2\n    ok 1 - a\n    not ok 2 - b\nnot ok 1 - p\n",
         "passed p > a; failed p > b; failed p"},
        {"1..1\n        ok 1\n    ok 1 - a\n    1..1\nok 1 - p\n", "passed p > a; passed p"},
        {"1..2\nok 1 - a\n    # Subtest: q\n        ok 1 - x\n        1..1\n    ok 1 - q\n"
         "    1..1\nok 2 - p\n",
         "passed a; passed p > q > x; passed p > q; passed p"},
        {"1..1\n    ok 1 - a\nok 1 - p\n",
         "passed p > a; passed p; incomplete: a subtest has no plan"},
        {"1..1\n    ok 1 - q\n        ok 1 - x\n        1..1\n    ok 2 - r\n    1..2\nok 1 - "
         "p\n",
         "passed p > q; passed p > r > x; passed p > r; passed p"},
        {"1..1\n    1..2\n    ok 1 - a\nok 1 - p\n",
         "passed p > a; passed p; "
         "incomplete: a subtest has a plan of 2 tests, and 1 of them"},
        {"1..2\nok 1 - z\n    ok 1 - a\n    1..1\n",
         "passed z; incomplete: it ends within a subtest"},
        {"ok 1 - z\n    ok 1 - a\n1..1\n",
         "error 3:1: a subtest ends without a line \"ok\" or \"not ok\", indented by 0 spaces, "
         "of its own"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_TAP, cases);
}

static void messages_come_from_yaml_or_comments(void **state)
{
    static const struct report_case cases[] = {
        {"1..1\nnot ok 1 - a\n# got 1\n#   more\n", "failed a (got 1\n  more)"},
        {"1..1\nok 1 - a\n# fine\n", "passed a"},
        {"1..1\nnot ok 1 - a\n  ---\n  message: 'it''s'\n  ...\n# c\n", "failed a (it's)"},
        {"1..1\nnot ok 1 - a\n  ---\n  error: \"say \\\"no\\\"\\n!\"\n  ...\n",
         "failed a (say \"no\"\n!)"},
        {"1..1\nnot ok 1 - a\n  ---\n  error: |-\n    one\n\n    two\n  code: x\n  ...\n",
         "failed a (one\n\ntwo)"},
        {"1..1\nnot ok 1 - a\n   ---\n   message: plain\n   ok 2 - not a test\n   ...\n",
         "failed a (plain)"},
        {"1..2\nnot ok 1 - a\n  ---\n  message: x\nok 2 - b\n",
         "error 3:1: the block of YAML that starts here does not end with \"...\""},
        {"1..1\nnot ok 1 - a\n  ---\n  message: x\n",
         "failed a (x); incomplete: it ends within a block of YAML"},
    };

    (void)state;
    ASSERT_CASES(CUPEL_REPORT_TAP, cases);
}

static void yaml_has_the_duration(void **state)
{
    static const char text[] =
        "1..2\nok 1\n  ---\n  duration_ms: 1250.5\n  ...\nok 2\n"
        "  ---\n  duration_ms: -inf\n  ...\n";
    struct cupel_report report = {0};

    (void)state;
    assert_int_equal(cupel_report_read(CUPEL_REPORT_TAP, text, strlen(text), &report, NULL), 0);
    assert_true(fabs(report.tests[0].seconds - 1.2505) < 1e-9);
    assert_true(isnan(report.tests[1].seconds));
    cupel_report_clear(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_follow_directives),
        cmocka_unit_test(the_plan_says_whether_it_is_all),
        cmocka_unit_test(what_is_not_tap_is_passed_over),
        cmocka_unit_test(subtests_are_named_after_their_parents),
        cmocka_unit_test(messages_come_from_yaml_or_comments),
        cmocka_unit_test(yaml_has_the_duration),
    };
    return cmocka_run_group_tests_name("report_tap", tests, NULL, NULL);
}
