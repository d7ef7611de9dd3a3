/* Tests: their points, their input, and what they expect. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/path.h"
#include "cupel/text.h"
#include "grader/copies.h"
#include "grader/definition.h"

#define TOLERANCE_MAX 1e300

static bool read_file(struct definition *definition, const struct cupel_field *field,
                      char **ret, size_t *ret_len)
{
    const struct cupel_definition_sources *sources = definition->sources;
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct cupel_error err = {0};
    const char *path = NULL;

    if (!cupel_field_string(field, &path))
        return false;
    if (!cupel_path_is_plain(path))
        return cupel_field_fail(field,
                                "expected the path of a file below the grader's folder, as "
                                "in \"data/small.in\", found \"%s\"",
                                cupel_text_excerpt(path, excerpt));
    int r = sources->file(sources->owner, path, ret, ret_len, &err);
    if (r == -ENOMEM)
        return cupel_definition_out_of_memory(definition);
    return r == 0 || cupel_field_fail(field, "%s", err.text);
}

static bool read_literal(struct definition *definition, const struct cupel_field *field,
                         char **ret, size_t *ret_len)
{
    const char *text = NULL;

    if (!cupel_field_string(field, &text))
        return false;
    if (cupel_copy_text(text, ret) < 0)
        return cupel_definition_out_of_memory(definition);
    *ret_len = strlen(text);
    return true;
}

/* Content that is given by file_key as a file or by text_key in place. Returns whether either
 * is there. */
static bool read_content(struct definition *definition, const struct cupel_field *object,
                         const char *file_key, const char *text_key, char **ret,
                         size_t *ret_len)
{
    struct cupel_field file;
    struct cupel_field text;
    bool has_file = cupel_field_get(object, file_key, &file);
    bool has_text = cupel_field_get(object, text_key, &text);

    if (has_file && has_text)
        (void)cupel_field_fail_key(&text, "%s is given as well; expected one of the two",
                                   file_key);
    else if (has_file)
        (void)read_file(definition, &file, ret, ret_len);
    else if (has_text)
        (void)read_literal(definition, &text, ret, ret_len);
    return has_file || has_text;
}

static void read_exit_code(const struct cupel_field *field, struct cupel_expectation *ret)
{
    json_int_t code = json_integer_value(field->json);

    if (json_is_null(field->json))
        ret->any_exit_code = true;
    else if (json_is_integer(field->json) && code >= 0 && code <= 255)
        ret->exit_code = (int)code;
    else
        (void)cupel_field_fail(field, "expected an exit code from 0 to 255, or null for any");
}

static void read_tolerance(const struct cupel_field *field, struct cupel_grader_test *test)
{
    static const char *const keys[] = {"absolute", "relative", NULL};
    struct cupel_field number;

    if (test->compare != CUPEL_COMPARE_NUMBERS)
        (void)cupel_field_fail_key(field, "a tolerance needs \"compare\": \"numbers\"");
    if (!cupel_field_is_object(field))
        return;
    (void)cupel_field_only_keys(field, keys);
    if (cupel_field_get(field, "absolute", &number))
        (void)cupel_field_number(&number, 0, TOLERANCE_MAX, &test->tolerance.absolute);
    if (cupel_field_get(field, "relative", &number))
        (void)cupel_field_number(&number, 0, TOLERANCE_MAX, &test->tolerance.relative);
}

static void read_compare(const struct cupel_field *field, struct cupel_grader_test *test)
{
    size_t choice = 0;

    if (!test->expectation.checks_stdout)
        (void)cupel_field_fail_key(field,
                                   "nothing to compare with: expected stdout or "
                                   "stdout_text beside it");
    if (cupel_field_choice(field, cupel_compare_names, &choice))
        test->compare = (enum cupel_compare_kind)choice;
}

static void read_expect(struct definition *definition, const struct cupel_field *object,
                        struct cupel_grader_test *test)
{
    static const char *const keys[] = {"stdout",    "stdout_text", "compare",
                                       "tolerance", "exit_code",   NULL};
    struct cupel_field field;

    if (!cupel_field_is_object(object))
        return;
    (void)cupel_field_only_keys(object, keys);
    test->expectation.checks_stdout = read_content(definition, object, "stdout", "stdout_text",
                                                   &test->expected, &test->expected_len);
    if (cupel_field_get(object, "compare", &field))
        read_compare(&field, test);
    if (cupel_field_get(object, "tolerance", &field))
        read_tolerance(&field, test);
    if (cupel_field_get(object, "exit_code", &field))
        read_exit_code(&field, &test->expectation);
}

static void read_test(struct definition *definition, const struct cupel_field *field,
                      size_t index, struct cupel_grader_test *test)
{
    static const char *const keys[] = {"id",    "title",      "points", "bonus",  "visibility",
                                       "needs", "run",        "policy", "limits", "env",
                                       "stdin", "stdin_text", "expect", NULL};
    struct cupel_field member;
    size_t choice = 0;

    test->points = 1;
    test->group = CUPEL_NO_GROUP;
    test->compare = CUPEL_COMPARE_LINES;
    if (!cupel_field_is_object(field))
        return;
    (void)cupel_field_only_keys(field, keys);
    (void)cupel_definition_read_unique_id(definition, field, "test", definition->test_ids,
                                          json_integer((json_int_t)index), &test->step.id);
    if (cupel_field_get(field, "points", &member))
        (void)cupel_field_number(&member, 0, CUPEL_DEFINITION_POINTS_MAX, &test->points);
    if (cupel_field_get(field, "bonus", &member))
        (void)cupel_field_bool(&member, &test->bonus);
    if (cupel_field_get(field, "visibility", &member) &&
        cupel_field_choice(&member, cupel_visibility_names, &choice))
        test->visibility = (enum cupel_visibility)choice;
    cupel_definition_read_step(definition, field, "native", &test->step);
    (void)read_content(definition, field, "stdin", "stdin_text", &test->stdin_bytes,
                       &test->stdin_len);
    if (cupel_field_get(field, "expect", &member))
        read_expect(definition, &member, test);
}

void cupel_definition_read_tests(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_field array;

    if (!cupel_field_require(root, "tests", &array) || !cupel_field_is_array(&array))
        return;
    size_t count = cupel_field_count(&array);
    if (count == 0 || count > CUPEL_DEFINITION_TESTS_MAX) {
        (void)cupel_field_fail(&array, "expected 1 to %d tests, found %zu",
                               CUPEL_DEFINITION_TESTS_MAX, count);
        return;
    }
    struct cupel_grader_test *tests = cupel_copy_room(count, sizeof(*tests));
    if (tests == NULL) {
        (void)cupel_definition_out_of_memory(definition);
        return;
    }
    grader->tests = tests;
    grader->test_count = count;
    for (size_t i = 0; i < count; i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        read_test(definition, &field, i, &tests[i]);
    }
}
