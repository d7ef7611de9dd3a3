/* How points become a score: scale, rounding, what learners see of it, penalties; and the
 * leaderboard. */
#include <stdlib.h>
#include <string.h>

#include "grader/copies.h"
#include "grader/definition.h"

static bool has_points(const struct cupel_grader *grader)
{
    for (size_t i = 0; i < grader->group_count; i++) {
        if (!grader->groups[i].bonus && grader->groups[i].points > 0)
            return true;
    }
    for (size_t i = 0; i < grader->test_count; i++) {
        const struct cupel_grader_test *test = &grader->tests[i];
        if (test->group == CUPEL_NO_GROUP && !test->bonus && test->points > 0)
            return true;
    }
    return false;
}

static void read_scale(const struct cupel_field *root, struct cupel_grader *grader)
{
    static const char *const totals[] = {"withheld", "shown", NULL};
    struct cupel_scoring *scoring = &grader->scoring;
    struct cupel_field field;
    uint64_t decimals = CUPEL_DECIMALS_MAX;
    size_t choice = 0;

    if (cupel_field_get(root, "points", &field) &&
        cupel_field_number(&field, 0, CUPEL_DEFINITION_POINTS_MAX, &scoring->points)) {
        scoring->scaled = true;
        if (grader->test_count > 0 && !has_points(grader))
            (void)cupel_field_fail(&field,
                                   "no test or group has points that could be scaled "
                                   "to these");
    }
    if (cupel_field_get(root, "decimals", &field))
        (void)cupel_field_uint(&field, 0, CUPEL_DECIMALS_MAX, &decimals);
    scoring->decimals = (unsigned)decimals;
    if (cupel_field_get(root, "hidden_totals", &field) &&
        cupel_field_choice(&field, totals, &choice))
        scoring->shows_hidden_totals = choice == 1;
}

static void read_culprits(struct definition *definition, const struct cupel_field *object,
                          struct cupel_grader_penalty *penalty)
{
    struct cupel_field field;
    size_t unused;

    if (!cupel_definition_read_test_ids(object, &field, &penalty->tests))
        return;
    for (size_t i = 0; penalty->tests[i] != NULL; i++) {
        struct cupel_field item = cupel_field_at(&field, i);
        (void)cupel_definition_find_test(definition, &item, penalty->tests[i], &unused);
    }
}

static void read_penalty(struct definition *definition, const struct cupel_field *field,
                         json_t *seen, struct cupel_grader_penalty *penalty)
{
    static const char *const keys[] = {"id", "tests", "points", "percent", NULL};
    struct cupel_field points;
    struct cupel_field percent;

    if (!cupel_field_is_object(field))
        return;
    (void)cupel_field_only_keys(field, keys);
    (void)cupel_definition_read_unique_id(definition, field, "penalty", seen, json_true(),
                                          &penalty->id);
    read_culprits(definition, field, penalty);
    bool has_points = cupel_field_get(field, "points", &points);
    penalty->is_percent = cupel_field_get(field, "percent", &percent);
    if (has_points == penalty->is_percent)
        (void)cupel_field_fail(field, "expected either points or percent");
    else if (has_points)
        (void)cupel_field_number(&points, 0, CUPEL_DEFINITION_POINTS_MAX, &penalty->amount);
    else
        (void)cupel_field_number(&percent, 0, 100, &penalty->amount);
}

static void read_penalties(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_field array;

    grader->penalties =
        cupel_definition_read_array(definition, root, "penalties", sizeof(*grader->penalties),
                                    &array, &grader->penalty_count);
    json_t *seen = json_object();
    if (seen == NULL)
        (void)cupel_definition_out_of_memory(definition);
    for (size_t i = 0; seen != NULL && i < grader->penalty_count; i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        read_penalty(definition, &field, seen, &grader->penalties[i]);
    }
    json_decref(seen);
}

static void read_ranking(struct definition *definition, const struct cupel_field *object,
                         struct cupel_grader_ranking *ranking)
{
    static const char *const keys[] = {"name", "test", "value", "order", NULL};
    static const char *const orders[] = {"asc", "desc", NULL};
    struct cupel_field field;
    const char *test = NULL;
    size_t choice = 0;

    if (!cupel_field_is_object(object))
        return;
    (void)cupel_field_only_keys(object, keys);
    if (cupel_field_require(object, "name", &field))
        (void)cupel_definition_read_text(definition, object, "name", &ranking->name);
    if (cupel_field_require(object, "test", &field) && cupel_field_string(&field, &test))
        (void)cupel_definition_find_test(definition, &field, test, &ranking->test);
    if (cupel_field_require(object, "value", &field) &&
        cupel_field_choice(&field, cupel_measure_names, &choice))
        ranking->measure = (enum cupel_measure)choice;
    if (ranking->measure != CUPEL_MEASURE_SCORE && definition->grader->test_count > 0 &&
        definition->grader->tests[ranking->test].judging == CUPEL_JUDGED_BY_HARNESS)
        (void)cupel_field_fail(&field,
                               "a test of a harness has no run of its own; expected \"score\"");
    /* More points are better; less of anything else. */
    ranking->descending = ranking->measure == CUPEL_MEASURE_SCORE;
    if (cupel_field_get(object, "order", &field) && cupel_field_choice(&field, orders, &choice))
        ranking->descending = choice == 1;
}

static void read_leaderboard(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_field array;

    grader->leaderboard = cupel_definition_read_array(definition, root, "leaderboard",
                                                      sizeof(*grader->leaderboard), &array,
                                                      &grader->leaderboard_count);
    for (size_t i = 0; i < grader->leaderboard_count; i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        read_ranking(definition, &field, &grader->leaderboard[i]);
    }
}

void cupel_definition_read_scoring(struct definition *definition,
                                   const struct cupel_field *root)
{
    read_scale(root, definition->grader);
    read_penalties(definition, root);
    read_leaderboard(definition, root);
}
