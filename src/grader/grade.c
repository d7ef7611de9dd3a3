#include "cupel/grade.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "cupel/submission.h"
#include "grader/compat.h"
#include "grader/grading.h"
#include "grader/plan.h"

/* What a host says that does not let us make namespaces or mounts. */
static bool is_refusal(int code)
{
    return code == -EPERM || code == -EACCES || code == -ENOSYS;
}

/* It makes its namespaces while the caller does other things. */
static int start_cell(struct cupel_grading *grading, const struct cupel_cell_plan *plan,
                      struct cupel_cell **ret, struct cupel_error *err)
{
    int r = cupel_cell_start(grading->options->cell_path, NULL, ret, err);
    return r == 0 ? cupel_cell_set_up(*ret, &plan->options, err) : r;
}

static int await_cell(struct cupel_cell *cell, struct cupel_error *err)
{
    struct cupel_error why = {0};

    int r = cupel_cell_wait(cell, &why);
    return r < 0 ? cupel_fail(err, is_refusal(r) ? -ENOTSUP : r, "%s", why.text) : 0;
}

static int start_cells(struct cupel_grading *grading, const struct cupel_plan *plan,
                       struct cupel_error *err)
{
    unsigned available = cupel_plan_layers(grading->options->cgroup);

    /* Only a cell tells of Landlock; what else is missing shows without one. */
    int r = cupel_plan_check_layers(plan->require, available | 1U << CUPEL_LAYER_LANDLOCK, err);
    if (r == 0)
        r = start_cell(grading, &plan->learner, &grading->cell, err);
    if (r == 0 && plan->has_judge)
        r = start_cell(grading, &plan->judge, &grading->judge_cell, err);
    return r;
}

static int await_learners_cell(struct cupel_grading *grading, const struct cupel_plan *plan,
                               struct cupel_error *err)
{
    unsigned available = cupel_plan_layers(grading->options->cgroup);

    int r = await_cell(grading->cell, err);
    if (r < 0)
        return r;
    if (cupel_cell_landlock_abi(grading->cell) > 0)
        available |= 1U << CUPEL_LAYER_LANDLOCK;
    return cupel_plan_check_layers(plan->require, available, err);
}

/* Move what the result tells of the submission there. */
static int take_submission(struct cupel_grading *grading, struct cupel_submission *submission)
{
    struct cupel_result *result = grading->result;

    result->warnings = submission->warnings;
    submission->warnings = NULL;
    if (submission->rejected)
        return cupel_grading_stop(grading, CUPEL_STATUS_REJECTED, "%s",
                                  submission->reason != NULL ? submission->reason
                                                             : "not readable");
    memcpy(result->submission_sha256, submission->sha256, sizeof(result->submission_sha256));
    result->submission_files = submission->files;
    result->submission_bytes = submission->bytes;
    return 0;
}

/* The submission, packed for cupel-unpack, or why it could not be. */
struct packed {
    int fd;
    struct cupel_error failure; /* code 0: none */
};

static struct packed pack(const struct cupel_grading *grading)
{
    const struct cupel_grade_options *options = grading->options;
    struct packed packed = {.fd = -1};

    packed.failure.code =
        cupel_submission_pack(options->submission, options->input_fd, &grading->grader->intake,
                              &packed.fd, &packed.failure);
    return packed;
}

static int unpack(struct cupel_grading *grading, const struct packed *packed,
                  struct cupel_error *err)
{
    const struct cupel_error *failure = &packed->failure;
    struct cupel_submission submission = {0};

    if (failure->code < 0 && cupel_is_shortage(failure->code)) /* or it was changed meanwhile */
        return cupel_fail(err, failure->code, "%s", failure->text);
    if (failure->code < 0)
        return cupel_grading_stop(grading, CUPEL_STATUS_REJECTED, "%s", failure->text);
    int r = cupel_submission_unpack(grading->cell, packed->fd, grading->grader,
                                    &grading->grader->intake, &submission, err);
    if (r == 0)
        r = take_submission(grading, &submission);
    cupel_submission_clear(&submission);
    return r;
}

