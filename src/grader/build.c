/* Build steps: one after the other in the box itself, the learner's or the judge's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/document.h"
#include "cupel/score.h"
#include "cupel/submission.h"
#include "grader/capture.h"
#include "grader/grading.h"
#include "grader/plan.h"
#include "grader/samples.h"

static void keep_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    (void)stream;
    cupel_capture_add(owner, bytes, len);
}

static int run_step(struct cupel_cell *cell, const struct cupel_step *step,
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
    r = cupel_run_wait(cell, 0, &request, ret, &err);
    if (r < 0)
        *ret = cupel_grading_not_started(step, &err);
    /* A step may have closed the box to its owner, whom the next one is and we may be. */
    (void)fchmod(cupel_cell_box_fd(cell), 0755);
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

/* A failure of the host, of a program of the host's that the grader names, or of a step that is
 * staff's as a whole. */
static int blame(struct cupel_grading *grading, bool is_judges, const struct cupel_step *step,
                 const struct cupel_build_result *build)
{
    const char *whose = is_judges ? "the judge's " : "";

    if (build->run.status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_grading_stop(grading, CUPEL_STATUS_PLATFORM_ERROR, "%sbuild step %s: %s",
                                  whose, step->id, build->run.error);
    if (is_judges || cupel_grading_blames_grader(step, &build->run))
        return cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR, "%sbuild step %s: %s",
                                  whose, step->id, build->message);
    return 0;
}

static int build_step(struct cupel_grading *grading, bool is_judges,
                      const struct cupel_step *step, struct cupel_capture *capture,
                      struct cupel_build_result *build)
{
    static const struct cupel_capture nothing;

    cupel_capture_reset(capture);
    int r =
        run_step(is_judges ? grading->judge_cell : grading->cell, step, capture, &build->run);
    if (r == 0)
        r = cupel_capture_text(capture, &nothing, &build->output);
    if (r < 0)
        return r;
    build->ran = true;
    build->passed = build->run.status == CUPEL_RUN_EXITED && build->run.exit_code == 0;
    if (!build->passed) {
        r = explain(step, &build->run, &build->message);
        if (r == 0)
            r = blame(grading, is_judges, step, build);
    }
    cupel_grading_progress(grading, step->id, NULL);
    return r;
}

static int build_all(struct cupel_grading *grading, bool is_judges,
                     const struct cupel_step *steps, size_t count,
                     struct cupel_build_result *builds, const char **ret_failed)
{
    CUPEL_AUTO_FREE struct cupel_capture *capture = malloc(sizeof(*capture));
    int r = capture != NULL ? 0 : -ENOMEM;

    *ret_failed = NULL;
    for (size_t i = 0; r == 0 && *ret_failed == NULL && i < count; i++) {
        r = build_step(grading, is_judges, &steps[i], capture, &builds[i]);
        if (!builds[i].passed)
            *ret_failed = builds[i].id;
    }
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
    const char *failed;

    int r = build_all(grading, false, grader->builds, grader->build_count,
                      grading->result->builds, &failed);
    /* A failure of the host's, or of the grader's, is no failure of the submission's. */
    if (r == 0 && failed != NULL && grading->result->status == CUPEL_STATUS_GRADED)
        r = skip_tests(grading->result, failed);
    if (r < 0)
        return cupel_fail(err, r, "build: %s", strerrordesc_np(-r));
    *ret_passed = failed == NULL;
    return 0;
}

/* The grader's folder comes to the judge as a submission does. */
static int fill_judge(struct cupel_grading *grading, struct cupel_error *err)
{
    const struct cupel_grader *grader = grading->grader;
    struct cupel_submission files = {0};
    CUPEL_AUTO_FD packed_fd = -1;

    int r = cupel_submission_pack_folder(grader->folder_fd, CUPEL_SAMPLES_FOLDER,
                                         &cupel_plan_judge_intake, &packed_fd, err);
    if (r == 0)
        r = cupel_submission_unpack(grading->judge_cell, packed_fd, grader,
                                    &cupel_plan_judge_intake, &files, err);
    if (r == 0 && files.rejected)
        r = cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR,
                               "the grader's folder cannot be copied for the judge: %s",
                               files.reason);
    cupel_submission_clear(&files);
    return r;
}

int cupel_grading_build_judge(struct cupel_grading *grading, struct cupel_error *err)
{
    const struct cupel_grader *grader = grading->grader;
    const char *failed;

    int r = fill_judge(grading, err);
    if (r < 0 || grading->result->status != CUPEL_STATUS_GRADED)
        return r;
    r = build_all(grading, true, grader->judge_builds, grader->judge_build_count,
                  grading->result->judge_builds, &failed);
    return r < 0 ? cupel_fail(err, r, "the judge's build: %s", strerrordesc_np(-r)) : 0;
}
