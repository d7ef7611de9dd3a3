/* What a grading may take of a machine's memory, by the limits of its runs. */
#include "cupel/grader.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* They run one after the other. */
static uint64_t of_steps(const struct cupel_step *steps, size_t count)
{
    uint64_t most = 0;

    for (size_t i = 0; i < count; i++)
        most = larger(most, steps[i].limits.memory_bytes);
    return most;
}

/* A checker runs when the test's command has ended. */
static uint64_t of_test(const struct cupel_grader_test *test)
{
    uint64_t step = test->step.limits.memory_bytes;
    uint64_t judge = test->judge.limits.memory_bytes;

    return test->judging == CUPEL_JUDGED_BY_INTERACTOR ? step + judge : larger(step, judge);
}

/* Of the learner's commands that it starts, one runs at a time: there is one lane for them. */
static uint64_t of_harness(const struct cupel_grader_harness *harness)
{
    uint64_t call = harness->in_process ? 0 : harness->call.limits.memory_bytes;

    return harness->step.limits.memory_bytes + call;
}

uint64_t cupel_grader_memory_bytes(const struct cupel_grader *grader)
{
    const struct cupel_policy *unpack;
    const struct cupel_filters *filters;

    cupel_grader_unpack_policy(grader, &unpack, &filters);
    uint64_t most = unpack->limits.memory_bytes; /* a hostile archive takes all of it */
    most = larger(most, of_steps(grader->builds, grader->build_count));
    most = larger(most, of_steps(grader->judge_builds, grader->judge_build_count));
    for (size_t i = 0; i < grader->test_count; i++)
        most = larger(most, of_test(&grader->tests[i]));
    for (size_t i = 0; i < grader->harness_count; i++)
        most = larger(most, of_harness(&grader->harnesses[i]));
    return grader->compat == NULL ? most : larger(most, of_steps(&grader->compat->step, 1));
}
