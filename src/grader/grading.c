#include "grader/grading.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/document.h"
#include "cupel/score.h"
#include "cupel/text.h"
#include "grader/copies.h"
#include "grader/environment.h"

#define MESSAGE_MAX 4096

/* Skipped until they have run. */
static int prepare_steps(const struct cupel_grader *grader, struct cupel_result *result)
{
    for (size_t i = 0; i < grader->build_count; i++) {
        struct cupel_build_result *build = &result->builds[result->build_count++];
        if (cupel_copy_text(grader->builds[i].id, &build->id) < 0)
            return -ENOMEM;
    }
    for (size_t i = 0; i < grader->test_count; i++) {
        const struct cupel_grader_test *from = &grader->tests[i];
        struct cupel_test_result *test = &result->tests[result->test_count++];
        test->verdict = CUPEL_VERDICT_SKIPPED;
        test->max_score = from->points;
        test->visibility = from->visibility;
        if (cupel_copy_text(from->step.id, &test->id) < 0 ||
            cupel_copy_text(from->step.title, &test->title) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int copy_texts(char *const *texts, char ***ret)
{
    size_t count = 0;

    while (texts[count] != NULL)
        count++;
    char **copies = cupel_copy_room(count + 1, sizeof(*copies));
    if (copies == NULL)
        return -ENOMEM;
    *ret = copies; /* what is copied so far is freed with the result */
    for (size_t i = 0; i < count; i++) {
        if (cupel_copy_text(texts[i], &copies[i]) < 0)
            return -ENOMEM;
    }
    return 0;
}

static void mark_grouped(struct cupel_result *result, const char *id)
{
    for (size_t i = 0; i < result->test_count; i++) {
        if (strcmp(result->tests[i].id, id) == 0)
            result->tests[i].in_group = true;
    }
}

static int prepare_groups(const struct cupel_grader *grader, struct cupel_result *result)
{
    for (size_t i = 0; i < grader->group_count; i++) {
        const struct cupel_grader_group *from = &grader->groups[i];
        struct cupel_group_result *group = &result->groups[result->group_count++];
        group->max_score = from->points;
        if (cupel_copy_text(from->id, &group->id) < 0 ||
            copy_texts(from->tests, &group->tests) < 0)
            return -ENOMEM;
        for (char **test = group->tests; *test != NULL; test++)
            mark_grouped(result, *test);
    }
    return 0;
}

int cupel_grading_prepare(struct cupel_grading *grading)
{
    const struct cupel_grader *grader = grading->grader;
    struct cupel_result *result = grading->result;

    result->submission_files = CUPEL_UNKNOWN;
    result->submission_bytes = CUPEL_UNKNOWN;
    memcpy(result->grader_sha256, grader->sha256, sizeof(result->grader_sha256));
    result->builds = cupel_copy_room(grader->build_count, sizeof(*result->builds));
    result->tests = cupel_copy_room(grader->test_count, sizeof(*result->tests));
    result->groups = cupel_copy_room(grader->group_count, sizeof(*result->groups));
    if (cupel_copy_text(grader->name, &result->grader_name) < 0 ||
        cupel_copy_text(grader->version, &result->grader_version) < 0 ||
        result->builds == NULL || result->tests == NULL || result->groups == NULL)
        return -ENOMEM;
    int r = prepare_steps(grader, result);
    return r < 0 ? r : prepare_groups(grader, result);
}

int cupel_grading_stop(struct cupel_grading *grading, enum cupel_status status, const char *fmt,
                       ...)
{
    struct cupel_result *result = grading->result;
    char *text = NULL;
    va_list ap;

    if (result->status != CUPEL_STATUS_GRADED)
        return 0;
    result->status = status;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return -ENOMEM;
    /* Names of files need not be UTF-8, and errors may be cut within a character. */
    int r = cupel_text_clean(text, (size_t)n, MESSAGE_MAX, &result->message);
    free(text);
    return r;
}

/* The platform's failures come first: they may be gone when the job is done again. */
static int judge_status(struct cupel_grading *grading)
{
    const struct cupel_result *result = grading->result;
    const struct cupel_test_result *fault = NULL;

    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (test->verdict != CUPEL_VERDICT_ERROR)
            continue;
        if (test->run.status == CUPEL_RUN_SANDBOX_ERROR)
            return cupel_grading_stop(grading, CUPEL_STATUS_PLATFORM_ERROR, "test %s: %s",
                                      test->id, test->run.error);
        if (fault == NULL)
            fault = test;
    }
    if (fault == NULL)
        return 0;
    /* The learner reads this too, and must not learn what a hidden test runs. */
    return cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR, "test %s: %s", fault->id,
                              fault->visibility == CUPEL_VISIBLE
                                  ? fault->message
                                  : "its program could not be started");
}

int cupel_grading_finish(struct cupel_grading *grading)
{
    struct cupel_result *result = grading->result;

    for (size_t i = 0; i < result->group_count; i++)
        cupel_score_group(result, grading->grader->groups[i].rule, &result->groups[i]);
    cupel_score_total(result);
    return judge_status(grading);
}

int cupel_grading_request(const struct cupel_step *step, enum cupel_box_mode box,
                          struct cupel_run_request *request, char ***ret_environment)
{
    int r = cupel_environment_merge(cupel_environment_base,
                                    (const char *const *)step->environment, ret_environment);
    if (r < 0)
        return r;
    *request = (struct cupel_run_request){
        .argv = (const char *const *)step->argv,
        .environment = (const char *const *)*ret_environment,
        .policy = step->policy,
        .filter = &step->filters->enforce,
        .notify_filter = &step->filters->notify,
        .limits = step->limits,
        .box = box,
        .input = {.kind = CUPEL_INPUT_BYTES, .fd = -1},
    };
    return 0;
}

void cupel_grading_progress(struct cupel_grading *grading, const char *id,
                            const struct cupel_test_result *test)
{
    const struct cupel_grade_options *options = grading->options;
    const struct cupel_grader *grader = grading->grader;

    grading->steps_done++;
    if (options->progress != NULL)
        options->progress(options->owner, grading->steps_done,
                          grader->build_count + grader->test_count, id, test);
}

struct cupel_outcome cupel_grading_not_started(const struct cupel_step *step,
                                               const struct cupel_error *err)
{
    struct cupel_outcome outcome = {
        .status = CUPEL_RUN_SANDBOX_ERROR,
        .memory_peak_bytes = CUPEL_UNKNOWN,
        .processes_peak = CUPEL_UNKNOWN,
        .limits = step->limits,
    };

    (void)snprintf(outcome.error, sizeof(outcome.error), "%s", err->text);
    return outcome;
}

static bool is_in_box(const char *path, size_t length)
{
    return length == 0 || path[0] != '/' ||
           (length >= 4 && strncmp(path, "/box", 4) == 0 && (length == 4 || path[4] == '/'));
}

/* An entry of PATH that leads into the box makes a bare name the learner's as well. */
static bool path_holds_box(const char *path)
{
    for (;;) {
        size_t length = strcspn(path, ":");
        if (is_in_box(path, length))
            return true;
        if (path[length] == '\0')
            return false;
        path += length + 1;
    }
}

bool cupel_grading_blames_grader(const struct cupel_step *step,
                                 const struct cupel_outcome *outcome)
{
    const char *program = step->argv[0];

    if (outcome->exec_errno == 0)
        return false;
    if (strchr(program, '/') != NULL)
        return !is_in_box(program, strlen(program));
    const char *path = cupel_environment_get((const char *const *)step->environment, "PATH");
    return path == NULL || !path_holds_box(path);
}

char *cupel_grading_explain_exec(const struct cupel_step *step,
                                 const struct cupel_outcome *outcome)
{
    const char *why = strerrordesc_np(outcome->exec_errno);
    char *text = NULL;

    if (asprintf(&text, "%s could not be started: %s", step->argv[0],
                 why != NULL ? why : "unknown error") < 0)
        return NULL;
    return text;
}
