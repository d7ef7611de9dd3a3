#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cupel/grader.h"

#define STEP(bytes)                                                                            \
    {                                                                                          \
        .limits = {.memory_bytes = (bytes) }                                                   \
    }

static struct cupel_policy unpack = {.limits = {.memory_bytes = 100}};
static struct cupel_policy *policies[] = {&unpack};
static struct cupel_filters filters[1];

/* Of a grader that has nothing else: 100, for a submission to be unpacked. */
static uint64_t memory_of(struct cupel_grader grader)
{
    grader.policies = policies;
    grader.filters = filters;
    grader.policy_count = 1;
    return cupel_grader_memory_bytes(&grader);
}

static uint64_t memory_of_test(enum cupel_judging judging, uint64_t step, uint64_t judge)
{
    struct cupel_grader_test tests[] = {
        {.step = STEP(1)},
        {.step = STEP(step), .judging = judging, .judge = STEP(judge)},
        {.step = STEP(2)}};

    return memory_of((struct cupel_grader){.tests = tests, .test_count = 3});
}

static uint64_t memory_of_harness(bool in_process, uint64_t step, uint64_t call)
{
    struct cupel_grader_harness harness = {
        .in_process = in_process, .step = STEP(step), .call = STEP(call)};

    return memory_of((struct cupel_grader){.harnesses = &harness, .harness_count = 1});
}

static void a_submission_is_unpacked_whatever_the_tests_take(void **state)
{
    (void)state;
    assert_int_equal(memory_of_test(CUPEL_JUDGED_BY_COMPARISON, 99, 0), 100);
}

static void steps_follow_each_other(void **state)
{
    struct cupel_step builds[] = {STEP(300), STEP(700), STEP(500)};
    struct cupel_grader_compat compat = {.step = STEP(800)};
    struct cupel_grader grader = {.builds = builds, .build_count = 1};

    (void)state;
    assert_int_equal(memory_of(grader), 300);
    grader.judge_builds = &builds[1];
    grader.judge_build_count = 2;
    assert_int_equal(memory_of(grader), 700);
    grader.compat = &compat;
    assert_int_equal(memory_of(grader), 800);
    assert_int_equal(memory_of_test(CUPEL_JUDGED_BY_COMPARISON, 400, 0), 400);
}

static void a_checker_runs_after_the_test_and_an_interactor_beside_it(void **state)
{
    (void)state;
    assert_int_equal(memory_of_test(CUPEL_JUDGED_BY_CHECKER, 400, 600), 600);
    assert_int_equal(memory_of_test(CUPEL_JUDGED_BY_CHECKER, 400, 300), 400);
    assert_int_equal(memory_of_test(CUPEL_JUDGED_BY_INTERACTOR, 400, 600), 1000);
}

static void a_harness_runs_beside_the_command_that_it_starts(void **state)
{
    (void)state;
    assert_int_equal(memory_of_harness(false, 400, 600), 1000);
    assert_int_equal(memory_of_harness(true, 400, 600), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_submission_is_unpacked_whatever_the_tests_take),
        cmocka_unit_test(steps_follow_each_other),
        cmocka_unit_test(a_checker_runs_after_the_test_and_an_interactor_beside_it),
        cmocka_unit_test(a_harness_runs_beside_the_command_that_it_starts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
