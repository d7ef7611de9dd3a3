/* What must have passed before a test is run. */
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"
#include "grader/copies.h"
#include "grader/definition.h"
#include "grader/needs_circle.h"

/* Who needs something: a test, or a group, for each of its tests. */
struct needer {
    unsigned visibilities; /* of its tests: 1U << enum cupel_visibility */
    struct cupel_needs *needs;
};

static bool find(const struct definition *definition, const struct cupel_field *field,
                 const char *name, struct cupel_need *ret)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const json_t *test = json_object_get(definition->test_ids, name);
    const json_t *group = json_object_get(definition->groups, name);

    if (test == NULL && group == NULL)
        return cupel_field_fail(field, "no test or group has the id \"%s\"",
                                cupel_text_excerpt(name, excerpt));
    if (test != NULL && group != NULL)
        return cupel_field_fail(field, "\"%s\" is the id of a test and of a group", name);
    if (json_is_true(test))
        return cupel_field_fail(field, "\"%s\" is a harness; expected one of its tests",
                                cupel_text_excerpt(name, excerpt));
    ret->is_group = group != NULL;
    ret->index = (size_t)json_integer_value(group != NULL ? group : test);
    return true;
}

/* Whether readers who see one of the tests that need learn of one needed that they do not see.
 * What is visible now may be seen before what is visible later. */
static bool tells(unsigned needers, unsigned needed)
{
    for (unsigned v = CUPEL_HIDDEN; v <= CUPEL_AFTER_PUBLISHED; v++) {
        unsigned may_need = 1U << v | 1U << CUPEL_HIDDEN;
        if ((needed & 1U << v) != 0 && (needers & ~may_need) != 0)
            return true;
    }
    return false;
}

static void read_item(const struct definition *definition, const struct cupel_field *field,
                      const struct needer *needer)
{
    const struct cupel_grader *grader = definition->grader;
    struct cupel_need need = {0};
    const char *name = NULL;

    if (!cupel_field_string(field, &name) || !find(definition, field, name, &need))
        return;
    unsigned needed = need.is_group ? grader->groups[need.index].visibilities
                                    : 1U << grader->tests[need.index].visibility;
    if (tells(needer->visibilities, needed))
        (void)cupel_field_fail(field,
                               "whether \"%s\" passed is hidden from learners, who could tell "
                               "it from whether this runs: expected the same visibility",
                               name);
    needer->needs->items[needer->needs->count++] = need;
}

static void read_needs(struct definition *definition, const struct cupel_field *object,
                       const struct needer *needer)
{
    struct cupel_field array;

    if (!cupel_field_get(object, "needs", &array) || !cupel_field_is_array(&array))
        return;
    size_t count = cupel_field_count(&array);
    if (count > CUPEL_DEFINITION_NEEDS_MAX) {
        (void)cupel_field_fail(&array, "expected at most %d ids, found %zu",
                               CUPEL_DEFINITION_NEEDS_MAX, count);
        return;
    }
    needer->needs->items = cupel_copy_room(count, sizeof(*needer->needs->items));
    if (needer->needs->items == NULL) {
        (void)cupel_definition_out_of_memory(definition);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct cupel_field item = cupel_field_at(&array, i);
        read_item(definition, &item, needer);
    }
}

/* The element of "tests" that a test stands in. */
static struct cupel_field element_of(const struct cupel_field *tests, size_t test)
{
    size_t i = 0;

    for (size_t first = 0; i + 1 < cupel_field_count(tests); i++) {
        struct cupel_field field = cupel_field_at(tests, i);
        first += cupel_definition_count_tests(&field);
        if (test < first)
            break;
    }
    return cupel_field_at(tests, i);
}

/* Told where it closes, one at a time: what is mended of one often mends others. */
static void check_circle(struct definition *definition, const struct cupel_field *tests,
                         const struct cupel_field *groups)
{
    struct cupel_needs_circle circle;
    struct cupel_field needs;

    int r = cupel_needs_circle_find(definition->grader, &circle);
    if (r < 0)
        (void)cupel_definition_out_of_memory(definition);
    if (r <= 0)
        return;
    struct cupel_field owner = circle.owner_is_group ? cupel_field_at(groups, circle.owner)
                                                     : element_of(tests, circle.owner);
    if (cupel_field_get(&owner, "needs", &needs))
        (void)cupel_field_fail(&needs, "a circle, in which nothing could ever run: %s",
                               circle.text);
}

/* A harness runs as a whole, so its tests need the same. */
static void share_needs(struct cupel_grader *grader, const struct cupel_grader_harness *harness)
{
    for (size_t i = 0; i < harness->test_count; i++)
        grader->tests[harness->first_test + i].needs = harness->needs;
}

static void read_needs_of_tests(struct definition *definition, const struct cupel_field *tests)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_grader_harness *harness = grader->harnesses;
    size_t test = 0;

    for (size_t i = 0; i < cupel_field_count(tests); i++) {
        struct cupel_field field = cupel_field_at(tests, i);
        if (cupel_definition_is_harness(&field)) {
            const struct needer needer = {harness->visibilities, &harness->needs};
            read_needs(definition, &field, &needer);
            share_needs(grader, harness++);
        } else {
            const struct needer needer = {1U << grader->tests[test].visibility,
                                          &grader->tests[test].needs};
            read_needs(definition, &field, &needer);
        }
        test += cupel_definition_count_tests(&field);
    }
}

/* A group cannot hold back some tests of a harness. */
static void check_members(const struct definition *definition, const struct cupel_field *object,
                          size_t group)
{
    const struct cupel_grader *grader = definition->grader;
    struct cupel_field needs;

    if (grader->groups[group].needs.count == 0 || !cupel_field_get(object, "needs", &needs))
        return;
    for (size_t i = 0; i < grader->test_count; i++) {
        const struct cupel_grader_test *test = &grader->tests[i];
        if (test->group != group || test->judging != CUPEL_JUDGED_BY_HARNESS)
            continue;
        (void)cupel_field_fail(&needs,
                               "test \"%s\" is one of a harness, whose tests run together: "
                               "expected these needs at the harness",
                               test->step.id != NULL ? test->step.id : "");
        return;
    }
}

void cupel_definition_read_needs(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_field tests;
    struct cupel_field groups = {0};

    if (grader->test_count == 0 || !cupel_field_get(root, "tests", &tests))
        return;
    (void)cupel_field_get(root, "groups", &groups);
    read_needs_of_tests(definition, &tests);
    for (size_t i = 0; i < grader->group_count; i++) {
        struct cupel_field field = cupel_field_at(&groups, i);
        const struct needer needer = {grader->groups[i].visibilities, &grader->groups[i].needs};
        read_needs(definition, &field, &needer);
        check_members(definition, &field, i);
    }
    check_circle(definition, &tests, &groups);
}
