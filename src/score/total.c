/* The score: tests, groups, bonus and penalties together, as each reader may know it. */
#include "cupel/score.h"
#include "score/members.h"
#include "score/points.h"

struct sum {
    millionths score;
    millionths most; /* without bonus */
};

static void add(struct sum *sum, double score, double max_score, bool bonus)
{
    sum->score += score_earned(score, max_score);
    if (!bonus)
        sum->most += score_most(max_score);
}

static struct sum sum_of(const struct cupel_result *result, enum cupel_view view)
{
    struct sum sum = {0};

    for (size_t i = 0; i < result->group_count; i++) {
        const struct cupel_group_result *group = &result->groups[i];
        if (view == CUPEL_VIEW_STAFF || !group->withheld)
            add(&sum, group->score, group->max_score, group->bonus);
    }
    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (!test->in_group && (view == CUPEL_VIEW_STAFF || !score_withholds(result, test)))
            add(&sum, test->score, test->max_score, test->bonus);
    }
    return sum;
}

/* whole: what is scaled to scoring->points. */
static struct sum scale(const struct cupel_scoring *scoring, struct sum sum, millionths whole)
{
    if (!scoring->scaled || whole == 0)
        return sum;
    return (struct sum){
        .score = score_millionths((double)sum.score * scoring->points / (double)whole),
        .most = score_millionths((double)sum.most * scoring->points / (double)whole),
    };
}

/* A penalty is due if a test of its ran and has not passed. */
static bool is_due(const struct cupel_result *result,
                   const struct cupel_penalty_result *penalty)
{
    for (char **id = penalty->tests; id != NULL && *id != NULL; id++) {
        const struct cupel_test_result *test = score_find(result, *id);
        if (test != NULL &&
            (test->verdict == CUPEL_VERDICT_FAILED || test->verdict == CUPEL_VERDICT_PARTIAL))
            return true;
    }
    return false;
}

static bool is_withheld(const struct cupel_result *result,
                        const struct cupel_penalty_result *penalty)
{
    for (char **id = penalty->tests; id != NULL && *id != NULL; id++) {
        const struct cupel_test_result *test = score_find(result, *id);
        if (test != NULL && score_withholds(result, test))
            return true;
    }
    return false;
}

/* Percents are of what was earned before any penalty, so that their order does not matter. */
static millionths amount_of(const struct cupel_penalty_result *penalty, millionths earned)
{
    if (!penalty->is_percent)
        return score_millionths(penalty->amount);
    return score_percent(earned, penalty->amount);
}

/* Take points off what is left, which never falls below 0; returns them. */
static double take(millionths *left, millionths points)
{
    *left = *left > points ? *left - points : 0;
    return score_points(points);
}

void cupel_score_total(struct cupel_result *result)
{
    const struct cupel_scoring *scoring = &result->scoring;
    struct sum whole = sum_of(result, CUPEL_VIEW_STAFF);
    struct sum all = scale(scoring, whole, whole.most);
    struct sum seen = scale(scoring, sum_of(result, CUPEL_VIEW_LEARNER), whole.most);
    millionths left = all.score;
    millionths left_seen = seen.score;

    for (size_t i = 0; i < result->penalty_count; i++) {
        struct cupel_penalty_result *penalty = &result->penalties[i];
        bool due = is_due(result, penalty);
        penalty->withheld = is_withheld(result, penalty);
        bool due_seen = due && !penalty->withheld;
        penalty->points = take(&left, due ? amount_of(penalty, all.score) : 0);
        penalty->learner_points =
            take(&left_seen, due_seen ? amount_of(penalty, seen.score) : 0);
    }
    result->score = score_points(score_round(left, scoring->decimals));
    result->max_score = score_points(score_round(all.most, scoring->decimals));
    result->learner_score = score_points(score_round(left_seen, scoring->decimals));
    result->learner_max_score = score_points(score_round(seen.most, scoring->decimals));
}
