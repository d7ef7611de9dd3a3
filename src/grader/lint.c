/* Ids that are easily mistaken, points that nobody can earn, and what else lint looks at. */
#include "grader/lint.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "grader/definition.h"

bool cupel_lint_is_hidden(const json_t *test)
{
    const char *visibility = json_string_value(json_object_get(test, "visibility"));

    return visibility != NULL && strcmp(visibility, cupel_visibility_names[CUPEL_VISIBLE]) != 0;
}

/* Ids become names of files, and not every file system tells these apart; nor does every
 * reader. seen: what was there, by its letters made small. */
static int check_id(const struct cupel_field *object, json_t *seen)
{
    struct cupel_field field;

    if (!cupel_field_get(object, "id", &field) || !json_is_string(field.json))
        return 0;
    const char *id = json_string_value(field.json);
    CUPEL_AUTO_FREE char *small = strdup(id);
    if (small == NULL)
        return -ENOMEM;
    for (char *p = small; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    const char *other = json_string_value(json_object_get(seen, small));
    if (other != NULL && strcmp(other, id) != 0)
        cupel_field_remark(&field, CUPEL_SEVERITY_WARNING,
                           "\"%s\" differs from \"%s\" by case only", id, other);
    if (other == NULL && json_object_set_new(seen, small, json_string(id)) < 0)
        return -ENOMEM;
    return 0;
}

static int check_ids_in(const struct cupel_field *array, json_t *seen)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < cupel_field_count(array); i++) {
        struct cupel_field element = cupel_field_at(array, i);
        struct cupel_field harness;
        struct cupel_field declared;
        r = check_id(&element, seen);
        if (r == 0 && cupel_field_get(&element, "harness", &harness) &&
            cupel_field_get(&harness, "tests", &declared))
            r = check_ids_in(&declared, seen);
    }
    return r;
}

static int check_ids(const struct cupel_field *root)
{
    static const char *const lists[] = {"build", "tests", "groups", "penalties"};
    struct cupel_field array;
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (!cupel_field_get(root, lists[i], &array))
            continue;
        json_t *seen = json_object();
        r = seen != NULL ? check_ids_in(&array, seen) : -ENOMEM;
        json_decref(seen);
    }
    return r;
}

static bool has_points(const struct cupel_grader *grader)
{
    for (size_t i = 0; i < grader->group_count; i++) {
        if (grader->groups[i].points > 0)
            return true;
    }
    for (size_t i = 0; i < grader->test_count; i++) {
        if (grader->tests[i].group == CUPEL_NO_GROUP && grader->tests[i].points > 0)
            return true;
    }
    return false;
}

static void check_points(const struct cupel_field *root, const struct cupel_grader *grader)
{
    struct cupel_field array;

    if (cupel_field_get(root, "tests", &array) && !has_points(grader))
        cupel_field_remark(&array, CUPEL_SEVERITY_WARNING,
                           "no test and no group has points: nobody can earn any");
}

static double weight_of(const struct cupel_grader *grader, size_t group)
{
    double weight = 0;

    for (size_t i = 0; i < grader->test_count; i++)
        weight += grader->tests[i].group == group ? grader->tests[i].points : 0;
    return weight;
}

static void check_groups(const struct cupel_field *root, const struct cupel_grader *grader)
{
    struct cupel_field array;
    struct cupel_field points;

    if (!cupel_field_get(root, "groups", &array))
        return;
    for (size_t i = 0; i < grader->group_count; i++) {
        struct cupel_field element = cupel_field_at(&array, i);
        if (cupel_field_get(&element, "points", &points) && !(grader->groups[i].points > 0) &&
            weight_of(grader, i) > 0)
            cupel_field_remark(&points, CUPEL_SEVERITY_WARNING,
                               "group \"%s\" earns nothing, whatever its tests earn",
                               grader->groups[i].id);
    }
}

static size_t count_ink(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += isspace((unsigned char)text[i]) == 0;
    return count;
}

/* The fewest bytes of output that are taken for the expected text; 0: not known. */
static size_t least_output(const struct cupel_grader_test *test)
{
    if (!test->expectation.checks_stdout || test->expected == NULL)
        return 0;
    switch (test->compare) {
    case CUPEL_COMPARE_EXACT:
        return test->expected_len;
    case CUPEL_COMPARE_LINES:
    case CUPEL_COMPARE_TOKENS:
        return count_ink(test->expected, test->expected_len);
    case CUPEL_COMPARE_NUMBERS:
    case CUPEL_COMPARE_REGEX:
        break;
    }
    return 0;
}

static void check_output(const struct cupel_field *element, const struct cupel_grader *grader,
                         const struct cupel_grader_test *test)
{
    uint64_t most = test->step.limits.stdout_bytes;
    const struct cupel_grader_group *group =
        test->group != CUPEL_NO_GROUP ? &grader->groups[test->group] : NULL;
    bool of_all = group != NULL && group->rule == CUPEL_GROUP_ALL;
    struct cupel_field expect;
    char figure[32];

    if (least_output(test) <= most || !cupel_field_get(element, "expect", &expect))
        return;
    cupel_field_remark(&expect, CUPEL_SEVERITY_WARNING,
                       "no program can pass: %zu bytes are expected, and one that writes more "
                       "than %s is stopped%s%s%s",
                       least_output(test),
                       cupel_units_format_bytes(most, figure, sizeof(figure)),
                       of_all ? "; nor can anybody earn group \"" : "", of_all ? group->id : "",
                       of_all ? "\"" : "");
}

static void check_outputs(const struct cupel_field *root, const struct cupel_grader *grader)
{
    struct cupel_field array;
    size_t next = 0;

    if (!cupel_field_get(root, "tests", &array))
        return;
    for (size_t i = 0; i < cupel_field_count(&array); i++) {
        struct cupel_field element = cupel_field_at(&array, i);
        if (next < grader->test_count)
            check_output(&element, grader, &grader->tests[next]);
        next += cupel_definition_count_tests(&element);
    }
}

int cupel_lint_grader(struct cupel_document *document, const char *file,
                      const struct cupel_grader *grader, struct cupel_diagnostics *diagnostics,
                      struct cupel_error *err)
{
    struct cupel_field root = cupel_document_root(document);

    int r = check_ids(&root);
    if (r < 0)
        return r;
    check_points(&root, grader);
    check_groups(&root, grader);
    check_outputs(&root, grader);
    cupel_lint_in_process(&root, grader);
    r = cupel_lint_visibility(&root);
    return r < 0 ? r : cupel_lint_files(&root, file, grader, diagnostics, err);
}
