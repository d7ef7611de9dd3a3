#include "render/read_learner.h"

#include <errno.h>
#include <math.h>

#include "cupel/result.h"
#include "render/view.h"

/* Sets of ids, as objects: a list may have so many that they cannot be compared one by one. */
struct ids {
    json_t *grouped;   /* tests that are in a group */
    json_t *hidden;    /* tests that learners do not see */
    json_t *harnesses; /* that report one of those */
};

static bool has_one(const json_t *set, char *const *ids)
{
    for (; ids != NULL && *ids != NULL; ids++) {
        if (json_object_get(set, *ids) != NULL)
            return true;
    }
    return false;
}

static int add(json_t *set, const char *id)
{
    return json_object_set_new_nocheck(set, id, json_true());
}

static int fill(const struct cupel_result *result, struct ids *ids)
{
    int r = 0;

    for (size_t i = 0; i < result->group_count; i++) {
        for (char **id = result->groups[i].tests; id != NULL && *id != NULL; id++)
            r |= add(ids->grouped, *id);
    }
    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (test->visibility == CUPEL_VISIBLE)
            continue;
        r |= add(ids->hidden, test->id);
        if (test->harness != NULL)
            r |= add(ids->harnesses, test->harness);
    }
    return r;
}

static void withhold(struct cupel_result *result, const struct ids *ids, bool shows_all)
{
    for (size_t i = 0; i < result->test_count; i++)
        result->tests[i].in_group = json_object_get(ids->grouped, result->tests[i].id) != NULL;
    for (size_t i = 0; i < result->harness_count; i++)
        result->harnesses[i].withheld =
            json_object_get(ids->harnesses, result->harnesses[i].id) != NULL;
    for (size_t i = 0; i < result->group_count; i++)
        result->groups[i].withheld = has_one(ids->hidden, result->groups[i].tests);
    for (size_t i = 0; i < result->penalty_count; i++) {
        struct cupel_penalty_result *penalty = &result->penalties[i];
        penalty->withheld = has_one(ids->hidden, penalty->tests);
        penalty->learner_points = shows_all ? penalty->points : NAN;
    }
    for (size_t i = 0; i < result->leaderboard_count; i++)
        result->leaderboard[i].withheld = !shows_all;
}

int read_learner(const struct read_place *place, void *object, struct cupel_error *err)
{
    struct cupel_result *result = object;
    struct ids ids = {json_object(), json_object(), json_object()};
    bool shows_all = render_shows_all(result, CUPEL_VIEW_LEARNER);

    (void)place;
    int r = fill(result, &ids);
    withhold(result, &ids, shows_all);
    result->learner_score = shows_all ? result->score : NAN;
    result->learner_max_score = shows_all ? result->max_score : NAN;
    json_decref(ids.grouped);
    json_decref(ids.hidden);
    json_decref(ids.harnesses);
    return r == 0 ? 0 : cupel_fail(err, -ENOMEM, "out of memory");
}
