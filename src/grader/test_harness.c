/*
 * Harnesses: programs of staff's that report on several tests. With separation "judge", they
 * run in the judge's cell and start the learner's program by the broker: what they do not
 * manage is the grader's fault. In-process, they run beside learner's code, which may have
 * brought it about: it is the learner's failure.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/report.h"
#include "cupel/score.h"
#include "cupel/units.h"
#include "grader/test_lane.h"

static const struct cupel_grader_harness *definition_of(const struct cupel_lane *lane)
{
    return &lane->stage->grading->grader->harnesses[cupel_lane_definition(lane)->harness];
}

static struct cupel_harness_result *result_of(const struct cupel_lane *lane)
{
    return &lane->stage->grading->result->harnesses[cupel_lane_definition(lane)->harness];
}

static struct cupel_side *side_of(struct cupel_lane *lane)
{
    return definition_of(lane)->in_process ? &lane->learner : &lane->judge;
}

/* Who is answerable for tests of which the harness tells nothing. */
enum blamed { THE_PLATFORM, THE_GRADER, THE_LEARNER };

/* None of its tests could be decided on. */
static int fail_all(struct cupel_lane *lane, enum blamed blamed, enum cupel_reason reason,
                    const char *why)
{
    struct cupel_harness_result *harness = result_of(lane);
    size_t count = definition_of(lane)->test_count;
    int r = 0;

    harness->by_platform = blamed == THE_PLATFORM;
    if (asprintf(&harness->message, "the harness %s: %s", harness->id, why) < 0) {
        harness->message = NULL;
        return -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct cupel_test_result *test = cupel_lane_result(lane) + i;
        char *message = strdup(harness->message);
        if (blamed != THE_LEARNER) {
            r = cupel_lane_blame(test, blamed == THE_PLATFORM, message);
            continue;
        }
        cupel_score_fraction(test, 0);
        test->ran = true;
        test->reason = reason;
        test->message = message;
        r = message != NULL ? 0 : -ENOMEM;
    }
    return r;
}

static int fail_harness(struct cupel_lane *lane, const char *why)
{
    bool in_process = definition_of(lane)->in_process;

    return fail_all(lane, in_process ? THE_LEARNER : THE_GRADER, CUPEL_REASON_HARNESS_FAILED,
                    why);
}

int cupel_harness_fail(struct cupel_lane *lane, bool by_grader, const char *why)
{
    return by_grader ? fail_all(lane, THE_GRADER, CUPEL_REASON_NONE, why)
                     : fail_harness(lane, why);
}

/* A harness that waited for commands of the learner's most of its time is stopped for them. */
static bool waited_for_learner(const struct cupel_lane *lane)
{
    const struct cupel_outcome *run = &result_of(lane)->run;

    return run->status == CUPEL_RUN_LIMIT && run->limit == CUPEL_LIMIT_WALL_TIME &&
           lane->calls_ns >= run->wall_ns / 2;
}

static int fail_unended(struct cupel_lane *lane)
{
    CUPEL_AUTO_FREE char *why = NULL;
    char taken[32];

    int r = cupel_score_explain(&result_of(lane)->run, &why);
    if (r < 0)
        return r;
    if (!waited_for_learner(lane))
        return fail_harness(lane, why != NULL ? why : "did not end");
    CUPEL_AUTO_FREE char *longer = NULL;
    if (asprintf(&longer, "%s; it waited for programs that took %s in all", why,
                 cupel_units_format_duration(lane->calls_ns, taken, sizeof(taken))) < 0) {
        longer = NULL;
        return -ENOMEM;
    }
    return fail_all(lane, THE_LEARNER, CUPEL_REASON_TIME_LIMIT, longer);
}

static int fail_unstarted(struct cupel_lane *lane)
{
    const struct cupel_step *step = &definition_of(lane)->step;
    const struct cupel_outcome *run = &result_of(lane)->run;
    CUPEL_AUTO_FREE char *why = cupel_grading_explain_exec(step, run);

    if (why == NULL)
        return -ENOMEM;
    if (cupel_grading_blames_grader(step, run))
        return fail_all(lane, THE_GRADER, CUPEL_REASON_NONE, why);
    return fail_harness(lane, why);
}

