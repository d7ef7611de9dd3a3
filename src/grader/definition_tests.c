/* Tests: their points, their input, and what they expect. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/path.h"
#include "cupel/text.h"
#include "cupel/units.h"
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
    return r == 0 || cupel_field_fail_for(field, &err);
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

static const char *const decider_names[] = {
    [CUPEL_JUDGED_BY_CHECKER] = "check",
    [CUPEL_JUDGED_BY_INTERACTOR] = "interact",
};

static void read_compare(const struct cupel_field *field, struct cupel_grader_test *test)
{
    size_t choice = 0;

    if (test->judging != CUPEL_JUDGED_BY_COMPARISON)
        (void)cupel_field_fail_key(field, "%s decides on the output, nothing is compared",
                                   decider_names[test->judging]);
    else if (!test->expectation.checks_stdout)
        (void)cupel_field_fail_key(field,
                                   "nothing to compare with: expected stdout or "
                                   "stdout_text beside it");
    if (cupel_field_choice(field, cupel_compare_names, &choice))
        test->compare = (enum cupel_compare_kind)choice;
}

/* A mistake in a pattern is told where it is: in its own file, or in the definition's string.
 */
static bool blame_pattern(const struct cupel_field *object, const char *pattern, size_t offset,
                          const struct cupel_error *why)
{
    struct cupel_field field;
    unsigned line = 1;
    unsigned column = 1;

    if (cupel_field_get(object, "stdout_text", &field))
        return cupel_field_fail(&field, "byte %zu of the pattern: %s", offset + 1, why->text);
    for (size_t i = 0; i < offset; i++) {
        line += pattern[i] == '\n';
        column = pattern[i] == '\n' ? 1 : column + 1;
    }
    return cupel_field_get(object, "stdout", &field) &&
           cupel_field_fail(&field, "%s:%u:%u: %s", json_string_value(field.json), line, column,
                            why->text);
}

static bool check_pattern(struct definition *definition, const struct cupel_field *object,
                          const struct cupel_grader_test *test)
{
    uint64_t limit = test->step.limits.stdout_bytes;
    struct cupel_error err = {0};
    struct cupel_field compare;
    char text[32];
    size_t offset = 0;

    if (test->compare != CUPEL_COMPARE_REGEX || test->expected == NULL)
        return true;
    if (limit > CUPEL_COMPARE_REGEX_OUTPUT_MAX && cupel_field_get(object, "compare", &compare))
        return cupel_field_fail(
            &compare,
            "a pattern is compared with at most 1 MiB of output, and this test may write %s; "
            "expected \"output\": \"1 MiB\" or less in its limits",
            cupel_units_format_bytes(limit, text, sizeof(text)));
    int r = cupel_compare_check_pattern(test->expected, test->expected_len, &offset, &err);
    if (r == -ENOMEM)
        return cupel_definition_out_of_memory(definition);
    return r == 0 || blame_pattern(object, test->expected, offset, &err);
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
    if (test->judging != CUPEL_JUDGED_BY_COMPARISON)
        test->expectation.checks_stdout = false; /* it is the judge's */
    (void)check_pattern(definition, object, test);
}

void cupel_definition_read_worth(const struct cupel_field *object,
                                 struct cupel_grader_test *test)
{
    struct cupel_field field;
    size_t choice = 0;

    if (cupel_field_get(object, "points", &field))
        (void)cupel_field_number(&field, 0, CUPEL_DEFINITION_POINTS_MAX, &test->points);
    if (cupel_field_get(object, "bonus", &field))
        (void)cupel_field_bool(&field, &test->bonus);
    if (cupel_field_get(object, "visibility", &field) &&
        cupel_field_choice(&field, cupel_visibility_names, &choice))
        test->visibility = (enum cupel_visibility)choice;
}

static void read_test(struct definition *definition, const struct cupel_field *field,
                      size_t index, struct cupel_grader_test *test)
{
    static const char *const keys[] = {
        "id",     "title",  "points",   "bonus",   "visibility", "needs",
        "run",    "policy", "limits",   "env",     "stdin",      "stdin_text",
        "expect", "check",  "interact", "harness", NULL};
    struct cupel_field expect;

    (void)cupel_field_only_keys(field, keys);
    (void)cupel_definition_read_unique_id(definition, field, "test", definition->test_ids,
                                          json_integer((json_int_t)index), &test->step.id);
    cupel_definition_read_worth(field, test);
    cupel_definition_read_step(definition, field, &definition->defaults, "native", &test->step);
    cupel_definition_read_decider(definition, field, test);
    (void)read_content(definition, field, "stdin", "stdin_text", &test->stdin_bytes,
                       &test->stdin_len);
    if (cupel_field_get(field, "expect", &expect))
        read_expect(definition, &expect, test);
    cupel_definition_check_decider(field, test);
}

/* Room for all tests, and for harnesses, of an array of either. */
static bool make_room(struct definition *definition, const struct cupel_field *array)
{
    struct cupel_grader *grader = definition->grader;
    size_t tests = 0;
    size_t harnesses = 0;

    for (size_t i = 0; i < cupel_field_count(array); i++) {
        struct cupel_field field = cupel_field_at(array, i);
        tests += cupel_definition_count_tests(&field);
        harnesses += cupel_definition_is_harness(&field);
    }
    if ((tests == 0 && harnesses == 0) || tests > CUPEL_DEFINITION_TESTS_MAX)
        return cupel_field_fail(array, "expected 1 to %d tests, found %zu",
                                CUPEL_DEFINITION_TESTS_MAX, tests);
    grader->tests = cupel_copy_room(tests, sizeof(*grader->tests));
    grader->harnesses = cupel_copy_room(harnesses, sizeof(*grader->harnesses));
    if (grader->tests == NULL || grader->harnesses == NULL)
        return cupel_definition_out_of_memory(definition);
    for (size_t i = 0; i < tests; i++)
        grader->tests[i] = (struct cupel_grader_test){.points = 1,
                                                      .group = CUPEL_NO_GROUP,
                                                      .harness = CUPEL_NO_HARNESS,
                                                      .compare = CUPEL_COMPARE_LINES};
    grader->test_count = tests;
    grader->harness_count = harnesses;
    return true;
}

void cupel_definition_read_tests(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_grader_harness *harness = NULL;
    struct cupel_field array;
    size_t test = 0;

    if (!cupel_field_require(root, "tests", &array) || !cupel_field_is_array(&array) ||
        !make_room(definition, &array))
        return;
    harness = grader->harnesses;
    for (size_t i = 0; i < cupel_field_count(&array); i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        if (cupel_definition_is_harness(&field))
            cupel_definition_read_harness(definition, &field, test, harness++);
        else if (cupel_field_is_object(&field))
            read_test(definition, &field, test, &grader->tests[test]);
        test += cupel_definition_count_tests(&field);
    }
}
