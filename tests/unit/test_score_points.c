#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/score.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void a_fraction_is_a_verdict_and_points(void **state)
{
    static const struct {
        double fraction;
        double max_score;
        enum cupel_verdict verdict;
        double score;
    } cases[] = {
        {0, 10, CUPEL_VERDICT_FAILED, 0},
        {1, 10, CUPEL_VERDICT_PASSED, 10},
        {0.25, 10, CUPEL_VERDICT_PARTIAL, 2.5},
        {1.0 / 3, 10, CUPEL_VERDICT_PARTIAL, 3.333333},
        {2.0 / 3, 10, CUPEL_VERDICT_PARTIAL, 6.666667},
        {1e-300, 10, CUPEL_VERDICT_PARTIAL, 0},
        {2, 10, CUPEL_VERDICT_PASSED, 10},
        {-1, 10, CUPEL_VERDICT_FAILED, 0},
        {NAN, 10, CUPEL_VERDICT_FAILED, 0},
        {INFINITY, 10, CUPEL_VERDICT_PASSED, 10},
        {0.5, 0, CUPEL_VERDICT_PARTIAL, 0},
        {0.5, NAN, CUPEL_VERDICT_PARTIAL, 0},
        {1, NAN, CUPEL_VERDICT_PASSED, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_test_result test = {.score = 7, .max_score = cases[i].max_score};
        cupel_score_fraction(&test, cases[i].fraction);
        if (test.verdict != cases[i].verdict || test.score != cases[i].score)
            fail_msg("case %zu: %s, %.9g", i, cupel_verdict_names[test.verdict], test.score);
    }
}

struct group_case {
    enum cupel_group_rule rule;
    double points;
    double score[3];
    double max_score[3];
    double want;
};

static void groups_follow_their_rule(void **state)
{
    static const struct group_case cases[] = {
        {CUPEL_GROUP_SUM, 30, {10, 0, 5}, {10, 10, 10}, 15},
        {CUPEL_GROUP_SUM, 10, {1, 1, 0}, {1, 1, 1}, 6.666667},
        {CUPEL_GROUP_SUM, 10, {1, 1, 1}, {1, 1, 1}, 10},
        {CUPEL_GROUP_SUM, 10, {0, 0, 0}, {0, 0, 0}, 10},
        {CUPEL_GROUP_ALL, 30, {10, 10, 10}, {10, 10, 10}, 30},
        {CUPEL_GROUP_ALL, 30, {10, 9.99, 10}, {10, 10, 10}, 0},
        {CUPEL_GROUP_MIN, 30, {10, 5, 8}, {10, 10, 10}, 15},
        {CUPEL_GROUP_MIN, 30, {10, 0, 8}, {10, 10, 10}, 0},
        {CUPEL_GROUP_MIN, 30, {10, 0, 10}, {10, 0, 10}, 30},
        {CUPEL_GROUP_MIN, 1, {1, 1, 1}, {3, 3, 3}, 0.333333},
        {CUPEL_GROUP_SUM, NAN, {1, 1, 1}, {1, 1, 1}, 0},
        {CUPEL_GROUP_SUM, 10, {NAN, INFINITY, -5}, {1, 1, 1}, 3.333333},
    };
    static char names[3][2] = {"a", "b", "c"};
    char *ids[] = {names[0], names[1], names[2], NULL};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_test_result tests[3] = {0};
        struct cupel_result result = {.tests = tests, .test_count = 3};
        struct cupel_group_result group = {.max_score = cases[i].points, .tests = ids};
        for (size_t j = 0; j < 3; j++) {
            tests[j].id = names[2 - j]; /* found by id, not by place */
            tests[j].score = cases[i].score[j];
            tests[j].max_score = cases[i].max_score[j];
            tests[j].verdict = tests[j].score >= tests[j].max_score ? CUPEL_VERDICT_PASSED
                               : tests[j].score > 0                 ? CUPEL_VERDICT_PARTIAL
                                                                    : CUPEL_VERDICT_FAILED;
        }
        cupel_score_group(&result, cases[i].rule, &group);
        if (group.score != cases[i].want)
            fail_msg("case %zu: %.9g", i, group.score);
    }
}

static void a_group_without_its_tests_earns_nothing(void **state)
{
    static char missing[] = "missing";
    char *none[] = {NULL};
    char *ids[] = {missing, NULL};
    struct cupel_result result = {0};

    (void)state;
    for (enum cupel_group_rule rule = CUPEL_GROUP_SUM; rule <= CUPEL_GROUP_MIN; rule++) {
        struct cupel_group_result groups[] = {
            {.score = 7, .max_score = 10, .tests = none},
            {.score = 7, .max_score = 10, .tests = ids},
            {.score = 7, .max_score = 10, .tests = NULL},
        };
        for (size_t i = 0; i < COUNT(groups); i++) {
            cupel_score_group(&result, rule, &groups[i]);
            assert_true(groups[i].score == 0);
            assert_true(groups[i].max_score == 10);
        }
    }
}

