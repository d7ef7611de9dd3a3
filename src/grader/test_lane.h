/*
 * A test at work: its command in the learner's cell, its judge's in the judge's cell, or both.
 * Internal to the files tests.c and test_*.c.
 */
#ifndef CUPEL_GRADER_TEST_LANE_H
#define CUPEL_GRADER_TEST_LANE_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/compare.h"
#include "cupel/error.h"
#include "cupel/loop.h"
#include "cupel/run.h"
#include "grader/broker.h"
#include "grader/capture.h"
#include "grader/grading.h"
#include "grader/lanes.h"
#include "grader/report_channel.h"
#include "grader/runners.h"
#include "grader/schedule.h"

struct cupel_lane;

/* One of the runs of a test. */
struct cupel_side {
    const struct cupel_step *step;
    unsigned number; /* of its lane in its cell */
    struct cupel_run_request request;
    struct cupel_run *run; /* NULL: not started */
    char **environment;
    bool ended;
    struct cupel_capture out;
    struct cupel_capture err;
};

struct cupel_stage {
    struct cupel_grading *grading;
    struct cupel_loop *loop;
    struct cupel_lane *lanes;
    unsigned lane_count;
    struct cupel_schedule *schedule;
    struct cupel_lanes
        *learners; /* lanes of the learner's cell: those of tests, and of calls */
    struct cupel_run_file runners[CUPEL_RUNNERS_COUNT]; /* of harnesses with a channel */
    unsigned busy;                                      /* lanes */
    bool broken; /* the sandbox has failed: what is under way may end, nothing else starts */
    int failure; /* 0 or -errno of what the callbacks could not return */
};

struct cupel_lane {
    struct cupel_stage *stage;
    size_t index; /* of the test at work, or of the first of a harness */
    bool busy;
    struct cupel_side learner;
    struct cupel_side judge;
    struct cupel_compare *compare; /* NULL: standard output is not compared */
    char *output;                  /* all of standard output, if a checker reads it, or if it is
                                      a harness's report */
    size_t output_len;
    size_t output_room;
    struct cupel_run_file files[3]; /* of the run of a checker or interactor */
    const char **judge_argv;
    struct cupel_broker *broker;          /* of a harness */
    uint64_t calls_ns;                    /* wall time of the commands that it started */
    struct cupel_error call_error;        /* of the sandbox, for one of them; code 0: none */
    struct cupel_report_channel *channel; /* of a harness in-process; or NULL */
    struct cupel_run_file *beside_files;  /* of its run: the grader's and the runners */
};

const struct cupel_grader_test *cupel_lane_definition(const struct cupel_lane *lane);
struct cupel_test_result *cupel_lane_result(const struct cupel_lane *lane);

/* Fill side->request of a step, whose output is kept at the start, but for input and done; its
 * owner is lane. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_lane_prepare(struct cupel_lane *lane, struct cupel_side *side,
                                        const struct cupel_step *step);

/* Put more variables into the environment of a side that is prepared. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_side_add_environment(struct cupel_side *side,
                                                const char *const *more);

/* Keep the start of what a side writes. */
void cupel_side_keep(struct cupel_side *side, enum cupel_stream stream, const void *bytes,
                     size_t len);

/* Keep all of a side's standard output, which its limit bounds, in lane->output. */
void cupel_lane_keep_all(struct cupel_lane *lane, struct cupel_side *side,
                         enum cupel_stream stream, const void *bytes, size_t len);

/* Start a side in cell. What cannot be started has ended: done() is called at once. */
void cupel_lane_start(struct cupel_lane *lane, struct cupel_side *side,
                      struct cupel_cell *cell);

/* The result of the test is complete, or could not be made: r is 0 or -errno. The lane is free
 * then, and nothing of it may be used. */
void cupel_lane_end(struct cupel_lane *lane, int r);

/* The verdict that follows from how the learner's run ended and, if the test compares it, from
 * its output. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_lane_score(struct cupel_lane *lane,
                                      const struct cupel_outcome *outcome);

/* What staff, or the platform, are at fault for is no verdict on the learner. message is owned
 * by test then; NULL: memory ran out. */
CUPEL_MUST_CHECK int cupel_lane_blame(struct cupel_test_result *test, bool by_platform,
                                      char *message);

/* Files INPUT, OUTPUT and ANSWER of the judge's run, and its environment. status: how the
 * learner's run exited, or -1: it has not. */
CUPEL_MUST_CHECK int cupel_lane_prepare_judge(struct cupel_lane *lane, int status);
/* The judge has ended: its run and output go to the result. */
CUPEL_MUST_CHECK int cupel_lane_take_judge(struct cupel_lane *lane,
                                           const struct cupel_outcome *outcome);
/* What the judge answered becomes the verdict of a test whose run ended well. capture: the
 * stream of a JSON answer. what: "the checker". */
CUPEL_MUST_CHECK int cupel_lane_apply_answer(struct cupel_lane *lane,
                                             const struct cupel_capture *json,
                                             const char *what);

/* Whether a harness reports through descriptor 3. */
static inline bool cupel_harness_has_channel(const struct cupel_grader_harness *harness)
{
    return harness->in_process && harness->file == NULL;
}

/* Add what that takes to the learner's side, which is prepared. Returns 0 or -errno. */
CUPEL_MUST_CHECK int cupel_lane_open_channel(struct cupel_lane *lane,
                                             const struct cupel_grader_harness *harness);
void cupel_lane_close_channel(struct cupel_lane *lane);
/* The verdicts that follow from it when the harness has exited. As of a lane's end. */
CUPEL_MUST_CHECK int cupel_harness_score_channel(struct cupel_lane *lane,
                                                 const struct cupel_outcome *run);

/* All tests of a lane's harness have failed: by the grader's fault, or by whoever answers for
 * what breaks in it. */
CUPEL_MUST_CHECK int cupel_harness_fail(struct cupel_lane *lane, bool by_grader,
                                        const char *why);
/* The verdicts that follow from a report's text. */
CUPEL_MUST_CHECK int cupel_harness_score_text(struct cupel_lane *lane, const char *text,
                                              size_t len);
/* Read stage->runners if a harness of the grader needs them. Returns 0, or -errno with err. */
CUPEL_MUST_CHECK int cupel_stage_read_runners(struct cupel_stage *stage,
                                              struct cupel_error *err);

/* Each starts the test of a lane. 0 or -ENOMEM, and the lane is then not at its end. */
CUPEL_MUST_CHECK int cupel_test_start_comparison(struct cupel_lane *lane);
CUPEL_MUST_CHECK int cupel_test_start_checker(struct cupel_lane *lane);
CUPEL_MUST_CHECK int cupel_test_start_interactor(struct cupel_lane *lane);
CUPEL_MUST_CHECK int cupel_test_start_harness(struct cupel_lane *lane);

#endif
