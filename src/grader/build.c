/* Build steps: one after the other in the box itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/document.h"
#include "cupel/score.h"
#include "grader/capture.h"
#include "grader/grading.h"

static void keep_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    (void)stream;
    cupel_capture_add(owner, bytes, len);
}

static int run_step(struct cupel_grading *grading, const struct cupel_step *step,
                    struct cupel_capture *capture, struct cupel_outcome *ret)
{
    struct cupel_run_request request;
    struct cupel_error err = {0};
    char **environment = NULL;

    int r = cupel_grading_request(step, CUPEL_BOX_DIRECT, &request, &environment);
    if (r < 0)
        return r;
    request.output = keep_output;
    request.owner = capture;
    r = cupel_run_wait(grading->cell, 0, &request, ret, &err);
    if (r < 0)
        *ret = cupel_grading_not_started(step, &err);
    /* A step may have closed the box to its owner, whom the next one is and we may be. */
    (void)fchmod(cupel_cell_box_fd(grading->cell), 0755);
    cupel_strings_free(environment);
    return 0;
}

/* Why a step did not pass. */
static int explain(const struct cupel_step *step, const struct cupel_outcome *run, char **ret)
{
    if (run->exec_errno != 0)
        *ret = cupel_grading_explain_exec(step, run);
    else if (run->status != CUPEL_RUN_EXITED)
        return cupel_score_explain(run, ret);
    else if (asprintf(ret, "exited with status %d", run->exit_code) < 0)
        *ret = NULL;
    else
        return cupel_score_add_killed(run, ret);
    return *ret != NULL ? 0 : -ENOMEM;
}

/* A failure of the host, or of a program of the host's that the grader names. */
static int blame(struct cupel_grading *grading, const struct cupel_step *step,
                 const struct cupel_build_result *build)
{
    if (build->run.status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_grading_stop(grading, CUPEL_STATUS_PLATFORM_ERROR, "build step %s: %s",
                                  step->id, build->run.error);
    if (cupel_grading_blames_grader(step, &build->run))
        return cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR, "build step %s: %s",
                                  step->id, build->message);
    return 0;
}

static int build_step(struct cupel_grading *grading, const struct cupel_step *step,
                      struct cupel_capture *capture, struct cupel_build_result *build)
{
    static const struct cupel_capture nothing;

    cupel_capture_reset(capture);
    int r = run_step(grading, step, capture, &build->run);
    if (r == 0)
        r = cupel_capture_text(capture, &nothing, &build->output);
    if (r < 0)
        return r;
    build->ran = true;
    build->passed = build->run.status == CUPEL_RUN_EXITED && build->run.exit_code == 0;
    if (!build->passed) {
        r = explain(step, &build->run, &build->message);
        if (r == 0)
            r = blame(grading, step, build);
    }
    cupel_grading_progress(grading, step->id, NULL);
    return r;
}

static int skip_tests(struct cupel_result *result, const char *step)
{
    for (size_t i = 0; i < result->test_count; i++) {
        struct cupel_test_result *test = &result->tests[i];
        test->reason = CUPEL_REASON_BUILD_FAILED;
        if (asprintf(&test->message, "not run: the build step %s failed", step) < 0) {
            test->message = NULL;
            return -ENOMEM;
        }
    }
    return 0;
}

int cupel_grading_build(struct cupel_grading *grading, bool *ret_passed,
                        struct cupel_error *err)
{
    const struct cupel_grader *grader = grading->grader;
    CUPEL_AUTO_FREE struct cupel_capture *capture = malloc(sizeof(*capture));
    bool passed = true;
    int r = capture != NULL ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && passed && i < grader->build_count; i++) {
        struct cupel_build_result *build = &grading->result->builds[i];
        r = build_step(grading, &grader->builds[i], capture, build);
        passed = build->passed;
        if (r == 0 && !passed)
            r = skip_tests(grading->result, build->id);
    }
    if (r < 0)
        return cupel_fail(err, r, "build: %s", strerrordesc_np(-r));
    *ret_passed = passed;
    return 0;
}
