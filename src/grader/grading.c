#include "grader/grading.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/document.h"
#include "cupel/text.h"
#include "grader/environment.h"

#define MESSAGE_MAX 4096

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
    size_t total = grader->build_count + grader->test_count;

    if (grading->judge_cell != NULL)
        total += grader->judge_build_count;
    grading->steps_done++;
    if (options->progress != NULL)
        options->progress(options->owner, grading->steps_done, total, id, test);
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
