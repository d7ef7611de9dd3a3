/* Definitions of graders, whatever their policies and files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/run.h"
#include "grader/definition.h"
#include "grader/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int find_policy(void *owner, const char *name, const struct cupel_policy **ret_policy,
                       const struct cupel_filters **ret_filters, struct cupel_error *err)
{
    static const struct cupel_policy policy = {.limits = {.output_bytes = 1000}};
    static const struct cupel_policy judge = {.limits = {.wall_ns = 60000000000}};
    static const struct cupel_filters filter;

    (void)owner;
    if (name[0] == 'x')
        return cupel_fail(err, -ENOENT, "no policy %s", name);
    *ret_policy = strcmp(name, "judge") == 0 ? &judge : &policy;
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

static int read_files(void *owner, const char *path, size_t max, struct cupel_run_file **ret,
                      size_t *ret_count, struct cupel_error *err)
{
    (void)owner;
    if (path[0] == 'x' || max == 0)
        return cupel_fail(err, -ENOENT, "no file %s", path);
    *ret = calloc(1, sizeof(**ret));
    if (*ret == NULL)
        return -ENOMEM;
    (*ret)->path = strdup(path);
    *ret_count = 1;
    return 0;
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
        size_t count = 1;
        if (step == CUPEL_SCHEDULE_RUN &&
            grader->tests[test].judging == CUPEL_JUDGED_BY_HARNESS)
            count = grader->harnesses[grader->tests[test].harness].test_count;
        for (size_t i = 0; i < count; i++)
            cupel_schedule_done(schedule, test + i, false);
        given += count;
    }
    if (given != grader->test_count)
        abort();
    cupel_schedule_free(schedule);
}

static bool is_step(const struct cupel_step *step)
{
    return step->argv != NULL && step->argv[0] != NULL && step->environment != NULL &&
           step->policy != NULL;
}

static void check_test(const struct cupel_grader *grader, size_t index)
{
    const struct cupel_grader_test *test = &grader->tests[index];
    const struct cupel_grader_harness *harness;

    if (test->step.id == NULL || (test->expectation.checks_stdout && test->expected == NULL))
        abort();
    switch (test->judging) {
    case CUPEL_JUDGED_BY_CHECKER:
    case CUPEL_JUDGED_BY_INTERACTOR:
        if (!is_step(&test->judge) || test->expectation.checks_stdout)
            abort();
        /* fall through */
    case CUPEL_JUDGED_BY_COMPARISON:
        if (!is_step(&test->step) || test->harness != CUPEL_NO_HARNESS)
            abort();
        break;
    case CUPEL_JUDGED_BY_HARNESS:
        harness = &grader->harnesses[test->harness];
        if (index - harness->first_test >= harness->test_count || !is_step(&harness->step))
            abort();
        break;
    }
}

static void check_compat(const struct cupel_grader *grader)
{
    const struct cupel_grader_compat *compat = grader->compat;

    if (compat->autograder == NULL || !is_step(&compat->step) ||
        grader->intake.folder == NULL || !grader->scoring.scaled ||
        (compat->kind == CUPEL_FOREIGN_COURSERA) != (compat->part != NULL))
        abort();
}

static void check(const struct cupel_grader *grader)
{
    if (grader->name == NULL || grader->version == NULL || grader->intake.files == NULL ||
        (grader->test_count > 0) == (grader->compat != NULL))
        abort();
    if (grader->compat != NULL)
        check_compat(grader);
    for (size_t i = 0; i < grader->test_count; i++)
        check_test(grader, i);
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
    const struct cupel_definition_sources sources = {
        .policy = find_policy, .file = read_file, .files = read_files};
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
