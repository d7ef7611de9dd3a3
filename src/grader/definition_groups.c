/* Groups of tests, which earn their points together. */
#include <errno.h>
#include <stdlib.h>

#include "cupel/text.h"
#include "grader/copies.h"
#include "grader/definition.h"

#define POINTS_MAX 1e6

/* The test that a group names; false with a diagnostic. */
static bool claim_test(struct definition *definition, const struct cupel_field *field,
                       const char *test, const char *group, double *sum)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const json_t *index = json_object_get(definition->test_ids, test);
    const char *other = json_string_value(json_object_get(definition->group_ids, test));

    if (index == NULL)
        return cupel_field_fail(field, "no test has the id \"%s\"",
                                cupel_text_excerpt(test, excerpt));
    if (other != NULL)
        return cupel_field_fail(field, "test \"%s\" is in group \"%s\" already", test, other);
    if (json_object_set_new(definition->group_ids, test, json_string(group)) < 0)
        return cupel_definition_out_of_memory(definition);
    *sum += definition->grader->tests[json_integer_value(index)].points;
    return true;
}

static void read_members(struct definition *definition, const struct cupel_field *object,
                         struct cupel_grader_group *group)
{
    struct cupel_field field;

    if (!cupel_field_require(object, "tests", &field) ||
        !cupel_field_strings(&field, &group->tests))
        return;
    if (group->tests[0] == NULL)
        (void)cupel_field_fail(&field, "expected the id of at least one test");
    if (definition->grader->test_count == 0)
        return; /* said already, and no test is known */
    for (size_t i = 0; group->tests[i] != NULL; i++) {
        struct cupel_field item = cupel_field_at(&field, i);
        (void)claim_test(definition, &item, group->tests[i], group->id != NULL ? group->id : "",
                         &group->points);
    }
}

static void read_group(struct definition *definition, const struct cupel_field *field,
                       json_t *seen, struct cupel_grader_group *group)
{
    static const char *const keys[] = {"id", "title", "tests", "rule", "points", NULL};
    struct cupel_field member;
    size_t choice = 0;

    if (!cupel_field_is_object(field))
        return;
    (void)cupel_field_only_keys(field, keys);
    (void)cupel_definition_read_unique_id(definition, field, "group", seen, json_true(),
                                          &group->id);
    if (cupel_field_get(field, "title", &member)) {
        const char *title = NULL;
        (void)cupel_field_string(&member, &title);
    }
    read_members(definition, field, group);
    if (cupel_field_get(field, "rule", &member) &&
        cupel_field_choice(&member, cupel_group_rule_names, &choice))
        group->rule = (enum cupel_group_rule)choice;
    if (cupel_field_get(field, "points", &member))
        (void)cupel_field_number(&member, 0, POINTS_MAX, &group->points);
}

void cupel_definition_read_groups(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_field array;

    if (!cupel_field_get(root, "groups", &array) || !cupel_field_is_array(&array))
        return;
    size_t count = cupel_field_count(&array);
    struct cupel_grader_group *groups = cupel_copy_room(count, sizeof(*groups));
    json_t *seen = json_object();
    if (seen == NULL || groups == NULL) {
        (void)cupel_definition_out_of_memory(definition);
        free(groups);
        json_decref(seen);
        return;
    }
    grader->groups = groups;
    grader->group_count = count;
    for (size_t i = 0; i < count; i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        read_group(definition, &field, seen, &groups[i]);
    }
    json_decref(seen);
}
