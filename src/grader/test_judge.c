/* The run of a checker or interactor: what it is given, and what it answers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/checker.h"
#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "grader/test_lane.h"

static const char *const paths[] = {"/tmp/cupel/input", "/tmp/cupel/output",
                                    "/tmp/cupel/answer"};

#define FILES (sizeof(paths) / sizeof(paths[0]))

/* The command with the paths of the files behind it; borrows all strings. */
static int append_paths(struct cupel_lane *lane)
{
    char **argv = lane->judge.step->argv;
    size_t count = 0;

    while (argv[count] != NULL)
        count++;
    lane->judge_argv = calloc(count + FILES + 1, sizeof(*lane->judge_argv));
    if (lane->judge_argv == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        lane->judge_argv[i] = argv[i];
    for (size_t i = 0; i < FILES; i++)
        lane->judge_argv[count + i] = paths[i];
    lane->judge.request.argv = lane->judge_argv;
    return 0;
}

static int add_environment(struct cupel_lane *lane, int status)
{
    const struct cupel_grader_test *test = cupel_lane_definition(lane);
    char points[64];
    char exit_status[32];
    CUPEL_AUTO_FREE char *id = NULL;

    if (asprintf(&id, "CUPEL_TEST=%s", test->step.id) < 0) {
        id = NULL;
        return -ENOMEM;
    }
    (void)snprintf(points, sizeof(points), "CUPEL_POINTS=%.10g", test->points);
    (void)snprintf(exit_status, sizeof(exit_status), "CUPEL_EXIT_STATUS=%d", status);
    const char *const more[] = {id, points, status >= 0 ? exit_status : NULL, NULL};
    return cupel_side_add_environment(&lane->judge, more);
}

int cupel_lane_prepare_judge(struct cupel_lane *lane, int status)
{
    const struct cupel_grader_test *test = cupel_lane_definition(lane);
    struct cupel_run_request *request = &lane->judge.request;

    int r = cupel_lane_prepare(lane, &lane->judge, &test->judge);
    if (r == 0)
        r = append_paths(lane);
    if (r == 0)
        r = add_environment(lane, status);
    if (r < 0)
        return r;
    lane->files[0] =
        (struct cupel_run_file){.bytes = test->stdin_bytes, .len = test->stdin_len};
    lane->files[1] = (struct cupel_run_file){.bytes = lane->output, .len = lane->output_len};
    lane->files[2] =
        (struct cupel_run_file){.bytes = test->expected, .len = test->expected_len};
    for (size_t i = 0; i < FILES; i++)
        lane->files[i].path = paths[i];
    request->files = lane->files;
    request->file_count = FILES;
    return 0;
}

int cupel_lane_take_judge(struct cupel_lane *lane, const struct cupel_outcome *outcome)
{
    struct cupel_test_result *test = cupel_lane_result(lane);

    lane->judge.ended = true;
    test->judge_ran = true;
    test->judge_run = *outcome;
    return cupel_capture_text(&lane->judge.out, &lane->judge.err, &test->judge_output);
}

static int blame(const struct cupel_lane *lane, const char *what, bool by_platform,
                 const char *why)
{
    char *message = NULL;

    if (asprintf(&message, "%s %s: %s", what, lane->judge.step->argv[0], why) < 0)
        message = NULL;
    return cupel_lane_blame(cupel_lane_result(lane), by_platform, message);
}

/* Takes over answer->message. */
static int apply(struct cupel_test_result *test, const char *what,
                 struct cupel_checker_answer *answer, bool always_says)
{
    cupel_score_fraction(test, answer->fraction);
    bool passed = test->verdict == CUPEL_VERDICT_PASSED;
    free(test->message);
    test->message = NULL;
    if (passed && !always_says) {
        free(answer->message);
        return 0;
    }
    test->message = answer->message;
    if (passed)
        return 0;
    test->reason = CUPEL_REASON_CHECKER_REJECTED;
    if (test->message == NULL && asprintf(&test->message, "%s rejected it", what) < 0) {
        test->message = NULL;
        return -ENOMEM;
    }
    return 0;
}

int cupel_lane_apply_answer(struct cupel_lane *lane, const struct cupel_capture *json,
                            const char *what)
{
    enum cupel_protocol protocol = cupel_lane_definition(lane)->protocol;
    bool is_json = protocol == CUPEL_PROTOCOL_JSON;
    const struct cupel_capture *said = is_json ? json : &lane->judge.err;
    struct cupel_test_result *test = cupel_lane_result(lane);
    const struct cupel_outcome *run = &test->judge_run;
    struct cupel_checker_answer answer = {0};
    struct cupel_error why = {0};

    if (run->status == CUPEL_RUN_SANDBOX_ERROR)
        return blame(lane, what, true, run->error);
    if (run->exec_errno != 0)
        return blame(lane, what, false, strerrordesc_np(run->exec_errno));
    int r =
        cupel_checker_read(protocol, run, said->bytes, said->len, said->total, &answer, &why);
    if (r == -EPROTO)
        return blame(lane, what, false, why.text);
    return r < 0 ? r : apply(test, what, &answer, is_json);
}