static void the_total_counts_tests_of_a_group_once(void **state)
{
    struct cupel_test_result tests[] = {
        {.score = 10, .max_score = 10, .in_group = true},
        {.score = 0.1, .max_score = 1},
        {.score = 0.2, .max_score = 1},
        {.score = NAN, .max_score = 1},
        {.score = -3, .max_score = 1},
        {.score = 99, .max_score = 1},
        {.score = 1, .max_score = NAN},
    };
    struct cupel_group_result groups[] = {{.score = 5, .max_score = 20}};
    struct cupel_result result = {.tests = tests,
                                  .test_count = COUNT(tests),
                                  .groups = groups,
                                  .group_count = COUNT(groups),
                                  .scoring = {.decimals = 6}};

    (void)state;
    cupel_score_total(&result);
    assert_true(result.score == 6.3); /* not 6.3000000000000007 */
    assert_true(result.max_score == 25);
}

static void a_result_of_nothing_scores_nothing(void **state)
{
    struct cupel_result result = {.score = 3, .max_score = 3};

    (void)state;
    cupel_score_total(&result);
    assert_true(result.score == 0);
    assert_true(result.max_score == 0);
}

static void scores_are_rounded_once_half_away_from_zero(void **state)
{
    static const struct {
        double score[3];
        double max_score;
        unsigned decimals;
        double want;
        double want_max;
    } cases[] = {
        {{3.333333, 3.333333, 3.333333}, 10.0 / 3, 2, 10, 10}, /* 9.99 if each were rounded */
        {{1.005, 0, 0}, 1, 2, 1, 3},
        {{1.005, 0, 0}, 2, 2, 1.01, 6},
        {{0.5, 0, 0}, 1, 0, 1, 3},
        {{0.25, 0.2, 0}, 1, 1, 0.5, 3},
        {{0.2, 0.2, 0.04}, 1, 1, 0.4, 3},
        {{0.499999, 0, 0}, 1, 0, 0, 3},
        {{0.1, 0.2, 0.3}, 0.5, 6, 0.6, 1.5},
        {{3.6, 3.6, 3.6}, 3.6, 0, 11, 11}, /* all points are all points */
        {{3.4, 3.4, 3.4}, 3.4, 0, 10, 10},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_test_result tests[3] = {0};
        struct cupel_result result = {
            .tests = tests, .test_count = 3, .scoring = {.decimals = cases[i].decimals}};
        for (size_t j = 0; j < 3; j++) {
            tests[j].score = cases[i].score[j];
            tests[j].max_score = cases[i].max_score;
        }
        cupel_score_total(&result);
        if (result.score != cases[i].want || result.max_score != cases[i].want_max)
            fail_msg("case %zu: %.9g of %.9g", i, result.score, result.max_score);
    }
}

