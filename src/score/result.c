#include "cupel/result.h"

#include <stdlib.h>
#include <string.h>

static void free_strings(char **strings)
{
    for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
        free(strings[i]);
    free(strings);
}

static void clear_build(struct cupel_build_result *build)
{
    free(build->id);
    free(build->output);
    free(build->message);
    cupel_denied_clear(&build->run.denied);
}

static void clear_test(struct cupel_test_result *test)
{
    free(test->id);
    free(test->title);
    free(test->output);
    free(test->message);
    free(test->difference);
    cupel_denied_clear(&test->run.denied);
    free(test->harness);
    free(test->judge_output);
    cupel_denied_clear(&test->judge_run.denied);
}

static void clear_harness(struct cupel_harness_result *harness)
{
    for (size_t i = 0; i < harness->undeclared_count; i++)
        free(harness->undeclared[i].id);
    free(harness->undeclared);
    free(harness->id);
    free(harness->output);
    free(harness->message);
    cupel_denied_clear(&harness->run.denied);
}

static void clear_group(struct cupel_group_result *group)
{
    free(group->id);
    free(group->title);
    free_strings(group->tests);
}

static void clear_penalty(struct cupel_penalty_result *penalty)
{
    free(penalty->id);
    free_strings(penalty->tests);
}

void cupel_result_clear(struct cupel_result *result)
{
    for (size_t i = 0; i < result->build_count; i++)
        clear_build(&result->builds[i]);
    for (size_t i = 0; i < result->judge_build_count; i++)
        clear_build(&result->judge_builds[i]);
    for (size_t i = 0; i < result->test_count; i++)
        clear_test(&result->tests[i]);
    for (size_t i = 0; i < result->harness_count; i++)
        clear_harness(&result->harnesses[i]);
    for (size_t i = 0; i < result->group_count; i++)
        clear_group(&result->groups[i]);
    for (size_t i = 0; i < result->penalty_count; i++)
        clear_penalty(&result->penalties[i]);
    for (size_t i = 0; i < result->leaderboard_count; i++)
        free(result->leaderboard[i].name);
    free(result->builds);
    free(result->judge_builds);
    free(result->harnesses);
    free(result->tests);
    free(result->groups);
    free(result->penalties);
    free(result->leaderboard);
    free(result->message);
    free(result->grader_name);
    free(result->grader_version);
    free_strings(result->warnings);
    memset(result, 0, sizeof(*result));
}
