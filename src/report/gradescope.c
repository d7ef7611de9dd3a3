/* results.json of Gradescope. Source:
 * https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format */
#include <math.h>
#include <stdlib.h>

#include "report/foreign.h"

static const char *const visibility_names[] = {
    [CUPEL_FOREIGN_VISIBLE] = "visible",
    [CUPEL_FOREIGN_HIDDEN] = "hidden",
    [CUPEL_FOREIGN_AFTER_DUE_DATE] = "after_due_date",
    [CUPEL_FOREIGN_AFTER_PUBLISHED] = "after_published",
    [CUPEL_FOREIGN_AFTER_PUBLISHED + 1] = NULL,
};

static bool read_visibility(const struct cupel_field *object, const char *key,
                            enum cupel_foreign_visibility *ret)
{
    struct cupel_field field;
    size_t choice;

    if (!foreign_has(object, key, &field))
        return true;
    if (!cupel_field_choice(&field, visibility_names, &choice))
        return false;
    *ret = (enum cupel_foreign_visibility)choice;
    return true;
}

static bool read_status(const struct cupel_field *object, enum cupel_foreign_status *ret)
{
    static const char *const names[] = {"passed", "failed", NULL};
    struct cupel_field field;
    size_t choice;

    if (!foreign_has(object, "status", &field))
        return true;
    if (!cupel_field_choice(&field, names, &choice))
        return false;
    *ret = choice == 0 ? CUPEL_FOREIGN_PASSED : CUPEL_FOREIGN_FAILED;
    return true;
}

static bool read_test(const struct cupel_field *field, enum cupel_foreign_visibility visibility,
                      bool needs_score, struct cupel_foreign_test *ret)
{
    struct cupel_field score;

    ret->score = NAN;
    ret->max_score = NAN;
    ret->visibility = visibility;
    if (!cupel_field_is_object(field))
        return false;
    if (needs_score && !foreign_has(field, "score", &score))
        return cupel_field_fail(field, "expected a \"score\", as the file has none of its own");
    return foreign_read_number(field, "score", -CUPEL_FOREIGN_POINTS_MAX,
                               CUPEL_FOREIGN_POINTS_MAX, &ret->score) &&
           foreign_read_number(field, "max_score", 0, CUPEL_FOREIGN_POINTS_MAX,
                               &ret->max_score) &&
           foreign_read_text(field, "name", CUPEL_FOREIGN_NAME_MAX, &ret->name) &&
           foreign_read_text(field, "number", CUPEL_FOREIGN_NAME_MAX, &ret->number) &&
           foreign_read_text(field, "output", CUPEL_FOREIGN_TEXT_MAX, &ret->output) &&
           read_status(field, &ret->status) &&
           read_visibility(field, "visibility", &ret->visibility);
}

static bool read_tests(const struct cupel_field *root, struct cupel_foreign *ret)
{
    struct cupel_field array;
    size_t count;

    if (!foreign_read_array(root, "tests", CUPEL_FOREIGN_TESTS_MAX, &array, &count))
        return false;
    if (count == 0 && isnan(ret->score))
        return cupel_field_fail(root, "expected a \"score\" or \"tests\", found neither");
    ret->tests = calloc(count + 1, sizeof(*ret->tests));
    if (ret->tests == NULL)
        return false;
    while (ret->test_count < count) {
        const struct cupel_field field = cupel_field_at(&array, ret->test_count);
        if (!read_test(&field, ret->visibility, isnan(ret->score),
                       &ret->tests[ret->test_count++]))
            return false;
    }
    return true;
}

/* Values may be texts such as "*****". */
static bool read_entry(const struct cupel_field *field, struct cupel_foreign_entry *ret)
{
    static const char *const orders[] = {"asc", "desc", NULL};
    struct cupel_field member;
    size_t order = 1;

    ret->value = NAN;
    if (!cupel_field_is_object(field) || !cupel_field_require(field, "name", &member) ||
        !foreign_read_text(field, "name", CUPEL_FOREIGN_NAME_MAX, &ret->name))
        return false;
    if (ret->name == NULL)
        return cupel_field_fail(&member, "expected a name, found null");
    if (foreign_has(field, "order", &member) && !cupel_field_choice(&member, orders, &order))
        return false;
    ret->descending = order == 1;
    if (!foreign_has(field, "value", &member))
        return true;
    if (json_is_string(member.json)) {
        (void)foreign_parse_number(json_string_value(member.json), &ret->value);
        return true;
    }
    return foreign_number(&member, -HUGE_VAL, HUGE_VAL, &ret->value);
}

static bool read_leaderboard(const struct cupel_field *root, struct cupel_foreign *ret)
{
    struct cupel_field array;
    size_t count;

    if (!foreign_read_array(root, "leaderboard", CUPEL_FOREIGN_ENTRIES_MAX, &array, &count))
        return false;
    ret->leaderboard = calloc(count + 1, sizeof(*ret->leaderboard));
    if (ret->leaderboard == NULL)
        return false;
    while (ret->leaderboard_count < count) {
        const struct cupel_field field = cupel_field_at(&array, ret->leaderboard_count);
        if (!read_entry(&field, &ret->leaderboard[ret->leaderboard_count++]))
            return false;
    }
    return true;
}

bool foreign_read_gradescope(const struct cupel_field *root, struct cupel_foreign *ret)
{
    ret->stdout_visibility = CUPEL_FOREIGN_HIDDEN; /* where nothing is said */
    return foreign_read_number(root, "score", -CUPEL_FOREIGN_POINTS_MAX,
                               CUPEL_FOREIGN_POINTS_MAX, &ret->score) &&
           foreign_read_number(root, "execution_time", 0, HUGE_VAL, &ret->seconds) &&
           foreign_read_text(root, "output", CUPEL_FOREIGN_TEXT_MAX, &ret->output) &&
           read_visibility(root, "visibility", &ret->visibility) &&
           read_visibility(root, "stdout_visibility", &ret->stdout_visibility) &&
           read_tests(root, ret) && read_leaderboard(root, ret);
}