static void points_of_a_grader_make_those_of_its_tests_weights(void **state)
{
    static const struct {
        double score;
        double bonus;
        double points;
        double want;
    } cases[] = {
        {3, 0, 100, 100}, {1, 0, 100, 33.333333}, {1.5, 0, 100, 50},
        {3, 3, 100, 200}, {0, 0, 100, 0},         {3, 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_test_result tests[] = {
            {.score = cases[i].score, .max_score = 3},
            {.score = cases[i].bonus, .max_score = 3, .bonus = true},
        };
        struct cupel_result result = {
            .tests = tests,
            .test_count = COUNT(tests),
            .scoring = {.scaled = true, .points = cases[i].points, .decimals = 6},
        };
        cupel_score_total(&result);
        if (result.score != cases[i].want || result.max_score != cases[i].points)
            fail_msg("case %zu: %.9g of %.9g", i, result.score, result.max_score);
    }
}

static void bonus_comes_on_top_of_the_maximum(void **state)
{
    struct cupel_test_result tests[] = {
        {.score = 8, .max_score = 10},
        {.score = 5, .max_score = 5, .bonus = true},
        {.score = 2, .max_score = 4, .in_group = true},
    };
    struct cupel_group_result groups[] = {{.score = 1, .max_score = 2, .bonus = true}};
    struct cupel_result result = {.tests = tests,
                                  .test_count = COUNT(tests),
                                  .groups = groups,
                                  .group_count = COUNT(groups),
                                  .scoring = {.decimals = 6}};

    (void)state;
    cupel_score_total(&result);
    assert_true(result.score == 14);
    assert_true(result.max_score == 10);
}

static void penalties_are_taken_for_tests_that_ran_and_have_not_passed(void **state)
{
    static const struct {
        enum cupel_verdict verdict;
        bool is_percent;
        double amount;
        double points;
        double want;
    } cases[] = {
        {CUPEL_VERDICT_PASSED, false, 5, 0, 20},  {CUPEL_VERDICT_FAILED, false, 5, 5, 15},
        {CUPEL_VERDICT_PARTIAL, false, 5, 5, 15}, {CUPEL_VERDICT_SKIPPED, false, 5, 0, 20},
        {CUPEL_VERDICT_ERROR, false, 5, 0, 20},   {CUPEL_VERDICT_FAILED, false, 99, 99, 0},
        {CUPEL_VERDICT_FAILED, true, 25, 5, 15},  {CUPEL_VERDICT_PASSED, true, 25, 0, 20},
        {CUPEL_VERDICT_FAILED, true, 100, 20, 0}, {CUPEL_VERDICT_FAILED, true, 1000, 20, 0},
        {CUPEL_VERDICT_FAILED, true, NAN, 0, 20}, {CUPEL_VERDICT_FAILED, false, NAN, 0, 20},
        {CUPEL_VERDICT_FAILED, false, -5, 0, 20},
    };
    static char style[] = "style";
    static char other[] = "other";
    char *ids[] = {style, NULL};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_test_result tests[] = {
            {.id = other, .score = 20, .max_score = 40, .verdict = CUPEL_VERDICT_PARTIAL},
            {.id = style, .verdict = cases[i].verdict},
        };
        struct cupel_penalty_result penalty = {
            .is_percent = cases[i].is_percent, .amount = cases[i].amount, .tests = ids};
        struct cupel_result result = {.tests = tests,
                                      .test_count = COUNT(tests),
                                      .penalties = &penalty,
                                      .penalty_count = 1,
                                      .scoring = {.decimals = 6}};
        cupel_score_total(&result);
        if (penalty.points != cases[i].points || result.score != cases[i].want)
            fail_msg("case %zu: %.9g, %.9g", i, penalty.points, result.score);
    }
}

static void measures_are_of_tests_that_passed(void **state)
{
    const struct cupel_test_result passed = {
        .ran = true,
        .score = 2,
        .verdict = CUPEL_VERDICT_PASSED,
        .run = {.user_ns = 1500000400,
                .system_ns = 250,
                .wall_ns = 2000000500,
                .memory_peak_bytes = 4096},
    };
    struct cupel_test_result unmeasured = passed;
    struct cupel_test_result partial = passed;
    struct cupel_test_result skipped = passed;

    (void)state;
    unmeasured.run.system_ns = CUPEL_UNKNOWN;
    unmeasured.run.wall_ns = CUPEL_UNKNOWN;
    unmeasured.run.memory_peak_bytes = CUPEL_UNKNOWN;
    partial.verdict = CUPEL_VERDICT_PARTIAL;
    skipped.ran = false;
    assert_true(cupel_score_measure(&passed, CUPEL_MEASURE_CPU) == 1.500001);
    assert_true(cupel_score_measure(&passed, CUPEL_MEASURE_WALL) == 2.000001);
    assert_true(cupel_score_measure(&passed, CUPEL_MEASURE_MEMORY) == 4096);
    for (enum cupel_measure m = CUPEL_MEASURE_CPU; m <= CUPEL_MEASURE_MEMORY; m++) {
        assert_true(isnan(cupel_score_measure(&unmeasured, m)));
        assert_true(isnan(cupel_score_measure(&partial, m)));
        assert_true(isnan(cupel_score_measure(&skipped, m)));
    }
    assert_true(cupel_score_measure(&partial, CUPEL_MEASURE_SCORE) == 2);
    assert_true(isnan(cupel_score_measure(&skipped, CUPEL_MEASURE_SCORE)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fraction_is_a_verdict_and_points),
        cmocka_unit_test(groups_follow_their_rule),
        cmocka_unit_test(a_group_without_its_tests_earns_nothing),
        cmocka_unit_test(the_total_counts_tests_of_a_group_once),
        cmocka_unit_test(a_result_of_nothing_scores_nothing),
        cmocka_unit_test(scores_are_rounded_once_half_away_from_zero),
        cmocka_unit_test(points_of_a_grader_make_those_of_its_tests_weights),
        cmocka_unit_test(bonus_comes_on_top_of_the_maximum),
        cmocka_unit_test(penalties_are_taken_for_tests_that_ran_and_have_not_passed),
        cmocka_unit_test(measures_are_of_tests_that_passed),
    };
    return cmocka_run_group_tests_name("score_points", tests, NULL, NULL);
}
