/* Definitions of graders, whatever their policies and files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grader/definition.h"
#include "grader/schedule.h"

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
/* A schedule of a good grader ends, though every test fails. */
static void check_needs(const struct cupel_grader *grader)
{
    struct cupel_schedule *schedule;
    struct cupel_need need;
    size_t test;
    size_t given = 0;

    if (cupel_schedule_new(grader, &schedule) < 0)
        abort();
    for (;;) {
        enum cupel_schedule_step step = cupel_schedule_next(schedule, &test, &need);
        if (step == CUPEL_SCHEDULE_WAIT)
            abort();
        if (step == CUPEL_SCHEDULE_END)
            break;
        cupel_schedule_done(schedule, test, false);
        given++;
    }
    if (given != grader->test_count)
        abort();
    cupel_schedule_free(schedule);
}

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
    for (size_t i = 0; i < grader->penalty_count; i++) {
        if (grader->penalties[i].id == NULL || grader->penalties[i].tests == NULL)
            abort();
    }
    for (size_t i = 0; i < grader->leaderboard_count; i++) {
        if (grader->leaderboard[i].name == NULL ||
            grader->leaderboard[i].test >= grader->test_count)
            abort();
    }
    check_needs(grader);
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
