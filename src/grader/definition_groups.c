/* Groups of tests, which earn their points together. */
#include "grader/definition.h"

/* A test becomes its group's; false with a diagnostic. */
static bool claim_test(struct definition *definition, const struct cupel_field *field,
                       const char *id, size_t group)
{
    struct cupel_grader *grader = definition->grader;
    size_t index;

    if (!cupel_definition_find_test(definition, field, id, &index))
        return false;
    struct cupel_grader_test *test = &grader->tests[index];
    if (test->group != CUPEL_NO_GROUP) {
        const char *other = grader->groups[test->group].id;
        return cupel_field_fail(field, "test \"%s\" is in group \"%s\" already", id,
                                other != NULL ? other : "");
    }
    if (test->bonus)
        return cupel_field_fail(field,
                                "test \"%s\" is a bonus; in a group, whose points count in "
                                "place of its own, the group may be one",
                                id);
    test->group = group;
    grader->groups[group].visibilities |= 1U << test->visibility;
    grader->groups[group].points += test->points;
    return true;
}

static void read_members(struct definition *definition, const struct cupel_field *object,
                         size_t index)
{
    struct cupel_grader_group *group = &definition->grader->groups[index];
    struct cupel_field field;

    if (!cupel_definition_read_test_ids(object, &field, &group->tests))
        return;
    for (size_t i = 0; group->tests[i] != NULL; i++) {
        struct cupel_field item = cupel_field_at(&field, i);
        (void)claim_test(definition, &item, group->tests[i], index);
    }
}

static void read_group(struct definition *definition, const struct cupel_field *field,
                       size_t index)
{
    static const char *const keys[] = {"id",     "title", "tests", "rule",
                                       "points", "bonus", "needs", NULL};
    struct cupel_grader_group *group = &definition->grader->groups[index];
    struct cupel_field member;
    size_t choice = 0;

    if (!cupel_field_is_object(field))
        return;
    (void)cupel_field_only_keys(field, keys);
    (void)cupel_definition_read_unique_id(definition, field, "group", definition->groups,
                                          json_integer((json_int_t)index), &group->id);
    (void)cupel_definition_read_text(definition, field, "title", &group->title);
    read_members(definition, field, index);
    if (cupel_field_get(field, "rule", &member) &&
        cupel_field_choice(&member, cupel_group_rule_names, &choice))
        group->rule = (enum cupel_group_rule)choice;
    if (cupel_field_get(field, "points", &member))
        (void)cupel_field_number(&member, 0, CUPEL_DEFINITION_POINTS_MAX, &group->points);
    if (cupel_field_get(field, "bonus", &member))
        (void)cupel_field_bool(&member, &group->bonus);
}

void cupel_definition_read_groups(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_field array;

    grader->groups = cupel_definition_read_array(
        definition, root, "groups", sizeof(*grader->groups), &array, &grader->group_count);
    for (size_t i = 0; i < grader->group_count; i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        read_group(definition, &field, i);
    }
}
