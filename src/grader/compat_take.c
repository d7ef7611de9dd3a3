/*
 * How an autograder has ended, and whose fault that is.
 *
 * A limit that ends it is taken for the learner's doing: the learner's code is all that differs
 * from one grading to the next. A result file that is missing or invalid is the autograder's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/text.h"
#include "grader/compat.h"
#include "grader/copies.h"

#define FEEDBACK_MAX ((size_t)1 << 20)

/* Of a file that could not be read, or not be understood. */
static int blame_file(struct cupel_grading *grading, const char *name, int code,
                      const char *why)
{
    struct cupel_harness_result *harness = &grading->result->harnesses[0];
    const struct cupel_step *step = &grading->grader->compat->step;
    CUPEL_AUTO_FREE char *end = NULL;
    int n;

    if (compat_describe(step, &harness->run, &end) < 0)
        return -ENOMEM;
    if (code == -ENOENT)
        n = asprintf(&harness->message, "the autograder wrote no %s; it %s", name, end);
    else if (code == -ELOOP)
        n = asprintf(&harness->message, "the autograder's %s is a link, or behind one", name);
    else if (code == -EINVAL && why == NULL)
        n = asprintf(&harness->message, "the autograder's %s is not a regular file", name);
    else if (code == -EFBIG)
        n = asprintf(&harness->message, "the autograder's %s is too large", name);
    else
        n = asprintf(&harness->message, "the autograder's %s: %s", name,
                     why != NULL ? why : strerrordesc_np(-code));
    if (n < 0) {
        harness->message = NULL;
        return -ENOMEM;
    }
    return cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR, "%s", harness->message);
}

static size_t most_bytes(const struct cupel_grader_compat *compat)
{
    return compat->kind == CUPEL_FOREIGN_PRAIRIELEARN ? CUPEL_FOREIGN_PRAIRIELEARN_BYTES_MAX
                                                      : CUPEL_FOREIGN_BYTES_MAX;
}

/* Coursera's rich feedback; NULL in *ret where there is none. */
static int read_more(struct cupel_grading *grading, enum cupel_foreign_more more, char **ret)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    if (more == CUPEL_FOREIGN_NO_MORE)
        return 0;
    int r = cupel_path_read_beneath(cupel_cell_box_fd(grading->cell),
                                    more == CUPEL_FOREIGN_MORE_HTML ? "shared/htmlFeedback.html"
                                                                    : "shared/txtFeedback.txt",
                                    FEEDBACK_MAX, &text, &len, NULL);
    if (r < 0)
        return r == -ENOMEM ? r : 0; /* the feedback proper is there */
    return cupel_text_clean(text, len, CUPEL_FOREIGN_TEXT_MAX, ret);
}

/* What the file says for learners to read, of no test in particular. */
static int take_output_of_file(struct cupel_grading *grading,
                               const struct cupel_foreign *foreign)
{
    struct cupel_result *result = grading->result;
    bool shown = foreign->visibility == CUPEL_FOREIGN_VISIBLE;
    const char *message =
        grading->grader->compat->kind == CUPEL_FOREIGN_PRAIRIELEARN ? foreign->message : NULL;

    result->harnesses[0].withheld = foreign->stdout_visibility != CUPEL_FOREIGN_VISIBLE;
    if (!shown || (message == NULL && foreign->output == NULL))
        return 0;
    free(result->builds);
    result->builds = cupel_copy_room(1, sizeof(*result->builds));
    if (result->builds == NULL)
        return -ENOMEM;
    result->build_count = 1;
    struct cupel_build_result *build = &result->builds[0];
    build->passed = true; /* its run is the harness's, whose figures tell of hidden tests */
    if (cupel_copy_text(CUPEL_COMPAT_ID, &build->id) < 0 ||
        asprintf(&build->output, "%s%s%s", message != NULL ? message : "",
                 message != NULL && foreign->output != NULL ? "\n" : "",
                 foreign->output != NULL ? foreign->output : "") < 0)
        return -ENOMEM;
    return 0;
}

static int take_foreign(struct cupel_grading *grading, const struct cupel_foreign *foreign)
{
    const char *message = foreign->message != NULL ? foreign->message : "no reason is given";
    CUPEL_AUTO_FREE char *more = NULL;

    if (foreign->outcome == CUPEL_FOREIGN_NOT_GRADABLE)
        return cupel_grading_stop(grading, CUPEL_STATUS_REJECTED, "%s", message);
    if (foreign->outcome == CUPEL_FOREIGN_BROKEN)
        return cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR,
                                  "the autograder says that it did not succeed: %s", message);
    grading->result->harnesses[0].passed = true;
    int r = read_more(grading, foreign->more, &more);
    if (r == 0)
        r = take_output_of_file(grading, foreign);
    return r == 0 ? compat_fill_result(grading, foreign, more) : r;
}

static int take_file(struct cupel_grading *grading)
{
    const struct cupel_grader_compat *compat = grading->grader->compat;
    const char *path = cupel_compat_layout(compat)->result;
    const char *name = strchr(path, '/') + 1;
    CUPEL_AUTO_FREE char *text = NULL;
    struct cupel_foreign foreign = {0};
    struct cupel_error err = {0};
    size_t len = 0;

    int r = cupel_path_read_beneath(cupel_cell_box_fd(grading->cell), path, most_bytes(compat),
                                    &text, &len, NULL);
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return blame_file(grading, name, r, NULL);
    r = cupel_foreign_read(compat->kind, text, len, &foreign, &err);
    if (r == -EINVAL)
        return blame_file(grading, name, r, err.text);
    if (r == 0)
        r = take_foreign(grading, &foreign);
    cupel_foreign_clear(&foreign);
    return r;
}

int compat_take_end(struct cupel_grading *grading)
{
    const struct cupel_grader_compat *compat = grading->grader->compat;
    struct cupel_harness_result *harness = &grading->result->harnesses[0];
    const struct cupel_outcome *run = &harness->run;
    bool failed = run->status == CUPEL_RUN_SIGNALED || run->exit_code != 0;

    if (run->status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_grading_stop(grading, CUPEL_STATUS_PLATFORM_ERROR, "the autograder: %s",
                                  run->error);
    if (run->status == CUPEL_RUN_LIMIT)
        return compat_fill_ended(grading, run);
    if (run->exec_errno == 0 && !(compat->kind == CUPEL_FOREIGN_COURSERA && failed))
        return take_file(grading);
    int r = compat_describe(&compat->step, run, &harness->message);
    return r < 0 ? r
                 : cupel_grading_stop(grading, CUPEL_STATUS_GRADER_ERROR, "the autograder %s",
                                      harness->message);
}
