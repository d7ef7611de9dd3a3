/* One grading at work: what its stages share. Internal to src/grader. */
#ifndef CUPEL_GRADER_GRADING_H
#define CUPEL_GRADER_GRADING_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/cell.h"
#include "cupel/error.h"
#include "cupel/grade.h"
#include "cupel/run.h"
#include "grader/keep.h"

struct cupel_grading {
    const struct cupel_grader *grader;
    const struct cupel_grade_options *options;
    struct cupel_result *result;
    struct cupel_cell *cell;
    struct cupel_cell *judge_cell; /* NULL: no test needs one */
    struct cupel_keep keep;
    size_t steps_done;
};

/* Results of all steps, as if none had run. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_grading_prepare(struct cupel_grading *grading);

/* Groups, total, and the status that follows from the tests, unless it is set already. */
CUPEL_MUST_CHECK int cupel_grading_finish(struct cupel_grading *grading);

/* Set status and message; the first word stands. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_grading_stop(struct cupel_grading *grading, enum cupel_status status,
                                        const char *fmt, ...) CUPEL_PRINTF(3, 4);

/* Run the build steps in order; the first that fails ends it, and the tests are then skipped.
 * Returns 0 also if the status was set (cupel_grading_stop()); -errno: the platform's fault. */
CUPEL_MUST_CHECK int cupel_grading_build(struct cupel_grading *grading, bool *ret_passed,
                                         struct cupel_error *err);

/* Put the grader's files into the judge's cell and run the build steps there. As above; what
 * fails is the grader's or the platform's fault, and sets the status. */
CUPEL_MUST_CHECK int cupel_grading_build_judge(struct cupel_grading *grading,
                                               struct cupel_error *err);

/* Run the tests, so many at the same time; lanes: those of the learner's cell, for them and for
 * what harnesses start. As above. */
CUPEL_MUST_CHECK int cupel_grading_test(struct cupel_grading *grading, unsigned jobs,
                                        unsigned lanes, struct cupel_error *err);

/* Fill request for a step but for input, output and owner. *ret_environment (borrowed by the
 * request) is freed with cupel_strings_free(). Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_grading_request(const struct cupel_step *step,
                                           enum cupel_box_mode box,
                                           struct cupel_run_request *request,
                                           char ***ret_environment);

/* Count a step as done and tell options->progress. */
void cupel_grading_progress(struct cupel_grading *grading, const char *id,
                            const struct cupel_test_result *test);

/* The outcome of a run that could not be started. */
struct cupel_outcome cupel_grading_not_started(const struct cupel_step *step,
                                               const struct cupel_error *err);

/*
 * Whose program could not be executed? The grader's, if it names one of the host's: a bare name
 * that is looked up outside of the box, or an absolute path outside of it. A path in the box is
 * the learner's, whose build was to make it. outcome->exec_errno is not 0.
 */
bool cupel_grading_blames_grader(const struct cupel_step *step,
                                 const struct cupel_outcome *outcome);

/* "python3 could not be started: No such file or directory"; NULL if memory ran out. */
char *cupel_grading_explain_exec(const struct cupel_step *step,
                                 const struct cupel_outcome *outcome);

#endif
