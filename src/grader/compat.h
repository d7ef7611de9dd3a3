/*
 * Autograders of other systems, run as they are. Internal to src/grader.
 *
 * The autograder is unpacked into the box as a submission is, beside the submission, and seen
 * at the paths that it knows (aliases of the cell). One run, in the box itself, builds, tests
 * and judges; the result file is read when every process of it is dead. Learner's code runs
 * beside the judge: what the file says can be forged, and the result says so.
 */
#ifndef CUPEL_GRADER_COMPAT_H
#define CUPEL_GRADER_COMPAT_H

#include <jansson.h>

#include "cupel/cell.h"
#include "cupel/error.h"
#include "cupel/foreign.h"
#include "cupel/grader.h"
#include "grader/grading.h"

/* Of the run, where a result tells of it. */
#define CUPEL_COMPAT_ID             "autograder"
#define CUPEL_COMPAT_RUN_AUTOGRADER "/autograder/run_autograder"
#define CUPEL_COMPAT_SETUP          "autograder/source/setup.sh" /* below the box */

/* Paths are below the box. */
struct cupel_compat_layout {
    struct cupel_cell_alias aliases[2];
    size_t alias_count;
    const char *autograder; /* where it is unpacked */
    const char *submission;
    const char *folders[2]; /* that there are as well; NULL-terminated */
    const char *metadata;   /* NULL: none */
    const char *result;
    const char *chdir; /* of the run, as it sees it */
};

const struct cupel_compat_layout *cupel_compat_layout(const struct cupel_grader_compat *compat);

/* An autograder as it may be; the folder is set in a copy of this. */
extern const struct cupel_intake cupel_compat_intake;

/* Aliases, and room for the autograder, of the only cell of a grader with a compat. */
void cupel_compat_plan(const struct cupel_grader *grader, struct cupel_cell_options *cell);

/* Put the autograder into the box, before the submission comes. Returns 0 also if the status
 * was set (cupel_grading_stop()); -errno with err: the platform's fault. */
CUPEL_MUST_CHECK int cupel_compat_prepare(struct cupel_grading *grading,
                                          struct cupel_error *err);

/* Run it on the submission, and fill the result, with its totals. As above. */
CUPEL_MUST_CHECK int cupel_compat_grade(struct cupel_grading *grading, struct cupel_error *err);

/* The rest is shared by the files compat*.c only. */

/* compat_box.c: what the supervisor changes in a box where no run is at work. */
CUPEL_MUST_CHECK int compat_make_folder(int box_fd, const char *path, struct cupel_error *err);
CUPEL_MUST_CHECK int compat_write_file(int box_fd, const char *path, const char *bytes,
                                       size_t len, bool executable, struct cupel_error *err);
CUPEL_MUST_CHECK int compat_make_executable(int box_fd, const char *path,
                                            struct cupel_error *err);
/* A folder and what is in it; its owner can take that back. */
CUPEL_MUST_CHECK int compat_make_read_only(int box_fd, const char *folder,
                                           struct cupel_error *err);
/* The name of the first file, bytewise, of a folder; NULL in *ret if it has none. The caller
 * frees. */
CUPEL_MUST_CHECK int compat_first_file(int box_fd, const char *folder, char **ret,
                                       struct cupel_error *err);

/* compat_metadata.c: what the system would tell of submission and assignment, as JSON; NULL if
 * memory ran out. The caller frees. */
char *compat_metadata(const struct cupel_grader *grader, const struct timespec *started_at);

/* compat_cache.c: put what setup.sh made before into the box, as a step of the judge's that has
 * not run; *ret_taken: whether there was something. -errno with err. */
CUPEL_MUST_CHECK int compat_take_kept(struct cupel_grading *grading, bool *ret_taken,
                                      struct cupel_error *err);
/* compat_cache.c: keep what it has made now, as far as that is possible. */
void compat_keep(struct cupel_grading *grading);

/* compat_run.c: setup.sh as a step of the judge's that has passed and not run. 0 or -ENOMEM. */
CUPEL_MUST_CHECK int compat_add_setup(struct cupel_result *result);

/* compat_run.c: run setup.sh, if there is one, as a step of the judge's. Returns 0 also if the
 * status was set; -errno with err. */
CUPEL_MUST_CHECK int compat_set_up(struct cupel_grading *grading, struct cupel_error *err);

/* compat_run.c: "exited with 1", "stopped at 10 s; the limit is 10 s". The caller frees. */
CUPEL_MUST_CHECK int compat_describe(const struct cupel_step *step,
                                     const struct cupel_outcome *run, char **ret);

/* compat_take.c: from the run, which is the result's harness, to all else of the result, which
 * may be another status. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int compat_take_end(struct cupel_grading *grading);

/* compat_test.c: a test that the autograder has judged, and one as the file has it at index;
 * both are zeroed before. seen: an object whose keys are the ids of those in front of it.
 * Return 0 or -ENOMEM. */
CUPEL_MUST_CHECK int compat_start_test(struct cupel_test_result *test);
CUPEL_MUST_CHECK int compat_fill_test(const struct cupel_foreign_test *from, size_t index,
                                      json_t *seen, struct cupel_test_result *test);

/* compat_result.c: score and maximum, of each view; the tests are there already. */
void compat_fill_totals(struct cupel_grading *grading, double total);

/* compat_result.c: tests, leaderboard and totals. output: what goes on behind Coursera's
 * feedback, or NULL. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int compat_fill_result(struct cupel_grading *grading,
                                        const struct cupel_foreign *foreign,
                                        const char *output);
/* The only test, all points of which are lost by how the run ended. As above. */
CUPEL_MUST_CHECK int compat_fill_ended(struct cupel_grading *grading,
                                       const struct cupel_outcome *run);

#endif