static bool has_failures(const struct cupel_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct cupel_report_test *test = &report->tests[i];
        if (test->outcome == CUPEL_REPORT_FAILED || test->outcome == CUPEL_REPORT_ERRORED ||
            (test->outcome == CUPEL_REPORT_PASSED && test->fraction < 1))
            return true;
    }
    return false;
}

/* A report is complete, has tests, and agrees with how the harness ended. Scripts that judge
 * from outside may end with 0 whatever they report. */
static const char *flaw_of(const struct cupel_report *report,
                           const struct cupel_grader_harness *definition, int exit_code)
{
    if (!report->complete)
        return report->incomplete != NULL ? report->incomplete : "its report is not complete";
    if (report->count == 0)
        return "its report has no test";
    if (definition->report == CUPEL_REPORT_EXIT_CODE ||
        has_failures(report) == (exit_code != 0))
        return NULL;
    if (exit_code == 0)
        return definition->in_process
                   ? "its report says that a test failed, but it exited with status 0"
                   : NULL;
    return "its report says that all tests passed, but it exited with another status than 0";
}

static int score(struct cupel_lane *lane, const struct cupel_report *report)
{
    const struct cupel_grader_harness *definition = definition_of(lane);
    struct cupel_harness_result *harness = result_of(lane);
    CUPEL_AUTO_FREE struct cupel_test_result **declared =
        calloc(definition->test_count, sizeof(struct cupel_test_result *));

    const char *flaw = flaw_of(report, definition, harness->run.exit_code);
    if (flaw != NULL)
        return fail_harness(lane, flaw);
    if (declared == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < definition->test_count; i++)
        declared[i] = cupel_lane_result(lane) + i;
    harness->passed = true;
    return cupel_score_harness(report, declared, definition->test_count, &harness->undeclared,
                               &harness->undeclared_count);
}

int cupel_harness_score_text(struct cupel_lane *lane, const char *text, size_t len)
{
    const struct cupel_grader_harness *definition = definition_of(lane);
    struct cupel_report report = {0};
    struct cupel_error why = {0};
    char message[sizeof(why.text) + 64];

    int r = cupel_report_read(definition->report, text, len, &report, &why);
    if (r == -EINVAL) {
        (void)snprintf(message, sizeof(message), "its report cannot be read: %.32s%s%s",
                       definition->file != NULL ? definition->file : "",
                       definition->file != NULL ? ":" : "", why.text);
        return fail_harness(lane, message);
    }
    if (r == 0)
        r = score(lane, &report);
    cupel_report_clear(&report);
    return r;
}

static int score_file(struct cupel_lane *lane, struct cupel_run *run)
{
    const char *file = definition_of(lane)->file;
    CUPEL_AUTO_FREE char *text = NULL;
    struct cupel_error why = {0};
    char message[sizeof(why.text) + 64];
    size_t len = 0;

    int r = cupel_run_read_file(run, file, CUPEL_REPORT_BYTES_MAX, &text, &len, &why);
    if (r == 0)
        return cupel_harness_score_text(lane, text, len);
    if (r == -ENOMEM)
        return r;
    if (r == -ENOENT)
        (void)snprintf(message, sizeof(message), "it wrote no report %.200s", file);
    else
        (void)snprintf(message, sizeof(message), "its report cannot be read: %s", why.text);
    return fail_harness(lane, message);
}

/* Its exit code is all that it says, of its only test. */
static int score_exit_code(struct cupel_lane *lane)
{
    bool passed = result_of(lane)->run.exit_code == 0;
    struct cupel_report_test test = {.id = cupel_lane_definition(lane)->step.id,
                                     .outcome =
                                         passed ? CUPEL_REPORT_PASSED : CUPEL_REPORT_FAILED,
                                     .fraction = passed ? 1 : 0};
    const struct cupel_report report = {.tests = &test, .count = 1, .complete = true};

    return score(lane, &report);
}

