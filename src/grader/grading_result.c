/* The result of a grading: before its steps have run, and after. */
#include <errno.h>
#include <string.h>

#include "cupel/score.h"
#include "grader/compat.h"
#include "grader/copies.h"
#include "grader/grading.h"

static int prepare_builds(const struct cupel_step *steps, size_t count,
                          struct cupel_build_result **ret, size_t *ret_count)
{
    struct cupel_build_result *builds = cupel_copy_room(count, sizeof(*builds));

    if (builds == NULL)
        return -ENOMEM;
    *ret = builds; /* what is copied so far is freed with the result */
    *ret_count = count;
    for (size_t i = 0; i < count; i++) {
        if (cupel_copy_text(steps[i].id, &builds[i].id) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* Skipped until it has run. */
static int prepare_test(const struct cupel_grader *grader, const struct cupel_grader_test *from,
                        struct cupel_test_result *test)
{
    test->verdict = CUPEL_VERDICT_SKIPPED;
    test->max_score = from->points;
    test->bonus = from->bonus;
    test->in_group = from->group != CUPEL_NO_GROUP;
    test->visibility = from->visibility;
    if (from->judging == CUPEL_JUDGED_BY_HARNESS) {
        const struct cupel_grader_harness *harness = &grader->harnesses[from->harness];
        test->in_process = harness->in_process;
        if (cupel_copy_text(harness->step.id, &test->harness) < 0)
            return -ENOMEM;
    }
    int r = cupel_copy_text(from->step.id, &test->id);
    return r == 0 ? cupel_copy_text(from->step.title, &test->title) : r;
}

static int prepare_harness(const struct cupel_grader_harness *from,
                           struct cupel_harness_result *harness)
{
    harness->in_process = from->in_process;
    harness->withheld = from->visibilities != 1U << CUPEL_VISIBLE;
    return cupel_copy_text(from->step.id, &harness->id);
}

static int prepare_steps(const struct cupel_grader *grader, struct cupel_result *result)
{
    int r = prepare_builds(grader->builds, grader->build_count, &result->builds,
                           &result->build_count);
    if (r == 0)
        r = prepare_builds(grader->judge_builds, grader->judge_build_count,
                           &result->judge_builds, &result->judge_build_count);
    for (size_t i = 0; r == 0 && i < grader->test_count; i++)
        r = prepare_test(grader, &grader->tests[i], &result->tests[result->test_count++]);
    for (size_t i = 0; r == 0 && i < grader->harness_count; i++)
        r = prepare_harness(&grader->harnesses[i], &result->harnesses[result->harness_count++]);
    return r;
}

static int copy_texts(char *const *texts, char ***ret)
{
    size_t count = 0;

    while (texts[count] != NULL)
        count++;
    char **copies = cupel_copy_room(count + 1, sizeof(*copies));
    if (copies == NULL)
        return -ENOMEM;
    *ret = copies; /* what is copied so far is freed with the result */
    for (size_t i = 0; i < count; i++) {
        if (cupel_copy_text(texts[i], &copies[i]) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int prepare_groups(const struct cupel_grader *grader, struct cupel_result *result)
{
    for (size_t i = 0; i < grader->group_count; i++) {
        const struct cupel_grader_group *from = &grader->groups[i];
        struct cupel_group_result *group = &result->groups[result->group_count++];
        group->max_score = from->points;
        group->bonus = from->bonus;
        if (cupel_copy_text(from->id, &group->id) < 0 ||
            cupel_copy_text(from->title, &group->title) < 0 ||
            copy_texts(from->tests, &group->tests) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int prepare_penalties(const struct cupel_grader *grader, struct cupel_result *result)
{
    for (size_t i = 0; i < grader->penalty_count; i++) {
        const struct cupel_grader_penalty *from = &grader->penalties[i];
        struct cupel_penalty_result *penalty = &result->penalties[result->penalty_count++];
        penalty->is_percent = from->is_percent;
        penalty->amount = from->amount;
        if (cupel_copy_text(from->id, &penalty->id) < 0 ||
            copy_texts(from->tests, &penalty->tests) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int prepare_leaderboard(const struct cupel_grader *grader, struct cupel_result *result)
{
    for (size_t i = 0; i < grader->leaderboard_count; i++) {
        const struct cupel_grader_ranking *from = &grader->leaderboard[i];
        struct cupel_leaderboard_entry *entry =
            &result->leaderboard[result->leaderboard_count++];
        entry->descending = from->descending;
        entry->withheld = grader->tests[from->test].visibility != CUPEL_VISIBLE;
        if (cupel_copy_text(from->name, &entry->name) < 0)
            return -ENOMEM;
    }
    return 0;
}

int cupel_grading_prepare(struct cupel_grading *grading)
{
    const struct cupel_grader *grader = grading->grader;
    struct cupel_result *result = grading->result;

    result->submission_files = CUPEL_UNKNOWN;
    result->submission_bytes = CUPEL_UNKNOWN;
    result->scoring = grader->scoring;
    if (grader->compat != NULL)
        compat_fill_totals(grading, 0);
    memcpy(result->grader_sha256, grader->sha256, sizeof(result->grader_sha256));
    result->tests = cupel_copy_room(grader->test_count, sizeof(*result->tests));
    result->harnesses = cupel_copy_room(grader->harness_count, sizeof(*result->harnesses));
    result->groups = cupel_copy_room(grader->group_count, sizeof(*result->groups));
    result->penalties = cupel_copy_room(grader->penalty_count, sizeof(*result->penalties));
    result->leaderboard =
        cupel_copy_room(grader->leaderboard_count, sizeof(*result->leaderboard));
    if (cupel_copy_text(grader->name, &result->grader_name) < 0 ||
        cupel_copy_text(grader->version, &result->grader_version) < 0 ||
        result->tests == NULL || result->harnesses == NULL || result->groups == NULL ||
        result->penalties == NULL || result->leaderboard == NULL)
        return -ENOMEM;
    int r = prepare_steps(grader, result);
    if (r == 0)
        r = prepare_groups(grader, result);
    if (r == 0)
        r = prepare_penalties(grader, result);
    return r < 0 ? r : prepare_leaderboard(grader, result);
}

/* What a learner, who reads it too, may know of why a test could not be judged: not what a
 * hidden one runs or expects. */
static const char *fault_of(const struct cupel_test_result *test)
{
    if (test->visibility == CUPEL_VISIBLE)
        return test->message;
    if (test->by_platform)
        return "the sandbox failed";
    return test->run.exec_errno != 0 ? "its program could not be started"
                                     : "its output could not be judged";
}

/* The platform's failures come first: they may be gone when the job is done again. */
static int judge_status(struct cupel_grading *grading)
{
    const struct cupel_result *result = grading->result;
    const struct cupel_test_result *fault = NULL;

    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (test->verdict != CUPEL_VERDICT_ERROR)
            continue;
        if (fault == NULL || (test->by_platform && !fault->by_platform))
            fault = test;
    }
    if (fault == NULL)
        return 0;
    return cupel_grading_stop(
        grading, fault->by_platform ? CUPEL_STATUS_PLATFORM_ERROR : CUPEL_STATUS_GRADER_ERROR,
        "test %s: %s", fault->id, fault_of(fault));
}

int cupel_grading_finish(struct cupel_grading *grading)
{
    struct cupel_result *result = grading->result;

    for (size_t i = 0; i < result->group_count; i++)
        cupel_score_group(result, grading->grader->groups[i].rule, &result->groups[i]);
    cupel_score_total(result);
    for (size_t i = 0; i < result->leaderboard_count; i++) {
        const struct cupel_grader_ranking *ranking = &grading->grader->leaderboard[i];
        result->leaderboard[i].value =
            cupel_score_measure(&result->tests[ranking->test], ranking->measure);
    }
    return judge_status(grading);
}
