/*
 * Tests: each in its own view of the box, side by side in the lanes of the cells. The next test
 * in the order of the definition whose needs have passed goes to the next free lane, and keeps
 * it until it is judged; results stand in the order of the definition.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/document.h"
#include "grader/test_lane.h"

const struct cupel_grader_test *cupel_lane_definition(const struct cupel_lane *lane)
{
    return &lane->stage->grading->grader->tests[lane->index];
}

struct cupel_test_result *cupel_lane_result(const struct cupel_lane *lane)
{
    return &lane->stage->grading->result->tests[lane->index];
}

static void clear_side(struct cupel_side *side)
{
    cupel_run_free(side->run);
    cupel_strings_free(side->environment);
    side->run = NULL;
    side->environment = NULL;
    side->ended = false;
    cupel_capture_reset(&side->out);
    cupel_capture_reset(&side->err);
}

static void clear_lane(struct cupel_lane *lane)
{
    clear_side(&lane->learner);
    clear_side(&lane->judge);
    cupel_broker_free(lane->broker);
    cupel_lane_close_channel(lane);
    cupel_compare_free(lane->compare);
    free(lane->output);
    lane->broker = NULL;
    lane->calls_ns = 0;
    lane->call_error.code = 0;
    lane->compare = NULL;
    lane->output = NULL;
    lane->output_len = 0;
    lane->output_room = 0;
    free(lane->judge_argv);
    lane->judge_argv = NULL;
    lane->busy = false;
}

static void count_test(struct cupel_stage *stage, size_t index)
{
    struct cupel_grading *grading = stage->grading;
    const struct cupel_test_result *test = &grading->result->tests[index];

    cupel_schedule_done(stage->schedule, index, test->verdict == CUPEL_VERDICT_PASSED);
    cupel_grading_progress(grading, test->id, test);
}

/* A harness stands for several tests. */
static size_t tests_of(const struct cupel_lane *lane)
{
    const struct cupel_grader_test *test = cupel_lane_definition(lane);
    const struct cupel_grader *grader = lane->stage->grading->grader;

    return test->judging == CUPEL_JUDGED_BY_HARNESS
               ? grader->harnesses[test->harness].test_count
               : 1;
}

void cupel_lane_end(struct cupel_lane *lane, int r)
{
    struct cupel_stage *stage = lane->stage;
    size_t count = tests_of(lane);

    if (r < 0 && stage->failure == 0)
        stage->failure = r;
    for (size_t i = 0; i < count; i++) {
        struct cupel_test_result *test = &stage->grading->result->tests[lane->index + i];
        if (r < 0) /* half a verdict is none */
            (void)!cupel_lane_blame(test, true, NULL);
        if (test->verdict == CUPEL_VERDICT_ERROR && test->by_platform)
            stage->broken = true;
    }
    clear_lane(lane);
    stage->busy--;
    for (size_t i = 0; i < count; i++)
        count_test(stage, lane->index + i);
}

static int start_test(struct cupel_lane *lane, size_t index)
{
    static int (*const start[])(struct cupel_lane *) = {
        [CUPEL_JUDGED_BY_COMPARISON] = cupel_test_start_comparison,
        [CUPEL_JUDGED_BY_CHECKER] = cupel_test_start_checker,
        [CUPEL_JUDGED_BY_INTERACTOR] = cupel_test_start_interactor,
        [CUPEL_JUDGED_BY_HARNESS] = cupel_test_start_harness,
    };

    lane->index = index;
    lane->busy = true;
    lane->stage->busy++;
    return start[cupel_lane_definition(lane)->judging](lane);
}

static int skip_test(struct cupel_stage *stage, size_t index, const struct cupel_need *need)
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
static int fill_lane(struct cupel_stage *stage, unsigned number, bool *ret_given)
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
            return start_test(&stage->lanes[number], index);
        int r = skip_test(stage, index, &need);
        if (r < 0)
            return r;
    }
}

static int fill_lanes(struct cupel_stage *stage)
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

static int run_all(struct cupel_stage *stage, struct cupel_error *err)
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

/* Each lane of the stage has one in either cell; calls of harnesses have those that are left of
 * the learner's. */
static int make_lanes(struct cupel_stage *stage, unsigned learners)
{
    stage->lanes = calloc(stage->lane_count, sizeof(*stage->lanes));
    if (stage->lanes == NULL)
        return -ENOMEM;
    int r = cupel_lanes_new(learners, &stage->learners);
    for (unsigned i = 0; r == 0 && i < stage->lane_count; i++) {
        struct cupel_lane *lane = &stage->lanes[i];
        lane->stage = stage;
        lane->judge.number = i;
        if (!cupel_lanes_take(stage->learners, &lane->learner.number))
            r = -EINVAL;
    }
    return r;
}

static void clear_stage(struct cupel_stage *stage)
{
    for (unsigned i = 0; stage->lanes != NULL && i < stage->lane_count; i++)
        clear_lane(&stage->lanes[i]);
    cupel_runners_clear(stage->runners);
    cupel_lanes_free(stage->learners);
    cupel_loop_free(stage->loop);
    cupel_schedule_free(stage->schedule);
    free(stage->lanes);
}

int cupel_grading_test(struct cupel_grading *grading, unsigned jobs, unsigned lanes,
                       struct cupel_error *err)
{
    struct cupel_stage stage = {.grading = grading, .lane_count = jobs};

    int r = make_lanes(&stage, lanes);
    if (r == 0)
        r = cupel_schedule_new(grading->grader, &stage.schedule);
    if (r < 0)
        (void)cupel_fail(err, r, "tests: out of memory");
    else
        r = cupel_loop_new(&stage.loop, err);
    if (r == 0)
        r = cupel_stage_read_runners(&stage, err);
    if (r == 0)
        r = run_all(&stage, err);
    clear_stage(&stage);
    return r;
}
