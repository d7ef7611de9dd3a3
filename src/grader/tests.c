/*
 * Tests: each in its own view of the box, side by side in the lanes of the cell. The next test
 * in the order of the definition whose needs have passed goes to the next free lane; results
 * stand in that order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/compare.h"
#include "cupel/document.h"
#include "cupel/loop.h"
#include "cupel/score.h"
#include "grader/capture.h"
#include "grader/grading.h"
#include "grader/schedule.h"

struct stage;

struct lane {
    struct stage *stage;
    size_t index; /* of the test at work */
    bool busy;
    struct cupel_run_request request;
    struct cupel_run *run;
    char **environment;
    struct cupel_compare *compare; /* NULL: standard output is not checked */
    struct cupel_capture out;
    struct cupel_capture err;
};

struct stage {
    struct cupel_grading *grading;
    struct cupel_loop *loop;
    struct lane *lanes;
    unsigned lane_count;
    struct cupel_schedule *schedule;
    unsigned busy; /* lanes */
    bool broken;   /* the sandbox has failed: what is under way may end, nothing else starts */
    int failure;   /* 0 or -errno of what the callbacks could not return */
};

static void take_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct lane *lane = owner;

    if (stream == CUPEL_STDOUT) {
        if (lane->compare != NULL)
            cupel_compare_feed(lane->compare, bytes, len);
        cupel_capture_add(&lane->out, bytes, len);
    } else {
        cupel_capture_add(&lane->err, bytes, len);
    }
}

/* A program of the host's that is missing is no verdict on the learner. */
static int blame_grader(const struct cupel_step *step, struct cupel_test_result *test)
{
    test->verdict = CUPEL_VERDICT_ERROR;
    test->reason = CUPEL_REASON_NONE;
    test->score = 0;
    free(test->message);
    test->message = cupel_grading_explain_exec(step, &test->run);
    return test->message != NULL ? 0 : -ENOMEM;
}

static int judge(struct lane *lane, const struct cupel_grader_test *definition,
                 struct cupel_test_result *test)
{
    struct cupel_difference difference = {0};
    bool equal = lane->compare == NULL || cupel_compare_finish(lane->compare, &difference);

    int r = cupel_score_test(test, &definition->expectation, equal, &difference);
    if (r == 0 && cupel_grading_blames_grader(&definition->step, &test->run))
        r = blame_grader(&definition->step, test);
    if (r == 0)
        r = cupel_capture_text(&lane->out, &lane->err, &test->output);
    return r;
}

static void clear_lane(struct lane *lane)
{
    cupel_run_free(lane->run);
    cupel_compare_free(lane->compare);
    cupel_strings_free(lane->environment);
    lane->run = NULL;
    lane->compare = NULL;
    lane->environment = NULL;
    lane->busy = false;
}

static void count_test(struct stage *stage, size_t index)
{
    struct cupel_grading *grading = stage->grading;
    const struct cupel_test_result *test = &grading->result->tests[index];

    cupel_schedule_done(stage->schedule, index, test->verdict == CUPEL_VERDICT_PASSED);
    cupel_grading_progress(grading, test->id, test);
}

static void finish_test(struct lane *lane, const struct cupel_outcome *outcome)
{
    struct stage *stage = lane->stage;
    struct cupel_grading *grading = stage->grading;
    struct cupel_test_result *test = &grading->result->tests[lane->index];

    test->run = *outcome;
    test->ran = true;
    if (outcome->status == CUPEL_RUN_SANDBOX_ERROR)
        stage->broken = true;
    int r = judge(lane, &grading->grader->tests[lane->index], test);
    cupel_keep_test(&grading->keep, test->id, &lane->out, &lane->err);
    if (r < 0 && stage->failure == 0)
        stage->failure = r;
    clear_lane(lane);
    stage->busy--;
    count_test(stage, lane->index);
}

static void run_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    (void)run;
    finish_test(owner, outcome);
}

