#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/document.h"
#include "cupel/score.h"
#include "grader/broker_call.h"
#include "grader/environment.h"
#include "grader/grading.h"

/* As `cupel run` exits. */
#define EXIT_LIMIT     124
#define EXIT_FAILED    125
#define EXIT_NOT_FOUND 127
#define EXIT_BY_SIGNAL 128

/* Output that a client does not take grows no further than the test's limit. */
static void take_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct broker_call *call = owner;

    if (call->broker == NULL || call->socket.fd < 0 || call->is_deaf || call->answer.refused)
        return;
    if (broker_append(&call->answer.output[stream], bytes, len) < 0) {
        broker_fail(call, "cupel has no memory for the output");
        return;
    }
    broker_flush(call);
    broker_watch(call);
}

static void take_fed(void *owner, struct cupel_run *run)
{
    struct broker_call *call = owner;

    (void)run;
    call->is_feeding = false;
    if (call->broker != NULL)
        broker_watch(call);
}

static void read_files(struct broker_call *call)
{
    struct cupel_broker *broker = call->broker;

    for (size_t i = 0; i < call->get_count; i++) {
        struct broker_got *got = &call->gets[i];
        size_t room = CUPEL_BROKER_FILES_BYTES - broker->held;
        size_t max = room < CUPEL_BROKER_FILE_BYTES ? room : CUPEL_BROKER_FILE_BYTES;
        got->code =
            cupel_run_read_file(call->run, got->path, max, &got->bytes, &got->len, NULL);
        if (got->code == 0) {
            broker->held += got->len;
            call->held += got->len;
            call->held_got += got->len;
        }
    }
}

static void describe_limit_or_signal(const struct cupel_outcome *outcome, char *text,
                                     size_t size)
{
    CUPEL_AUTO_FREE char *sentence = NULL;

    if (cupel_score_explain(outcome, &sentence) == 0 && sentence != NULL)
        (void)snprintf(text, size, "%s", sentence);
}

static void describe_exec(const char *program, int error, char *text, size_t size)
{
    const char *why = strerrordesc_np(error);

    (void)snprintf(text, size, "%.500s: %s", program, why != NULL ? why : "unknown error");
}

static unsigned describe(const struct broker_call *call, const struct cupel_outcome *outcome,
                         char *text, size_t size)
{
    text[0] = '\0';
    switch (outcome->status) {
    case CUPEL_RUN_LIMIT:
        describe_limit_or_signal(outcome, text, size);
        return EXIT_LIMIT;
    case CUPEL_RUN_SIGNALED:
        describe_limit_or_signal(outcome, text, size);
        return EXIT_BY_SIGNAL + (unsigned)outcome->signal;
    case CUPEL_RUN_EXITED:
        if (outcome->exec_errno != 0)
            describe_exec(call->call.argv[0], outcome->exec_errno, text, size);
        return (unsigned)outcome->exit_code & 0xff;
    case CUPEL_RUN_SANDBOX_ERROR:
        break;
    }
    (void)snprintf(text, size, "%s", outcome->error);
    return EXIT_FAILED;
}

static void tell_owner(const struct cupel_broker *broker, const struct cupel_outcome *outcome)
{
    if (broker->options.call_done != NULL)
        broker->options.call_done(broker->options.owner, outcome);
}

void broker_tell_failure(const struct cupel_broker *broker, int error, const char *text)
{
    struct cupel_error err = {0};

    (void)cupel_fail(&err, -EIO, "%s%s%s", text, error != 0 ? ": " : "",
                     error != 0 ? strerrordesc_np(error) : "");
    const struct cupel_outcome outcome = cupel_grading_not_started(broker->options.step, &err);
    tell_owner(broker, &outcome);
}

void broker_fail(struct broker_call *call, const char *text)
{
    broker_tell_failure(call->broker, 0, text);
    broker_refuse(call, text);
}

