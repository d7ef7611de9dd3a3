/*
 * The runs of an autograder, one after the other in the box.
 *
 * setup.sh is run without network and before the submission is there: what it makes in
 * /autograder is there for the autograder, and it can make nothing elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/document.h"
#include "cupel/run.h"
#include "cupel/score.h"
#include "grader/capture.h"
#include "grader/compat.h"
#include "grader/copies.h"
#include "grader/environment.h"

#define SETUP_ID "setup"

/* What a run has written, by enum cupel_stream. */
struct said {
    struct cupel_capture streams[2];
};

static void take_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct said *said = owner;

    cupel_capture_add(&said->streams[stream], bytes, len);
}

static int run_step(struct cupel_grading *grading, const struct cupel_step *step,
                    struct said *said, struct cupel_outcome *ret)
{
    struct cupel_run_request request;
    struct cupel_error err = {0};
    char **environment = NULL;

    cupel_capture_reset(&said->streams[CUPEL_STDOUT]);
    cupel_capture_reset(&said->streams[CUPEL_STDERR]);
    int r = cupel_grading_request(step, CUPEL_BOX_DIRECT, &request, &environment);
    if (r < 0)
        return r;
    request.chdir = cupel_compat_layout(grading->grader->compat)->chdir;
    request.output = take_output;
    request.owner = said;
    r = cupel_run_wait(grading->cell, 0, &request, ret, &err);
    if (r < 0)
        *ret = cupel_grading_not_started(step, &err);
    (void)fchmod(cupel_cell_box_fd(grading->cell), 0755); /* as behind a build step */
    cupel_strings_free(environment);
    return 0;
}

static int output_of(const struct said *said, char **ret)
{
    return cupel_capture_text(&said->streams[CUPEL_STDOUT], &said->streams[CUPEL_STDERR], ret);
}

int compat_describe(const struct cupel_step *step, const struct cupel_outcome *run, char **ret)
{
    if (run->exec_errno != 0)
        *ret = cupel_grading_explain_exec(step, run);
    else if (run->status != CUPEL_RUN_EXITED)
        return cupel_score_explain(run, ret);
    else if (asprintf(ret, "exited with %d", run->exit_code) < 0)
        *ret = NULL;
    return *ret != NULL ? 0 : -ENOMEM;
}

int compat_add_setup(struct cupel_result *result)
{
    free(result->judge_builds);
    result->judge_builds = cupel_copy_room(1, sizeof(*result->judge_builds));
    if (result->judge_builds == NULL)
        return -ENOMEM;
    result->judge_build_count = 1;
    result->judge_builds[0].passed = true;
    return cupel_copy_text(SETUP_ID, &result->judge_builds[0].id);
}

/* setup.sh as a step of the judge's, which staff alone see. */
static int take_setup(struct cupel_grading *grading, const struct cupel_step *step,
                      const struct said *said, const struct cupel_outcome *run)
{
    struct cupel_result *result = grading->result;

    int r = compat_add_setup(result);
    if (r < 0)
        return r;
    struct cupel_build_result *build = &result->judge_builds[0];
    build->ran = true;
    build->run = *run;
    build->passed = run->status == CUPEL_RUN_EXITED && run->exit_code == 0;
    r = output_of(said, &build->output);
    if (r < 0 || build->passed)
        return r;
    r = compat_describe(step, run, &build->message);
    if (r < 0)
        return r;
    if (run->status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_grading_stop(grading, CUPEL_STATUS_PLATFORM_ERROR, "setup.sh: %s",
                                  run->error);
    return cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR,
                              "setup.sh: %s; it has no network and cannot change the system: "
                              "install on this host what it asks for, and say "
                              "\"setup\": false",
                              build->message);
}

