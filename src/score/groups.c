/* Groups, whose tests earn their points together. */
#include <string.h>

#include "cupel/score.h"
#include "score/members.h"
#include "score/points.h"

const struct cupel_test_result *score_find(const struct cupel_result *result, const char *id)
{
    for (size_t i = 0; i < result->test_count; i++) {
        if (strcmp(result->tests[i].id, id) == 0)
            return &result->tests[i];
    }
    return NULL;
}

bool score_withholds(const struct cupel_result *result, const struct cupel_test_result *test)
{
    return test->visibility != CUPEL_VISIBLE && !result->scoring.shows_hidden_totals;
}

/* What part of its points a test reached; a test without points counts by its verdict. */
static double fraction_of(const struct cupel_test_result *test)
{
    millionths most = score_most(test->max_score);

    if (most > 0)
        return (double)score_earned(test->score, test->max_score) / (double)most;
    return test->verdict == CUPEL_VERDICT_PASSED ? 1 : 0;
}

/* What the rules need to know of the tests of a group. */
struct tally {
    size_t count;
    bool all_passed;
    bool withheld;
    double least; /* fraction */
    millionths score;
    millionths most;
};

static void add_test(struct tally *tally, const struct cupel_result *result,
                     const struct cupel_test_result *test)
{
    double fraction = fraction_of(test);

    if (test->verdict != CUPEL_VERDICT_PASSED)
        tally->all_passed = false;
    if (score_withholds(result, test))
        tally->withheld = true;
    if (fraction < tally->least)
        tally->least = fraction;
    tally->score += score_earned(test->score, test->max_score);
    tally->most += score_most(test->max_score);
}

static struct tally tally_of(const struct cupel_result *result, char *const *ids)
{
    struct tally tally = {.all_passed = true, .least = 1};

    for (; ids != NULL && *ids != NULL; ids++) {
        const struct cupel_test_result *test = score_find(result, *ids);
        tally.count++;
        if (test != NULL) {
            add_test(&tally, result, test);
        } else {
            tally.all_passed = false;
            tally.least = 0;
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
        return tally->most > 0 ? (double)tally->score / (double)tally->most : all;
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
    double most = score_points(score_most(group->max_score));

    group->withheld = tally.withheld;
    group->max_score = most;
    group->score = score_points(score_earned(group_fraction(&tally, rule) * most, most));
}
