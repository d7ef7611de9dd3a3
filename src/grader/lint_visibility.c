/*
 * Hidden data that learners can come by.
 *
 * Nothing of the grader's is in a learner's box but what an in-process harness puts there; but
 * a program may print what it reads, and a comparison shows what it expects. So data of a
 * hidden test is not hidden if a visible test uses it, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grader/lint.h"

/* Which test uses a file, by its path; of several the first. */
struct uses {
    json_t *visible_input;
    json_t *visible_output; /* expected */
    json_t *hidden;         /* input or expected output */
};

static const char *input_of(const json_t *test)
{
    return json_string_value(json_object_get(test, "stdin"));
}

static const char *output_of(const json_t *test)
{
    return json_string_value(json_object_get(json_object_get(test, "expect"), "stdout"));
}

static const char *find(const json_t *uses, const char *path)
{
    return path != NULL ? json_string_value(json_object_get(uses, path)) : NULL;
}

static int note(json_t *uses, const char *path, const json_t *test)
{
    if (path == NULL || find(uses, path) != NULL)
        return 0;
    return json_object_set(uses, path, json_object_get(test, "id")) < 0 ? -ENOMEM : 0;
}

static int note_test(struct uses *uses, const json_t *test)
{
    bool hidden = cupel_lint_is_hidden(test);

    int r = note(hidden ? uses->hidden : uses->visible_input, input_of(test), test);
    if (r == 0)
        r = note(hidden ? uses->hidden : uses->visible_output, output_of(test), test);
    return r;
}

static void check_hidden_test(const struct cupel_field *element, const struct uses *uses)
{
    const char *output = output_of(element->json);
    const char *compared = find(uses->visible_output, output);
    const char *read = find(uses->visible_input, output);
    const char *also_read = find(uses->visible_input, input_of(element->json));
    struct cupel_field expect;
    struct cupel_field field;

    if ((compared != NULL || read != NULL) && cupel_field_get(element, "expect", &expect) &&
        cupel_field_get(&expect, "stdout", &field))
        cupel_field_remark(&field, CUPEL_SEVERITY_WARNING,
                           "this test is hidden, and visible test \"%s\" shows learners %s",
                           compared != NULL ? compared : read,
                           compared != NULL ? "what it expects: the same file"
                                            : "this file: its program may print its input");
    if (also_read != NULL && cupel_field_get(element, "stdin", &field))
        cupel_field_remark(&field, CUPEL_SEVERITY_NOTE,
                           "this test is hidden; its input is not, since programs of visible "
                           "test \"%s\" may print it",
                           also_read);
}

/* A command's words that name hidden data: it is not there, and the name is told. */
static void check_command(const struct cupel_field *element, const struct uses *uses)
{
    struct cupel_field run;

    if (!cupel_field_get(element, "run", &run))
        return;
    for (size_t i = 0; i < cupel_field_count(&run); i++) {
        struct cupel_field word = cupel_field_at(&run, i);
        const char *hidden = find(uses->hidden, json_string_value(word.json));
        if (hidden != NULL)
            cupel_field_remark(&word, CUPEL_SEVERITY_WARNING,
                               "this is data of hidden test \"%s\"; the grader's files are not "
                               "in the box, and learners read this command's messages",
                               hidden);
    }
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static void check_placed_file(const struct cupel_field *file, const struct uses *uses)
{
    const char *path = json_string_value(file->json);
    const char *data;
    json_t *test;

    if (path == NULL)
        return;
    json_object_foreach(uses->hidden, data, test)
    {
        if (is_below(data, path))
            cupel_field_remark(file, CUPEL_SEVERITY_WARNING,
                               "learner's code can read this, and %s in it is data of hidden "
                               "test \"%s\"",
                               data, json_string_value(test));
    }
}

/* In a harness in-process, learner's code is beside the tests; lint_in_process.c says more. */
static void check_harness(const struct cupel_field *element, const struct uses *uses)
{
    struct cupel_field harness;
    struct cupel_field separation;
    struct cupel_field files;

    if (!cupel_field_get(element, "harness", &harness) ||
        !cupel_field_get(&harness, "separation", &separation) ||
        json_string_value(separation.json) == NULL ||
        strcmp(json_string_value(separation.json), "in-process") != 0)
        return;
    if (!cupel_field_get(&harness, "files", &files))
        return;
    for (size_t i = 0; i < cupel_field_count(&files); i++) {
        struct cupel_field file = cupel_field_at(&files, i);
        check_placed_file(&file, uses);
    }
}

static void check_tests(const struct cupel_field *tests, const struct uses *uses)
{
    for (size_t i = 0; i < cupel_field_count(tests); i++) {
        struct cupel_field element = cupel_field_at(tests, i);
        if (cupel_lint_is_hidden(element.json))
            check_hidden_test(&element, uses);
        else
            check_command(&element, uses);
        check_harness(&element, uses);
    }
}

static int check(const struct cupel_field *root, struct uses *uses)
{
    struct cupel_field array;
    int r = 0;

    if (cupel_field_get(root, "tests", &array)) {
        for (size_t i = 0; r == 0 && i < cupel_field_count(&array); i++)
            r = note_test(uses, cupel_field_at(&array, i).json);
        if (r == 0)
            check_tests(&array, uses);
    }
    if (r == 0 && cupel_field_get(root, "build", &array)) {
        for (size_t i = 0; i < cupel_field_count(&array); i++) {
            struct cupel_field element = cupel_field_at(&array, i);
            check_command(&element, uses);
        }
    }
    return r;
}

int cupel_lint_visibility(const struct cupel_field *root)
{
    struct uses uses = {.visible_input = json_object(),
                        .visible_output = json_object(),
                        .hidden = json_object()};
    int r = -ENOMEM;

    if (uses.visible_input != NULL && uses.visible_output != NULL && uses.hidden != NULL)
        r = check(root, &uses);
    json_decref(uses.visible_input);
    json_decref(uses.visible_output);
    json_decref(uses.hidden);
    return r;
}
