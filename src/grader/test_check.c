/* Checkers: a program of staff's reads what the learner's has written, when that is at its end.
 */
#include "grader/test_lane.h"

static void take_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct cupel_lane *lane = owner;

    cupel_lane_keep_all(lane, &lane->learner, stream, bytes, len);
}

static void checker_done(void *owner, struct cupel_run *run,
                         const struct cupel_outcome *outcome)
{
    struct cupel_lane *lane = owner;

    (void)run;
    int r = cupel_lane_take_judge(lane, outcome);
    if (r == 0)
        r = cupel_lane_apply_answer(lane, &lane->judge.out, "the checker");
    cupel_lane_end(lane, r);
}

static void run_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct cupel_lane *lane = owner;
    struct cupel_side *checker = &lane->judge;

    (void)run;
    int r = cupel_lane_score(lane, outcome);
    bool good = r == 0 && cupel_lane_result(lane)->verdict == CUPEL_VERDICT_PASSED;
    if (good)
        r = cupel_lane_prepare_judge(lane, outcome->exit_code);
    if (!good || r < 0) {
        cupel_lane_end(lane, r);
        return;
    }
    checker->request.done = checker_done;
    cupel_lane_start(lane, checker, lane->stage->grading->judge_cell);
}

int cupel_test_start_checker(struct cupel_lane *lane)
{
    const struct cupel_grader_test *test = cupel_lane_definition(lane);
    struct cupel_side *side = &lane->learner;

    int r = cupel_lane_prepare(lane, side, &test->step);
    if (r < 0)
        return r;
    side->request.input.bytes = test->stdin_bytes;
    side->request.input.len = test->stdin_len;
    side->request.output = take_output;
    side->request.done = run_done;
    cupel_lane_start(lane, side, lane->stage->grading->cell);
    return 0;
}
