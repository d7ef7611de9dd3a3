/* From another system's result file to a result. Its totals are that system's, not ours: there
 * may be a score that is no sum, and points above a maximum. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/score.h"
#include "grader/compat.h"
#include "grader/copies.h"

static int fill_tests(struct cupel_result *result, const struct cupel_foreign *foreign)
{
    json_t *seen = json_object();
    int r = seen != NULL ? 0 : -ENOMEM;

    free(result->tests);
    result->tests = cupel_copy_room(foreign->test_count, sizeof(*result->tests));
    if (result->tests == NULL)
        r = -ENOMEM;
    for (size_t i = 0; r == 0 && i < foreign->test_count; i++) {
        r = compat_fill_test(&foreign->tests[i], i, seen, &result->tests[i]);
        result->test_count = i + 1;
    }
    json_decref(seen);
    return r;
}

/* The one test of a system, or of a grading, that knows no tests. */
static int fill_only_test(const struct cupel_grader *grader, struct cupel_result *result)
{
    const struct cupel_grader_compat *compat = grader->compat;
    const char *id = compat->part != NULL ? compat->part : CUPEL_COMPAT_ID;

    free(result->tests);
    result->tests = cupel_copy_room(1, sizeof(*result->tests));
    if (result->tests == NULL)
        return -ENOMEM;
    result->test_count = 1;
    result->tests[0].max_score = grader->scoring.points;
    int r = compat_start_test(&result->tests[0]);
    return r == 0 ? cupel_copy_text(id, &result->tests[0].id) : r;
}

static int fill_part(const struct cupel_grader *grader, struct cupel_result *result,
                     const struct cupel_foreign *foreign, const char *output)
{
    int r = fill_only_test(grader, result);
    if (r < 0)
        return r;

    struct cupel_test_result *test = &result->tests[0];
    cupel_score_fraction(test, foreign->score);
    if (test->verdict != CUPEL_VERDICT_PASSED)
        test->reason = CUPEL_REASON_CHECKER_REJECTED;
    r = cupel_copy_text(foreign->message, &test->message);
    return r == 0 ? cupel_copy_text(output, &test->output) : r;
}

static int fill_leaderboard(struct cupel_result *result, const struct cupel_foreign *foreign)
{
    free(result->leaderboard);
    result->leaderboard =
        cupel_copy_room(foreign->leaderboard_count, sizeof(*result->leaderboard));
    if (result->leaderboard == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < foreign->leaderboard_count; i++) {
        struct cupel_leaderboard_entry *entry = &result->leaderboard[i];
        entry->value = foreign->leaderboard[i].value;
        entry->descending = foreign->leaderboard[i].descending;
        if (cupel_copy_text(foreign->leaderboard[i].name, &entry->name) < 0)
            return -ENOMEM;
        result->leaderboard_count = i + 1;
    }
    return 0;
}

/* Gradescope's sum takes points below 0 and above a maximum as they are. */
static double sum_of(const struct cupel_foreign *foreign)
{
    double sum = 0;

    for (size_t i = 0; i < foreign->test_count; i++)
        sum += isnan(foreign->tests[i].score) ? 0 : foreign->tests[i].score;
    return sum;
}

static double total_of(const struct cupel_grader *grader, const struct cupel_foreign *foreign)
{
    if (grader->compat->kind != CUPEL_FOREIGN_GRADESCOPE)
        return foreign->score * grader->scoring.points;
    return isnan(foreign->score) ? sum_of(foreign) : foreign->score;
}

static bool hides_something(const struct cupel_result *result)
{
    for (size_t i = 0; i < result->test_count; i++) {
        if (result->tests[i].visibility != CUPEL_VISIBLE)
            return true;
    }
    return false;
}

/* Where a test is hidden, learners have the points of those that they see. */
static void fill_learners(struct cupel_result *result)
{
    unsigned decimals = result->scoring.decimals;
    double score = 0;
    double most = 0;

    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (test->visibility != CUPEL_VISIBLE)
            continue;
        score += test->score;
        most += test->bonus ? 0 : test->max_score;
    }
    result->learner_score = cupel_score_round(score, decimals);
    result->learner_max_score = cupel_score_round(most, decimals);
}

void compat_fill_totals(struct cupel_grading *grading, double total)
{
    struct cupel_result *result = grading->result;
    unsigned decimals = result->scoring.decimals;

    result->score = cupel_score_round(total, decimals);
    result->max_score = cupel_score_round(grading->grader->scoring.points, decimals);
    result->learner_score = result->score;
    result->learner_max_score = result->max_score;
    if (hides_something(result) && !result->scoring.shows_hidden_totals)
        fill_learners(result);
}

int compat_fill_result(struct cupel_grading *grading, const struct cupel_foreign *foreign,
                       const char *output)
{
    const struct cupel_grader *grader = grading->grader;
    struct cupel_result *result = grading->result;

    int r = grader->compat->kind == CUPEL_FOREIGN_COURSERA
                ? fill_part(grader, result, foreign, output)
                : fill_tests(result, foreign);
    if (r == 0)
        r = fill_leaderboard(result, foreign);
    if (r == 0)
        compat_fill_totals(grading, total_of(grader, foreign));
    return r;
}

int compat_fill_ended(struct cupel_grading *grading, const struct cupel_outcome *run)
{
    static const struct cupel_expectation anything = {.any_exit_code = true};
    struct cupel_difference none = {0};
    struct cupel_result *result = grading->result;

    int r = fill_only_test(grading->grader, result);
    if (r < 0)
        return r;
    struct cupel_test_result *test = &result->tests[0];
    test->run = *run;
    r = cupel_score_test(test, &anything, true, &none);
    test->run = (struct cupel_outcome){0}; /* it is told once, as the harness's */
    compat_fill_totals(grading, 0);
    return r;
}
