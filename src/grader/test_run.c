/* Runs of a test, and the verdict on the learner's own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/document.h"
#include "cupel/score.h"
#include "grader/environment.h"
#include "grader/test_lane.h"

#define FIRST_ROOM 65536

void cupel_side_keep(struct cupel_side *side, enum cupel_stream stream, const void *bytes,
                     size_t len)
{
    cupel_capture_add(stream == CUPEL_STDOUT ? &side->out : &side->err, bytes, len);
}

static int keep_all(struct cupel_lane *lane, const void *bytes, size_t len)
{
    if (len > lane->output_room - lane->output_len) {
        size_t room = lane->output_room < FIRST_ROOM ? FIRST_ROOM : 2 * lane->output_room;
        if (room < lane->output_len + len)
            room = lane->output_len + len;
        char *output = realloc(lane->output, room);
        if (output == NULL)
            return -ENOMEM;
        lane->output = output;
        lane->output_room = room;
    }
    memcpy(lane->output + lane->output_len, bytes, len);
    lane->output_len += len;
    return 0;
}

void cupel_lane_keep_all(struct cupel_lane *lane, struct cupel_side *side,
                         enum cupel_stream stream, const void *bytes, size_t len)
{
    cupel_side_keep(side, stream, bytes, len);
    if (stream == CUPEL_STDOUT && keep_all(lane, bytes, len) < 0)
        lane->stage->failure = -ENOMEM;
}

static void take_learners_output(void *owner, enum cupel_stream stream, const void *bytes,
                                 size_t len)
{
    struct cupel_lane *lane = owner;

    if (stream == CUPEL_STDOUT && lane->compare != NULL)
        cupel_compare_feed(lane->compare, bytes, len);
    cupel_side_keep(&lane->learner, stream, bytes, len);
}

static void take_judges_output(void *owner, enum cupel_stream stream, const void *bytes,
                               size_t len)
{
    struct cupel_lane *lane = owner;

    cupel_side_keep(&lane->judge, stream, bytes, len);
}

int cupel_lane_prepare(struct cupel_lane *lane, struct cupel_side *side,
                       const struct cupel_step *step)
{
    int r = cupel_grading_request(step, CUPEL_BOX_FRESH, &side->request, &side->environment);
    if (r < 0)
        return r;
    side->step = step;
    side->request.more = cupel_schedule_has_more(lane->stage->schedule);
    side->request.output = side == &lane->learner ? take_learners_output : take_judges_output;
    side->request.owner = lane;
    return 0;
}

int cupel_side_add_environment(struct cupel_side *side, const char *const *more)
{
    char **merged = NULL;

    int r = cupel_environment_merge((const char *const *)side->environment, more, &merged);
    if (r < 0)
        return r;
    cupel_strings_free(side->environment);
    side->environment = merged;
    side->request.environment = (const char *const *)merged;
    return 0;
}

void cupel_lane_start(struct cupel_lane *lane, struct cupel_side *side, struct cupel_cell *cell)
{
    struct cupel_error err = {0};

    int r = cupel_run_start(lane->stage->loop, cell, side->number, &side->request, &side->run,
                            &err);
    if (r < 0) {
        struct cupel_outcome outcome = cupel_grading_not_started(side->step, &err);
        side->request.done(lane, NULL, &outcome);
    }
}

int cupel_lane_blame(struct cupel_test_result *test, bool by_platform, char *message)
{
    test->verdict = CUPEL_VERDICT_ERROR;
    test->reason = CUPEL_REASON_NONE;
    test->by_platform = by_platform;
    test->score = 0;
    free(test->message);
    free(test->difference);
    test->message = message;
    test->difference = NULL;
    return message != NULL ? 0 : -ENOMEM;
}

/* The output was all that was left to judge: it matters that it could not be compared. */
static int check_comparison(const struct cupel_compare *compare, struct cupel_test_result *test)
{
    struct cupel_error why = {0};

    if (test->reason != CUPEL_REASON_WRONG_OUTPUT)
        return 0;
    int r = cupel_compare_failure(compare, &why);
    return r == 0 || r == -ENOMEM ? r : cupel_lane_blame(test, false, strdup(why.text));
}

/* Say what a sanitizer found in a program that ended badly. */
static int add_report(const struct cupel_capture *err, struct cupel_test_result *test)
{
    char *report = NULL;
    char *message = NULL;

    if (test->reason != CUPEL_REASON_RUNTIME_ERROR &&
        test->reason != CUPEL_REASON_WRONG_EXIT_CODE)
        return 0;
    int r = cupel_score_crash(err->bytes, err->len, &report);
    if (r < 0 || report == NULL)
        return r;
    if (asprintf(&message, "%s; %s", test->message, report) < 0)
        message = NULL;
    free(report);
    if (message == NULL)
        return -ENOMEM;
    free(test->message);
    test->message = message;
    return 0;
}

int cupel_lane_score(struct cupel_lane *lane, const struct cupel_outcome *outcome)
{
    const struct cupel_grader_test *definition = cupel_lane_definition(lane);
    struct cupel_test_result *test = cupel_lane_result(lane);
    struct cupel_difference difference = {0};
    bool equal = lane->compare == NULL || cupel_compare_finish(lane->compare, &difference);

    test->run = *outcome;
    test->ran = true;
    int r = cupel_score_test(test, &definition->expectation, equal, &difference);
    if (r == 0 && cupel_grading_blames_grader(&definition->step, &test->run))
        r = cupel_lane_blame(test, false,
                             cupel_grading_explain_exec(&definition->step, &test->run));
    if (r == 0)
        r = check_comparison(lane->compare, test);
    if (r == 0)
        r = add_report(&lane->learner.err, test);
    if (r == 0)
        r = cupel_capture_text(&lane->learner.out, &lane->learner.err, &test->output);
    cupel_keep_test(&lane->stage->grading->keep, test->id, &lane->learner.out,
                    &lane->learner.err);
    return r;
}

static void run_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct cupel_lane *lane = owner;

    (void)run;
    cupel_lane_end(lane, cupel_lane_score(lane, outcome));
}

int cupel_test_start_comparison(struct cupel_lane *lane)
{
    const struct cupel_grader_test *test = cupel_lane_definition(lane);
    struct cupel_side *side = &lane->learner;

    int r = test->expectation.checks_stdout
                ? cupel_compare_new(test->compare, test->tolerance, test->expected,
                                    test->expected_len, &lane->compare)
                : 0;
    if (r == 0)
        r = cupel_lane_prepare(lane, side, &test->step);
    if (r < 0)
        return r;
    side->request.input.bytes = test->stdin_bytes;
    side->request.input.len = test->stdin_len;
    side->request.done = run_done;
    cupel_lane_start(lane, side, lane->stage->grading->cell);
    return 0;
}