/* The judge's cell is filled no sooner than it is needed. */
static int build_judge(struct cupel_grading *grading, struct cupel_error *err)
{
    if (grading->judge_cell == NULL)
        return 0;
    int r = await_cell(grading->judge_cell, err);
    return r == 0 ? cupel_grading_build_judge(grading, err) : r;
}

static int run_steps(struct cupel_grading *grading, const struct cupel_plan *plan,
                     struct cupel_error *err)
{
    bool built = false;

    if (grading->grader->compat != NULL)
        return cupel_compat_grade(grading, err);
    int r = cupel_grading_build(grading, &built, err);
    if (r < 0)
        return r;
    cupel_keep_box(&grading->keep, cupel_cell_box_fd(grading->cell));
    if (!built)
        return 0;
    r = build_judge(grading, err);
    if (r < 0 || grading->result->status != CUPEL_STATUS_GRADED)
        return r;
    return cupel_grading_test(grading, plan->jobs, plan->learner.options.lanes, err);
}

/* The submission is packed while the cells set themselves up; that a cell failed is told
 * first. */
static int fill_cell(struct cupel_grading *grading, const struct cupel_plan *plan,
                     struct cupel_error *err)
{
    struct packed packed = pack(grading);

    int r = await_learners_cell(grading, plan, err);
    if (r == 0 && grading->grader->compat != NULL)
        r = cupel_compat_prepare(grading, err);
    if (r == 0 && grading->result->status == CUPEL_STATUS_GRADED)
        r = unpack(grading, &packed, err);
    cupel_close_p(&packed.fd);
    return r;
}

/* 0, also if the status was set; -ENOTSUP; -errno: the platform's fault. */
static int grade(struct cupel_grading *grading, const struct cupel_plan *plan,
                 struct cupel_error *err)
{
    int r = start_cells(grading, plan, err);
    if (r == 0)
        r = fill_cell(grading, plan, err);
    if (r == 0 && grading->result->status == CUPEL_STATUS_GRADED)
        r = run_steps(grading, plan, err);
    cupel_cell_free(grading->cell);
    cupel_cell_free(grading->judge_cell);
    grading->cell = NULL;
    grading->judge_cell = NULL;
    return r;
}

static int grade_and_score(struct cupel_grading *grading, struct cupel_error *err)
{
    struct cupel_plan plan = {0};
    struct cupel_error why = {0};

    int r = cupel_plan_make(grading->grader, grading->options, &plan);
    if (r == 0)
        r = cupel_grading_prepare(grading);
    if (r < 0) {
        cupel_plan_clear(&plan);
        return cupel_fail(err, r, "out of memory");
    }
    r = grade(grading, &plan, &why);
    cupel_plan_clear(&plan);
    if (r == -ENOTSUP)
        return cupel_fail(err, r, "%s", why.text);
    if (r < 0)
        r = cupel_grading_stop(grading, CUPEL_STATUS_PLATFORM_ERROR, "%s",
                               why.text[0] != '\0' ? why.text : strerrordesc_np(-r));
    if (r == 0 && grading->grader->compat == NULL)
        r = cupel_grading_finish(grading);
    if (r == 0 && grading->keep.error.code < 0)
        r = cupel_grading_stop(grading, CUPEL_STATUS_PLATFORM_ERROR, "%s",
                               grading->keep.error.text);
    return r < 0 ? cupel_fail(err, r, "out of memory") : 0;
}

int cupel_grade(const struct cupel_grader *grader, const struct cupel_grade_options *options,
                struct cupel_result *ret, struct cupel_error *err)
{
    uint64_t started_ns = base_now_ns();
    struct cupel_result result = {0};
    struct cupel_grading grading = {.grader = grader, .options = options, .result = &result};

    (void)clock_gettime(CLOCK_REALTIME, &result.started_at);
    int r = cupel_keep_open(options->keep, &grading.keep, err);
    if (r < 0)
        return r;
    r = grade_and_score(&grading, err);
    cupel_keep_close(&grading.keep);
    if (r < 0) {
        cupel_result_clear(&result);
        return r;
    }
    result.wall_ns = base_now_ns() - started_ns;
    *ret = result;
    return 0;
}