static int prepare_lane(struct lane *lane, const struct cupel_grader_test *test)
{
    struct cupel_run_request *request = &lane->request;

    cupel_capture_reset(&lane->out);
    cupel_capture_reset(&lane->err);
    if (test->expectation.checks_stdout) {
        int r = cupel_compare_new(test->compare, test->tolerance, test->expected,
                                  test->expected_len, &lane->compare);
        if (r < 0)
            return r;
    }
    int r = cupel_grading_request(&test->step, CUPEL_BOX_FRESH, request, &lane->environment);
    if (r < 0)
        return r;
    request->input.bytes = test->stdin_bytes;
    request->input.len = test->stdin_len;
    request->output = take_output;
    request->done = run_done;
    request->owner = lane;
    return 0;
}

static int start_test(struct stage *stage, unsigned number, size_t index)
{
    struct cupel_grading *grading = stage->grading;
    struct lane *lane = &stage->lanes[number];
    const struct cupel_grader_test *test = &grading->grader->tests[index];
    struct cupel_error err = {0};

    lane->index = index;
    lane->busy = true;
    stage->busy++;
    int r = prepare_lane(lane, test);
    if (r < 0)
        return r;
    r = cupel_run_start(stage->loop, grading->cell, number, &lane->request, &lane->run, &err);
    if (r < 0) {
        struct cupel_outcome outcome = cupel_grading_not_started(&test->step, &err);
        finish_test(lane, &outcome);
    }
    return 0;
}

static int skip_test(struct stage *stage, size_t index, const struct cupel_need *need)
{
    const struct cupel_grader *grader = stage->grading->grader;
    struct cupel_test_result *test = &stage->grading->result->tests[index];
    const char *id =
        need->is_group ? grader->groups[need->index].id : grader->tests[need->index].step.id;

    test->reason = CUPEL_REASON_NEEDS_FAILED;
    if (asprintf(&test->message, "not run: it needs %s %s, which has not passed",
                 need->is_group ? "group" : "test", id) < 0) {
        test->message = NULL;
        return -ENOMEM;
    }
    count_test(stage, index);
    return 0;
}

/* *ret_given: whether the lane has got a test. */
static int fill_lane(struct stage *stage, unsigned number, bool *ret_given)
{
    struct cupel_need need;
    size_t index;

    *ret_given = false;
    for (;;) {
        enum cupel_schedule_step step = cupel_schedule_next(stage->schedule, &index, &need);
        if (step == CUPEL_SCHEDULE_WAIT || step == CUPEL_SCHEDULE_END)
            return 0;
        *ret_given = step == CUPEL_SCHEDULE_RUN;
        if (*ret_given)
            return start_test(stage, number, index);
        int r = skip_test(stage, index, &need);
        if (r < 0)
            return r;
    }
}

static int fill_lanes(struct stage *stage)
{
    bool given = true;

    for (unsigned i = 0; given && i < stage->lane_count; i++) {
        if (stage->lanes[i].busy)
            continue;
        if (stage->broken)
            return 0;
        int r = fill_lane(stage, i, &given);
        if (r < 0)
            return r;
    }
    return 0;
}

static int run_all(struct stage *stage, struct cupel_error *err)
{
    for (;;) {
        int r = fill_lanes(stage);
        if (r == 0)
            r = stage->failure;
        if (r < 0)
            return cupel_fail(err, r, "tests: %s", strerrordesc_np(-r));
        if (stage->busy == 0) /* nothing is left, or the sandbox has failed */
            return 0;
        r = cupel_loop_once(stage->loop, -1, err);
        if (r < 0)
            return r;
    }
}

int cupel_grading_test(struct cupel_grading *grading, unsigned lanes, struct cupel_error *err)
{
    struct stage stage = {.grading = grading, .lane_count = lanes};

    stage.lanes = calloc(lanes, sizeof(*stage.lanes));
    if (stage.lanes == NULL)
        return cupel_fail(err, -ENOMEM, "tests: out of memory");
    for (unsigned i = 0; i < lanes; i++)
        stage.lanes[i].stage = &stage;
    int r = cupel_schedule_new(grading->grader, &stage.schedule);
    if (r < 0)
        (void)cupel_fail(err, r, "tests: out of memory");
    else
        r = cupel_loop_new(&stage.loop, err);
    if (r == 0)
        r = run_all(&stage, err);
    for (unsigned i = 0; i < lanes; i++)
        clear_lane(&stage.lanes[i]);
    cupel_loop_free(stage.loop);
    cupel_schedule_free(stage.schedule);
    free(stage.lanes);
    return r;
}
