#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "grader/grading.h"

static char secret[] = "secret";
static char open_id[] = "open";
static char name[] = "name";

/* A grader with a visible and a hidden test, and its grading as if both had passed. */
struct fixture {
    struct cupel_grader_test tests[2];
    struct cupel_grader_ranking leaderboard[2];
    struct cupel_grader grader;
    struct cupel_result result;
    struct cupel_grading grading;
};

static void prepare(struct fixture *fixture)
{
    *fixture = (struct fixture){
        .tests = {{.step = {.id = open_id}, .points = 2, .group = CUPEL_NO_GROUP},
                  {.step = {.id = secret},
                   .points = 3,
                   .group = CUPEL_NO_GROUP,
                   .visibility = CUPEL_HIDDEN}},
        .leaderboard = {{.name = name, .test = 0, .measure = CUPEL_MEASURE_WALL},
                        {.name = name, .test = 1, .descending = true}},
        .grader = {.name = name,
                   .tests = fixture->tests,
                   .test_count = 2,
                   .leaderboard = fixture->leaderboard,
                   .leaderboard_count = 2,
                   .scoring = {.decimals = CUPEL_DECIMALS_MAX}},
        .grading = {.grader = &fixture->grader, .result = &fixture->result},
    };
    assert_int_equal(cupel_grading_prepare(&fixture->grading), 0);
    for (size_t i = 0; i < 2; i++) {
        struct cupel_test_result *test = &fixture->result.tests[i];
        test->ran = true;
        test->run.wall_ns = 1500000000;
        cupel_score_fraction(test, 1);
    }
}

static void finish(struct fixture *fixture)
{
    assert_int_equal(cupel_grading_finish(&fixture->grading), 0);
}

static void points_and_figures_are_those_of_the_tests(void **state)
{
    struct fixture fixture;

    (void)state;
    prepare(&fixture);
    finish(&fixture);
    const struct cupel_result *result = &fixture.result;
    assert_int_equal(result->status, CUPEL_STATUS_GRADED);
    assert_true(result->score == 5 && result->max_score == 5);
    assert_true(result->learner_score == 2 && result->learner_max_score == 2);
    assert_true(result->leaderboard[0].value == 1.5 && !result->leaderboard[0].withheld);
    assert_true(result->leaderboard[1].value == 3 && result->leaderboard[1].withheld);
    assert_true(result->leaderboard[1].descending);
    cupel_result_clear(&fixture.result);
}

static void what_never_ran_earns_nothing(void **state)
{
    struct fixture fixture;

    (void)state;
    prepare(&fixture);
    cupel_result_clear(&fixture.result);
    assert_int_equal(cupel_grading_prepare(&fixture.grading), 0);
    finish(&fixture);
    assert_true(fixture.result.score == 0 && fixture.result.max_score == 5);
    assert_true(isnan(fixture.result.leaderboard[0].value));
    assert_true(isnan(fixture.result.leaderboard[1].value));
    cupel_result_clear(&fixture.result);
}

/* Learners read the reason of a failure as well. */
static void the_reason_of_a_failure_tells_nothing_of_a_hidden_test(void **state)
{
    static const struct {
        size_t test;
        bool platform;
        int exec_errno;
        enum cupel_status status;
        const char *message;
    } cases[] = {
        {0, false, ENOENT, CUPEL_STATUS_GRADER_ERROR, "test open: DETAIL"},
        {1, false, ENOENT, CUPEL_STATUS_GRADER_ERROR,
         "test secret: its program could not be started"},
        {1, false, 0, CUPEL_STATUS_GRADER_ERROR, "test secret: its output could not be judged"},
        {0, true, 0, CUPEL_STATUS_PLATFORM_ERROR, "test open: DETAIL"},
        {1, true, 0, CUPEL_STATUS_PLATFORM_ERROR, "test secret: the sandbox failed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        prepare(&fixture);
        struct cupel_test_result *test = &fixture.result.tests[cases[i].test];
        test->verdict = CUPEL_VERDICT_ERROR;
        test->message = strdup("DETAIL");
        test->run.exec_errno = cases[i].exec_errno;
        test->by_platform = cases[i].platform;
        finish(&fixture);
        assert_int_equal(fixture.result.status, cases[i].status);
        assert_string_equal(fixture.result.message, cases[i].message);
        cupel_result_clear(&fixture.result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_and_figures_are_those_of_the_tests),
        cmocka_unit_test(what_never_ran_earns_nothing),
        cmocka_unit_test(the_reason_of_a_failure_tells_nothing_of_a_hidden_test),
    };
    return cmocka_run_group_tests_name("grading_result", tests, NULL, NULL);
}
