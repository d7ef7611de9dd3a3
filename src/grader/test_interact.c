/*
 * Interactors: a program of staff's and the learner's, each of which reads what the other
 * writes. What is on its way is bounded by the output limit of who wrote it.
 */
#include <errno.h>
#include <stdlib.h>

#include "grader/test_lane.h"

/* Pass on what one side has written. */
static void pass_on(struct cupel_lane *lane, struct cupel_side *to, const void *bytes,
                    size_t len)
{
    if (!to->ended && to->run != NULL && cupel_run_feed(to->run, bytes, len) == -ENOMEM)
        lane->stage->failure = -ENOMEM;
}

static void take_learners_output(void *owner, enum cupel_stream stream, const void *bytes,
                                 size_t len)
{
    struct cupel_lane *lane = owner;

    cupel_side_keep(&lane->learner, stream, bytes, len);
    if (stream == CUPEL_STDOUT)
        pass_on(lane, &lane->judge, bytes, len);
}

static void take_judges_output(void *owner, enum cupel_stream stream, const void *bytes,
                               size_t len)
{
    struct cupel_lane *lane = owner;

    if (stream == CUPEL_STDOUT)
        pass_on(lane, &lane->learner, bytes, len);
    else
        cupel_side_keep(&lane->judge, stream, bytes, len);
}

/* Of a program that fails once the judge has spoken, only what the judge accepted is lost. */
static int decide(struct cupel_lane *lane)
{
    struct cupel_test_result *test = cupel_lane_result(lane);
    const struct cupel_test_result before = *test;

    if (before.verdict == CUPEL_VERDICT_ERROR)
        return 0;
    test->message = NULL;
    int r = cupel_lane_apply_answer(lane, &lane->judge.err, "the interactor");
    bool accepted =
        test->verdict == CUPEL_VERDICT_PASSED || test->verdict == CUPEL_VERDICT_PARTIAL;
    if (r < 0 || before.verdict == CUPEL_VERDICT_PASSED || !accepted) {
        free(before.message);
        return r;
    }
    free(test->message);
    *test = before;
    return 0;
}

/* A judge that talks with a program that was stopped or crashed is not asked. */
static void learner_done(void *owner, struct cupel_run *run,
                         const struct cupel_outcome *outcome)
{
    struct cupel_lane *lane = owner;
    struct cupel_side *judge = &lane->judge;

    (void)run;
    lane->learner.ended = true;
    int r = cupel_lane_score(lane, outcome);
    if (r == 0 && judge->ended)
        r = decide(lane);
    if (r < 0 || judge->ended)
        cupel_lane_end(lane, r);
    else if (cupel_lane_result(lane)->verdict == CUPEL_VERDICT_PASSED)
        cupel_run_feed_end(judge->run);
    else
        cupel_run_kill(judge->run);
}

/* Whether the learner's run can tell nothing more. */
static bool is_last(const struct cupel_lane *lane)
{
    return lane->learner.run == NULL || lane->learner.ended;
}

static void judge_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct cupel_lane *lane = owner;
    bool asked =
        !lane->learner.ended || cupel_lane_result(lane)->verdict == CUPEL_VERDICT_PASSED;
    int r = 0;

    (void)run;
    lane->judge.ended = true;
    if (asked)
        r = cupel_lane_take_judge(lane, outcome);
    if (r == 0 && asked && is_last(lane))
        r = cupel_lane_apply_answer(lane, &lane->judge.err, "the interactor");
    if (r < 0 || is_last(lane))
        cupel_lane_end(lane, r);
    else
        cupel_run_feed_end(lane->learner.run);
}

int cupel_test_start_interactor(struct cupel_lane *lane)
{
    struct cupel_grading *grading = lane->stage->grading;
    struct cupel_side *learner = &lane->learner;
    struct cupel_side *judge = &lane->judge;

    int r = cupel_lane_prepare(lane, learner, &cupel_lane_definition(lane)->step);
    if (r == 0)
        r = cupel_lane_prepare_judge(lane, -1);
    if (r < 0)
        return r;
    learner->request.input.kind = CUPEL_INPUT_FED;
    learner->request.output = take_learners_output;
    learner->request.done = learner_done;
    judge->request.input.kind = CUPEL_INPUT_FED;
    judge->request.output = take_judges_output;
    judge->request.done = judge_done;
    cupel_lane_start(lane, judge, grading->judge_cell);
    if (judge->run != NULL)
        cupel_lane_start(lane, learner, grading->cell);
    return 0;
}
