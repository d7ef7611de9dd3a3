/* Harnesses: programs that report on several tests. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/text.h"
#include "grader/copies.h"
#include "grader/definition.h"

#define DECLARED_ID_MAX 200 /* characters */

bool cupel_definition_is_harness(const struct cupel_field *object)
{
    return json_object_get(object->json, "harness") != NULL;
}

size_t cupel_definition_count_tests(const struct cupel_field *object)
{
    const json_t *harness = json_object_get(object->json, "harness");

    return harness != NULL ? json_array_size(json_object_get(harness, "tests")) : 1;
}

static void refuse_keys(const struct cupel_field *object, const char *const *keys,
                        const char *why)
{
    struct cupel_field field;

    for (; *keys != NULL; keys++) {
        if (cupel_field_get(object, *keys, &field))
            (void)cupel_field_fail_key(&field, "%s: %s", *keys, why);
    }
}

/* What names a test in reports: any text on one line. */
static int check_declared_id(const char *text)
{
    CUPEL_AUTO_FREE char *clean = NULL;
    size_t characters = 0;

    for (const char *p = text; *p != '\0'; p++)
        characters += (*p & 0xC0) != 0x80;
    if (characters == 0 || characters > DECLARED_ID_MAX || strpbrk(text, "\n\t") != NULL)
        return -EINVAL;
    int r = cupel_text_clean(text, strlen(text), SIZE_MAX, &clean);
    if (r < 0)
        return r;
    return strcmp(clean, text) == 0 ? 0 : -EINVAL;
}

static void read_declared_id(struct definition *definition, const struct cupel_field *object,
                             size_t index, char **ret)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct cupel_field field;
    const char *text = NULL;

    if (!cupel_field_require(object, "id", &field) || !cupel_field_string(&field, &text))
        return;
    int r = check_declared_id(text);
    if (r == -ENOMEM) {
        (void)cupel_definition_out_of_memory(definition);
        return;
    }
    if (r < 0) {
        (void)cupel_field_fail(&field,
                               "expected 1 to %d characters, and none that controls, found "
                               "\"%s\"",
                               DECLARED_ID_MAX, cupel_text_excerpt(text, excerpt));
        return;
    }
    if (cupel_definition_copy_text(definition, text, ret))
        (void)cupel_definition_remember_id(definition, object, "test", definition->test_ids,
                                           json_integer((json_int_t)index), *ret);
}

static void read_declared(struct definition *definition, const struct cupel_field *object,
                          size_t index, struct cupel_grader_harness *harness)
{
    static const char *const keys[] = {"id", "title", "points", "bonus", "visibility", NULL};
    struct cupel_grader_test *test = &definition->grader->tests[index];

    test->judging = CUPEL_JUDGED_BY_HARNESS;
    test->harness = (size_t)(harness - definition->grader->harnesses);
    if (!cupel_field_is_object(object))
        return;
    (void)cupel_field_only_keys(object, keys);
    read_declared_id(definition, object, index, &test->step.id);
    (void)cupel_definition_read_text(definition, object, "title", &test->step.title);
    cupel_definition_read_worth(object, test);
    harness->visibilities |= 1U << test->visibility;
}

static void read_declared_tests(struct definition *definition, const struct cupel_field *object,
                                struct cupel_grader_harness *harness)
{
    struct cupel_field array;

    if (!cupel_field_require(object, "tests", &array) || !cupel_field_is_array(&array))
        return;
    harness->test_count = cupel_field_count(&array);
    if (harness->test_count == 0)
        (void)cupel_field_fail(&array, "expected at least one test of the report");
    for (size_t i = 0; i < harness->test_count; i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        read_declared(definition, &field, harness->first_test + i, harness);
    }
}

static void read_report_file(struct definition *definition, const struct cupel_field *object,
                             struct cupel_grader_harness *harness)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct cupel_field field;

    if (!cupel_field_get(object, "file", &field)) {
        if (!harness->in_process && (harness->report == CUPEL_REPORT_JUNIT ||
                                     harness->report == CUPEL_REPORT_GTEST_JSON ||
                                     harness->report == CUPEL_REPORT_CTEST))
            (void)cupel_field_fail(object,
                                   "key \"file\" is missing: a report of kind %s is a file",
                                   cupel_report_kind_names[harness->report]);
        return;
    }
    if (!cupel_definition_read_text(definition, object, "file", &harness->file))
        return;
    if (harness->report == CUPEL_REPORT_EXIT_CODE)
        (void)cupel_field_fail_key(&field, "a report of kind exit-code has no file");
    else if (!cupel_path_is_plain(harness->file))
        (void)cupel_field_fail(&field,
                               "expected the path of a file below /box, as in \"report.xml\", "
                               "found \"%s\"",
                               cupel_text_excerpt(harness->file, excerpt));
}

