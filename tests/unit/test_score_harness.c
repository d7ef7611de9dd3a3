#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/score.h"

#define TESTS_MAX 8

/* Declared tests, of 10 points each, and what became of them. */
struct harness {
    struct cupel_test_result tests[TESTS_MAX];
    struct cupel_test_result *declared[TESTS_MAX];
    struct cupel_undeclared_test *undeclared;
    size_t undeclared_count;
};

static void run(struct harness *harness, const char *const *ids, size_t count,
                struct cupel_report_test *tests, size_t test_count)
{
    struct cupel_report report = {.tests = tests, .count = test_count, .complete = true};

    memset(harness, 0, sizeof(*harness));
    for (size_t i = 0; i < count; i++) {
        harness->tests[i].id = strdup(ids[i]);
        harness->tests[i].max_score = 10;
        harness->declared[i] = &harness->tests[i];
    }
    assert_int_equal(cupel_score_harness(&report, harness->declared, count,
                                         &harness->undeclared, &harness->undeclared_count),
                     0);
}

static void clear(struct harness *harness)
{
    for (size_t i = 0; i < TESTS_MAX; i++) {
        free(harness->tests[i].id);
        free(harness->tests[i].message);
        free(harness->tests[i].output);
    }
    for (size_t i = 0; i < harness->undeclared_count; i++)
        free(harness->undeclared[i].id);
    free(harness->undeclared);
}

#define REPORTED(id_, outcome_, ...)                                                           \
    {                                                                                          \
        .id = (char[]){id_}, .outcome = CUPEL_REPORT_##outcome_, .fraction = __VA_ARGS__       \
    }

#define MESSAGE(text)                                                                          \
    .message = (char[])                                                                        \
    {                                                                                          \
        text                                                                                   \
    }
#define OUTPUT(text)                                                                           \
    .output = (char[])                                                                         \
    {                                                                                          \
        text                                                                                   \
    }

static void outcomes_become_verdicts(void **state)
{
    static const char *const ids[] = {"passes", "half", "fails", "breaks", "skipped", "absent"};
    static const struct {
        enum cupel_verdict verdict;
        enum cupel_reason reason;
        double score;
        bool ran;
        const char *message;
    } expected[] = {
        {CUPEL_VERDICT_PASSED, CUPEL_REASON_NONE, 10, true, NULL},
        {CUPEL_VERDICT_PARTIAL, CUPEL_REASON_CHECKER_REJECTED, 5, true, "half of it"},
        {CUPEL_VERDICT_FAILED, CUPEL_REASON_CHECKER_REJECTED, 0, true,
         "the harness says that this test failed, and no more"},
        {CUPEL_VERDICT_FAILED, CUPEL_REASON_HARNESS_FAILED, 0, true, "no fixture"},
        {CUPEL_VERDICT_SKIPPED, CUPEL_REASON_NONE, 0, false, "the harness skipped this test"},
        {CUPEL_VERDICT_FAILED, CUPEL_REASON_MISSING_FROM_REPORT, 0, true,
         "the harness's report does not have this test"},
    };
    struct cupel_report_test reported[] = {
        REPORTED("skipped", SKIPPED, 0),
        REPORTED("breaks", ERRORED, 0, MESSAGE("no fixture")),
        REPORTED("fails", FAILED, 0, OUTPUT("a trace")),
        REPORTED("half", PASSED, 0.5, MESSAGE("half of it")),
        REPORTED("passes", PASSED, 1),
    };
    struct harness harness;

    (void)state;
    run(&harness, ids, 6, reported, 5);
    for (size_t i = 0; i < 6; i++) {
        const struct cupel_test_result *test = &harness.tests[i];
        if (test->verdict != expected[i].verdict || test->reason != expected[i].reason ||
            test->score < expected[i].score || test->score > expected[i].score ||
            test->ran != expected[i].ran)
            fail_msg("%s: %s, %s, %g", ids[i], cupel_verdict_names[test->verdict],
                     cupel_reason_names[test->reason], test->score);
        if (expected[i].message == NULL)
            assert_null(test->message);
        else
            assert_string_equal(test->message, expected[i].message);
    }
    assert_string_equal(harness.tests[2].output, "a trace");
    assert_int_equal(harness.undeclared_count, 0);
    clear(&harness);
}

static void of_repeated_tests_the_worst_counts(void **state)
{
    static const char *const ids[] = {"twice", "mixed", "skips"};
    struct cupel_report_test reported[] = {REPORTED("twice", PASSED, 1),
                                           REPORTED("mixed", PASSED, 1),
                                           REPORTED("mixed", ERRORED, 0, MESSAGE("it broke")),
                                           REPORTED("mixed", FAILED, 0, MESSAGE("it failed")),
                                           REPORTED("skips", PASSED, 1),
                                           REPORTED("skips", SKIPPED, 0),
                                           REPORTED("twice", PASSED, 1)};
    struct harness harness;

    (void)state;
    run(&harness, ids, 3, reported, 7);
    assert_int_equal(harness.tests[0].verdict, CUPEL_VERDICT_PASSED);
    assert_null(harness.tests[0].message);
    assert_int_equal(harness.tests[1].reason, CUPEL_REASON_HARNESS_FAILED);
    assert_string_equal(harness.tests[1].message,
                        "it broke\n(the worst of 3 results that the harness reports)");
    assert_int_equal(harness.tests[2].verdict, CUPEL_VERDICT_SKIPPED);
    clear(&harness);
}

static void undeclared_tests_are_listed_once_in_order(void **state)
{
    static const char *const ids[] = {"b"};
    static const struct {
        const char *id;
        enum cupel_verdict verdict;
    } expected[] = {{"z", CUPEL_VERDICT_FAILED},
                    {"a", CUPEL_VERDICT_PASSED},
                    {"ba", CUPEL_VERDICT_SKIPPED},
                    {"B", CUPEL_VERDICT_PARTIAL}};
    struct cupel_report_test reported[] = {
        REPORTED("z", PASSED, 1),   REPORTED("a", PASSED, 1), REPORTED("b", PASSED, 1),
        REPORTED("ba", SKIPPED, 0), REPORTED("z", FAILED, 0), REPORTED("B", PASSED, 0.5),
    };
    struct harness harness;

    (void)state;
    run(&harness, ids, 1, reported, 6);
    assert_int_equal(harness.undeclared_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(harness.undeclared[i].id, expected[i].id);
        assert_int_equal(harness.undeclared[i].verdict, expected[i].verdict);
    }
    clear(&harness);
}

static void a_report_without_tests_leaves_all_missing(void **state)
{
    static const char *const ids[] = {"a", "b"};
    struct harness harness;

    (void)state;
    run(&harness, ids, 2, NULL, 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(harness.tests[i].reason, CUPEL_REASON_MISSING_FROM_REPORT);
    assert_int_equal(harness.undeclared_count, 0);
    clear(&harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_become_verdicts),
        cmocka_unit_test(of_repeated_tests_the_worst_counts),
        cmocka_unit_test(undeclared_tests_are_listed_once_in_order),
        cmocka_unit_test(a_report_without_tests_leaves_all_missing),
    };
    return cmocka_run_group_tests_name("score_harness", tests, NULL, NULL);
}