static int judge(struct cupel_lane *lane, struct cupel_run *run)
{
    const struct cupel_grader_harness *definition = definition_of(lane);
    const struct cupel_outcome *outcome = &result_of(lane)->run;

    if (outcome->status == CUPEL_RUN_SANDBOX_ERROR)
        return fail_all(lane, THE_PLATFORM, CUPEL_REASON_NONE, outcome->error);
    if (lane->call_error.code != 0)
        return fail_all(lane, THE_PLATFORM, CUPEL_REASON_NONE, lane->call_error.text);
    if (outcome->exec_errno != 0)
        return fail_unstarted(lane);
    if (outcome->status != CUPEL_RUN_EXITED)
        return fail_unended(lane);
    if (lane->channel != NULL)
        return cupel_harness_score_channel(lane, outcome);
    if (definition->report == CUPEL_REPORT_EXIT_CODE)
        return score_exit_code(lane);
    if (definition->file != NULL)
        return score_file(lane, run);
    return cupel_harness_score_text(lane, lane->output != NULL ? lane->output : "",
                                    lane->output_len);
}

/* A report on standard output is shown as tests, not as output. */
static int take_output(struct cupel_lane *lane, const struct cupel_side *side)
{
    static const struct cupel_capture nothing;
    const struct cupel_grader_harness *definition = definition_of(lane);
    bool is_report = definition->file == NULL && lane->channel == NULL &&
                     definition->report != CUPEL_REPORT_EXIT_CODE;

    cupel_keep_test(&lane->stage->grading->keep, definition->step.id, &side->out, &side->err);
    return cupel_capture_text(is_report ? &nothing : &side->out, &side->err,
                              &result_of(lane)->output);
}

static void harness_done(void *owner, struct cupel_run *run,
                         const struct cupel_outcome *outcome)
{
    struct cupel_lane *lane = owner;
    struct cupel_harness_result *harness = result_of(lane);

    cupel_broker_free(lane->broker);
    lane->broker = NULL;
    harness->ran = true;
    harness->run = *outcome;
    int r = take_output(lane, side_of(lane));
    cupel_lane_end(lane, r < 0 ? r : judge(lane, run));
}

static void keep_report(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct cupel_lane *lane = owner;

    cupel_lane_keep_all(lane, side_of(lane), stream, bytes, len);
}

static void count_call(void *owner, const struct cupel_outcome *outcome)
{
    struct cupel_lane *lane = owner;

    lane->calls_ns += outcome->wall_ns;
    if (outcome->status != CUPEL_RUN_SANDBOX_ERROR || lane->call_error.code != 0)
        return;
    (void)cupel_fail(&lane->call_error, -EIO, "%s", outcome->error);
    cupel_run_kill(side_of(lane)->run); /* it may wait for an answer, and its own counts not */
}

static void open_broker(void *owner, struct cupel_run *run, int listener_fd)
{
    struct cupel_lane *lane = owner;
    struct cupel_stage *stage = lane->stage;
    const struct cupel_broker_options options = {
        .loop = stage->loop,
        .cell = stage->grading->cell,
        .lanes = stage->learners,
        .step = &definition_of(lane)->call,
        .report = stage->grading->options->report_run,
        .call_done = count_call,
        .owner = lane,
    };

    (void)run;
    int r = cupel_broker_new(&options, listener_fd, &lane->broker, NULL);
    if (r < 0)
        stage->failure = r;
}

int cupel_test_start_harness(struct cupel_lane *lane)
{
    const struct cupel_grading *grading = lane->stage->grading;
    const struct cupel_grader_harness *definition = definition_of(lane);
    struct cupel_side *side = side_of(lane);
    struct cupel_run_request *request = &side->request;

    int r = cupel_lane_prepare(lane, side, &definition->step);
    if (r < 0)
        return r;
    request->files = definition->files;
    request->file_count = definition->file_count;
    request->keeps_files = definition->file != NULL;
    request->has_broker = !definition->in_process;
    request->broker = open_broker;
    request->done = harness_done;
    if (cupel_harness_has_channel(definition))
        r = cupel_lane_open_channel(lane, definition);
    else if (definition->file == NULL)
        request->output = keep_report;
    if (r < 0)
        return r;
    cupel_lane_start(lane, side, definition->in_process ? grading->cell : grading->judge_cell);
    return 0;
}