/* An exit code tells of one test, and learner's code can set it. */
static void check_exit_code(const struct cupel_field *object,
                            const struct cupel_grader_harness *harness)
{
    struct cupel_field report;

    if (harness->report != CUPEL_REPORT_EXIT_CODE ||
        !cupel_field_get(object, "report", &report))
        return;
    if (harness->test_count != 1)
        (void)cupel_field_fail(&report, "an exit code reports on one test, found %zu",
                               harness->test_count);
    if (harness->in_process)
        (void)cupel_field_fail(&report,
                               "in-process, any code that ends with exit(0) would "
                               "pass");
}

static void read_report(struct definition *definition, const struct cupel_field *object,
                        struct cupel_grader_harness *harness)
{
    struct cupel_field field;
    size_t choice = 0;

    if (!cupel_field_require(object, "report", &field) ||
        !cupel_field_choice(&field, cupel_report_kind_names, &choice))
        return;
    harness->report = (enum cupel_report_kind)choice;
    read_report_file(definition, object, harness);
    check_exit_code(object, harness);
}

/* In-process, the harness runs as the test does; else its commands do, and it as a judge. */
static void read_runs(struct definition *definition, const struct cupel_field *test,
                      const struct cupel_field *object, struct cupel_grader_harness *harness)
{
    static const char *const terms[] = {"policy", "limits", "env", NULL};
    const struct definition_defaults *defaults = &definition->defaults;

    if (!harness->in_process) {
        cupel_definition_read_step(definition, object, &cupel_definition_no_defaults, "judge",
                                   &harness->step);
        cupel_definition_read_terms(definition, test, defaults, "native", &harness->call);
        cupel_definition_check_patience(object, &harness->step, &harness->call);
        return;
    }
    refuse_keys(object, terms, "in-process, it is that of the test; expected it there");
    cupel_definition_read_command(definition, object, &harness->step.argv);
    cupel_definition_read_terms(definition, test, defaults, "native", &harness->step);
}

static void read_object(struct definition *definition, const struct cupel_field *test,
                        const struct cupel_field *object, struct cupel_grader_harness *harness)
{
    static const char *const keys[] = {"run",  "policy",     "limits", "env",   "report",
                                       "file", "separation", "files",  "tests", NULL};
    static const char *const separations[] = {"judge", "in-process", NULL};
    struct cupel_field field;
    size_t choice = 0;

    (void)cupel_field_only_keys(object, keys);
    if (cupel_field_get(object, "separation", &field) &&
        cupel_field_choice(&field, separations, &choice))
        harness->in_process = choice == 1;
    read_runs(definition, test, object, harness);
    read_declared_tests(definition, object, harness);
    read_report(definition, object, harness);
    cupel_definition_read_harness_files(definition, object, harness);
}

void cupel_definition_read_harness(struct definition *definition,
                                   const struct cupel_field *object, size_t first_test,
                                   struct cupel_grader_harness *harness)
{
    static const char *const keys[] = {
        "id",     "title", "needs",      "policy",  "limits", "env",
        "points", "bonus", "visibility", "run",     "stdin",  "stdin_text",
        "expect", "check", "interact",   "harness", NULL};
    static const char *const worth[] = {"points", "bonus", "visibility", NULL};
    static const char *const others[] = {"run",   "stdin",    "stdin_text", "expect",
                                         "check", "interact", NULL};
    struct cupel_field field;

    harness->first_test = first_test;
    (void)cupel_field_only_keys(object, keys);
    refuse_keys(object, worth, "a harness has none; expected it at each of its \"tests\"");
    refuse_keys(object, others, "not beside a harness, which runs and decides instead");
    (void)cupel_definition_read_unique_id(definition, object, "test", definition->test_ids,
                                          json_true(), &harness->step.id);
    (void)cupel_definition_read_text(definition, object, "title", &harness->step.title);
    if (cupel_field_get(object, "harness", &field) && cupel_field_is_object(&field))
        read_object(definition, object, &field, harness);
}

void cupel_definition_clear_harness(struct cupel_grader_harness *harness)
{
    cupel_definition_clear_step(&harness->step);
    cupel_definition_clear_step(&harness->call);
    cupel_definition_free_files(harness->files, harness->file_count);
    free(harness->file);
    free(harness->needs.items);
}