static void answer(struct broker_call *call, const struct cupel_outcome *outcome)
{
    char text[CUPEL_BROKER_TEXT_MAX + 1];
    unsigned status = describe(call, outcome, text, sizeof(text));

    if (call->call.wants_report && call->broker->options.report != NULL) {
        call->answer.report = call->broker->options.report(outcome);
        if (call->answer.report == NULL)
            broker_tell_failure(call->broker, 0, "cupel has no memory for a report");
    }
    if (!call->answer.refused)
        tell_owner(call->broker, outcome);
    broker_forget_request(call);
    broker_end(call, status, text);
}

static void run_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct broker_call *call = owner;
    struct cupel_lanes *lanes = call->lanes;
    unsigned lane = call->lane;
    bool is_awaited = call->broker != NULL && call->socket.fd >= 0;

    if (is_awaited)
        read_files(call);
    cupel_run_free(run);
    call->run = NULL;
    if (is_awaited)
        answer(call, outcome);
    else
        broker_free_call(call);
    struct cupel_denied denied = outcome->denied;
    cupel_denied_clear(&denied);
    cupel_lanes_give_back(lanes, lane);
}

static int place_files(struct broker_call *call)
{
    if (call->put_count == 0)
        return 0;
    call->files = calloc(call->put_count, sizeof(*call->files));
    for (size_t i = 0; call->files != NULL && i < call->put_count; i++) {
        const struct broker_put *put = &call->puts[i];
        call->files[i] = (struct cupel_run_file){put->path, put->content.bytes,
                                                 put->content.len, put->executable};
    }
    return call->files != NULL ? 0 : -ENOMEM;
}

static int prepare(struct broker_call *call)
{
    struct cupel_run_request *request = &call->request;
    char **own = NULL;

    int r = cupel_grading_request(call->broker->options.step, CUPEL_BOX_FRESH, request, &own);
    if (r == 0)
        r = cupel_environment_merge((const char *const *)own,
                                    (const char *const *)call->call.environment,
                                    &call->environment);
    cupel_strings_free(own);
    if (r == 0)
        r = place_files(call);
    if (r < 0)
        return r;
    request->argv = (const char *const *)call->call.argv;
    request->environment = (const char *const *)call->environment;
    request->chdir = call->chdir;
    request->files = call->files;
    request->file_count = call->put_count;
    request->keeps_files = call->get_count > 0;
    request->input = (struct cupel_input){.kind = CUPEL_INPUT_FED, .fd = -1};
    request->fed = take_fed;
    request->output = take_output;
    request->done = run_done;
    request->owner = call;
    return 0;
}

/* What the harness has asked for does not fit, or the sandbox is not there any more. */
static void fail_start(struct broker_call *call, int code, const struct cupel_error *err)
{
    if (code == -E2BIG || code == -EINVAL) {
        broker_refuse(call, err->text);
        return;
    }
    struct cupel_outcome outcome = cupel_grading_not_started(call->broker->options.step, err);
    call->get_count = 0; /* there are no files */
    answer(call, &outcome);
}

static bool start(struct broker_call *call)
{
    const struct cupel_broker_options *options = &call->broker->options;
    struct cupel_error err = {0};

    if (!broker_has_folder(call)) {
        (void)cupel_fail(&err, -ENOENT, "--chdir: %.200s: no such folder", call->chdir);
        call->get_count = 0;
        broker_end(call, EXIT_NOT_FOUND, err.text);
        return false;
    }
    call->broker->run++;
    int r = prepare(call);
    if (r < 0)
        (void)cupel_fail(&err, r, "cupel has no memory for the call");
    else
        r = cupel_run_start(options->loop, options->cell, call->lane, &call->request,
                            &call->run, &err);
    if (r < 0) {
        fail_start(call, r, &err);
        return false;
    }
    call->phase = BROKER_RUNNING;
    broker_watch(call);
    return true;
}

void broker_start(struct cupel_lane_claim *claim, unsigned lane)
{
    struct broker_call *call = claim->owner;

    call->lane = lane;
    if (!start(call))
        cupel_lanes_give_back(call->lanes, lane);
}

void broker_abandon(struct cupel_lane_claim *claim)
{
    struct broker_call *call = claim->owner;

    cupel_run_free(call->run);
    call->run = NULL;
    broker_free_call(call);
}
