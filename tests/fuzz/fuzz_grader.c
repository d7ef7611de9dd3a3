/* Definitions of graders, whatever their policies and files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grader/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int find_policy(void *owner, const char *name, const struct cupel_policy **ret_policy,
                       const struct cupel_filters **ret_filters, struct cupel_error *err)
{
    static const struct cupel_policy policy = {.limits = {.output_bytes = 1000}};
    static const struct cupel_filters filter;

    (void)owner;
    if (name[0] == 'x')
        return cupel_fail(err, -ENOENT, "no policy %s", name);
    *ret_policy = &policy;
    *ret_filters = &filter;
    return 0;
}

static int read_file(void *owner, const char *path, char **ret, size_t *ret_len,
                     struct cupel_error *err)
{
    (void)owner;
    if (path[0] == 'x')
        return cupel_fail(err, -ENOENT, "no file %s", path);
    *ret = strdup(path);
    *ret_len = strlen(path);
    return *ret != NULL ? 0 : -ENOMEM;
}

/* What the rest of the program takes for granted of a definition without a diagnostic. */
static void check(const struct cupel_grader *grader)
{
    if (grader->name == NULL || grader->version == NULL || grader->test_count == 0 ||
        grader->intake.files == NULL)
        abort();
    for (size_t i = 0; i < grader->test_count; i++) {
        const struct cupel_grader_test *test = &grader->tests[i];
        if (test->step.id == NULL || test->step.argv == NULL || test->step.argv[0] == NULL ||
            test->step.environment == NULL || test->step.policy == NULL ||
            (test->expectation.checks_stdout && test->expected == NULL))
            abort();
    }
    for (size_t i = 0; i < grader->build_count; i++) {
        if (grader->builds[i].id == NULL || grader->builds[i].argv == NULL ||
            grader->builds[i].policy == NULL)
            abort();
    }
    for (size_t i = 0; i < grader->group_count; i++) {
        if (grader->groups[i].id == NULL || grader->groups[i].tests == NULL)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct cupel_definition_sources sources = {.policy = find_policy, .file = read_file};
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;
    struct cupel_grader grader = {0};
    struct cupel_error err = {0};

    int r = cupel_document_parse((const char *)data, size, "grader.json", &diagnostics,
                                 &document, &err);
    if (r == 0)
        r = cupel_definition_read(document, &sources, &grader);
    if (r == 0 && diagnostics.count == 0)
        check(&grader);
    cupel_definition_clear(&grader);
    cupel_document_free(document);
    cupel_diagnostics_clear(&diagnostics);
    return 0;
}
