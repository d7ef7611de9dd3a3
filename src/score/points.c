#include <math.h>
#include <stdint.h>
#include <string.h>

#include "cupel/score.h"

/* Points are kept to a millionth, so that sums of thirds print well. */
#define POINTS_UNIT  1e6
#define POINTS_EXACT 0x1p53 /* above, a double has no such digits to round */

static double rounded(double points)
{
    double scaled = points * POINTS_UNIT;

    if (!(points > 0))
        return 0; /* NaN as well */
    return scaled < POINTS_EXACT ? (double)(uint64_t)(scaled + 0.5) / POINTS_UNIT : points;
}

static double points_of(double score, double max_score)
{
    double max = isfinite(max_score) ? rounded(max_score) : 0;
    double points = rounded(score);

    return points < max ? points : max;
}

/* What part of its points a test reached; a test without points counts by its verdict. */
static double fraction_of(const struct cupel_test_result *test)
{
    double max = points_of(test->max_score, test->max_score);

    if (max > 0)
        return points_of(test->score, max) / max;
    return test->verdict == CUPEL_VERDICT_PASSED ? 1 : 0;
}

static const struct cupel_test_result *find(const struct cupel_result *result, const char *id)
{
    for (size_t i = 0; i < result->test_count; i++) {
        if (strcmp(result->tests[i].id, id) == 0)
            return &result->tests[i];
    }
    return NULL;
}

/* What the rules need to know of the tests of a group. */
struct tally {
    size_t count;
    bool all_passed;
    double least; /* fraction */
    double score;
    double max_score;
};

static struct tally tally_of(const struct cupel_result *result, char *const *ids)
{
    struct tally tally = {.all_passed = true, .least = 1};

    for (; ids != NULL && *ids != NULL; ids++) {
        const struct cupel_test_result *test = find(result, *ids);
        double fraction = test != NULL ? fraction_of(test) : 0;
        tally.count++;
        if (test == NULL || test->verdict != CUPEL_VERDICT_PASSED)
            tally.all_passed = false;
        if (fraction < tally.least)
            tally.least = fraction;
        if (test != NULL) {
            tally.score += points_of(test->score, test->max_score);
            tally.max_score += points_of(test->max_score, test->max_score);
        }
    }
    return tally;
}

static double group_fraction(const struct tally *tally, enum cupel_group_rule rule)
{
    double all = tally->all_passed ? 1 : 0;

    if (tally->count == 0)
        return 0;
    switch (rule) {
    case CUPEL_GROUP_SUM:
        return tally->max_score > 0 ? tally->score / tally->max_score : all;
    case CUPEL_GROUP_MIN:
        return tally->least;
    case CUPEL_GROUP_ALL:
        break;
    }
    return all;
}

void cupel_score_group(const struct cupel_result *result, enum cupel_group_rule rule,
                       struct cupel_group_result *group)
{
    struct tally tally = tally_of(result, group->tests);

    group->max_score = points_of(group->max_score, group->max_score);
    group->score = points_of(group_fraction(&tally, rule) * group->max_score, group->max_score);
}

void cupel_score_total(struct cupel_result *result)
{
    double score = 0;
    double max_score = 0;

    for (size_t i = 0; i < result->group_count; i++) {
        const struct cupel_group_result *group = &result->groups[i];
        score += points_of(group->score, group->max_score);
        max_score += points_of(group->max_score, group->max_score);
    }
    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (test->in_group)
            continue;
        score += points_of(test->score, test->max_score);
        max_score += points_of(test->max_score, test->max_score);
    }
    result->max_score = points_of(max_score, max_score);
    result->score = points_of(score, result->max_score);
}