int compat_set_up(struct cupel_grading *grading, struct cupel_error *err)
{
    static char id[] = SETUP_ID;
    static char bash[] = "bash";
    static char script[] = "/" CUPEL_COMPAT_SETUP;
    char *argv[] = {bash, script, NULL};
    CUPEL_AUTO_FREE struct said *said = malloc(sizeof(*said));
    struct cupel_step step = grading->grader->compat->step;
    struct cupel_outcome run = {0};
    struct stat st;

    if (said == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    if (fstatat(cupel_cell_box_fd(grading->cell), CUPEL_COMPAT_SETUP, &st,
                AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    step.id = id;
    step.argv = argv;
    int r = run_step(grading, &step, said, &run);
    if (r == 0)
        r = take_setup(grading, &step, said, &run);
    if (r == 0 && grading->result->status == CUPEL_STATUS_GRADED)
        compat_keep(grading);
    return r < 0 ? cupel_fail(err, r, "setup.sh: %s", strerrordesc_np(-r)) : 0;
}

/* Coursera's three variables in front of the grader's own. */
static int environment_of(struct cupel_grading *grading, char ***ret, struct cupel_error *err)
{
    const struct cupel_grader_compat *compat = grading->grader->compat;
    CUPEL_AUTO_FREE char *name = NULL;
    CUPEL_AUTO_FREE char *part = NULL;
    CUPEL_AUTO_FREE char *filename = NULL;
    static char user[] = "userId=1";

    int r = compat_first_file(cupel_cell_box_fd(grading->cell),
                              cupel_compat_layout(compat)->submission, &name, err);
    if (r < 0)
        return r;
    if (asprintf(&part, "partId=%s", compat->part) < 0) {
        part = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    if (asprintf(&filename, "filename=%s", name != NULL ? name : "") < 0) {
        filename = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    const char *const theirs[] = {part, user, filename, NULL};
    r = cupel_environment_merge(theirs, (const char *const *)compat->step.environment, ret);
    return r < 0 ? cupel_fail(err, r, "out of memory") : 0;
}

static int run_autograder(struct cupel_grading *grading, struct said *said,
                          struct cupel_outcome *ret, struct cupel_error *err)
{
    struct cupel_step step = grading->grader->compat->step;
    char **environment = NULL;
    int r = 0;

    if (grading->grader->compat->kind == CUPEL_FOREIGN_COURSERA) {
        r = environment_of(grading, &environment, err);
        if (r == 0)
            r = compat_make_read_only(cupel_cell_box_fd(grading->cell),
                                      cupel_compat_layout(grading->grader->compat)->submission,
                                      err);
        step.environment = environment;
    }
    if (r == 0)
        r = run_step(grading, &step, said, ret);
    cupel_strings_free(environment);
    return r;
}

/* The run as a harness of the result, and as a step with what learners may read of it. */
static int take_run(struct cupel_grading *grading, const struct said *said,
                    const struct cupel_outcome *run)
{
    struct cupel_result *result = grading->result;

    free(result->harnesses);
    result->harnesses = cupel_copy_room(1, sizeof(*result->harnesses));
    if (result->harnesses == NULL)
        return -ENOMEM;
    result->harness_count = 1;
    struct cupel_harness_result *harness = &result->harnesses[0];
    harness->in_process = true;
    harness->ran = true;
    harness->withheld = true; /* until its file says otherwise */
    harness->run = *run;
    int r = cupel_copy_text(CUPEL_COMPAT_ID, &harness->id);
    return r == 0 ? output_of(said, &harness->output) : r;
}

int cupel_compat_grade(struct cupel_grading *grading, struct cupel_error *err)
{
    CUPEL_AUTO_FREE struct said *said = malloc(sizeof(*said));
    struct cupel_outcome run = {0};

    if (said == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    int r = run_autograder(grading, said, &run, err);
    if (r == 0)
        r = take_run(grading, said, &run);
    if (r == 0)
        r = compat_take_end(grading);
    cupel_keep_box(&grading->keep, cupel_cell_box_fd(grading->cell));
    cupel_keep_test(&grading->keep, CUPEL_COMPAT_ID, &said->streams[CUPEL_STDOUT],
                    &said->streams[CUPEL_STDERR]);
    return r < 0 ? cupel_fail(err, r, "the autograder: %s", strerrordesc_np(-r)) : 0;
}
