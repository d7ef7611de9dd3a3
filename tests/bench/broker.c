/* What it costs a harness in the judge's cell to have the learner's program run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "cupel/cleanup.h"
#include "grader/broker.h"

#define LINE_SIZE 32U /* more than the harness prints of a round */

struct judge {
    struct bench *bench;
    struct cupel_policy *policy;
    struct cupel_filters filters;
    struct cupel_cell *cell;
    struct cupel_loop *loop;
    struct cupel_lanes *lanes; /* of the learner's cell */
    struct cupel_step step;    /* the learner's */
    struct cupel_broker *broker;
    char *text; /* what the harness has printed */
    size_t len;
    size_t size;
    bool done;
    struct cupel_error failure;
};

static void take_listener(void *owner, struct cupel_run *run, int listener_fd)
{
    struct judge *judge = owner;
    const struct cupel_broker_options options = {.loop = judge->loop,
                                                 .cell = judge->bench->cell,
                                                 .lanes = judge->lanes,
                                                 .step = &judge->step};

    if (cupel_broker_new(&options, listener_fd, &judge->broker, &judge->failure) < 0)
        cupel_run_kill(run);
}

static void take_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct judge *judge = owner;

    if (stream != CUPEL_STDOUT || len >= judge->size - judge->len)
        return;
    memcpy(judge->text + judge->len, bytes, len);
    judge->len += len;
    judge->text[judge->len] = '\0';
}

static void take_end(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct judge *judge = owner;

    (void)run;
    if (judge->failure.code == 0 &&
        (outcome->status != CUPEL_RUN_EXITED || outcome->exit_code != 0))
        (void)cupel_fail(&judge->failure, -EIO, "the harness failed: %s", outcome->error);
    judge->done = true;
}

static int run_harness(struct judge *judge, size_t rounds, struct cupel_error *err)
{
    static const char *const environment[] = {NULL};
    static const char *const shown[] = {HELPERS_IN_CELL, NULL};
    char count[24];
    const char *const argv[] = {HELPERS_IN_CELL "/burden", "call", count, NULL};
    const struct cupel_run_request request = {.argv = argv,
                                              .environment = environment,
                                              .policy = judge->policy,
                                              .filter = &judge->filters.enforce,
                                              .limits = judge->policy->limits,
                                              .box = CUPEL_BOX_FRESH,
                                              .extra_read_only = shown,
                                              .has_broker = true,
                                              .broker = take_listener,
                                              .output = take_output,
                                              .done = take_end,
                                              .owner = judge};
    struct cupel_run *run = NULL;

    (void)snprintf(count, sizeof(count), "%zu", rounds);
    int r = cupel_run_start(judge->loop, judge->cell, 0, &request, &run, err);
    while (r == 0 && !judge->done)
        r = cupel_loop_once(judge->loop, -1, err);
    cupel_run_free(run);
    cupel_broker_free(judge->broker);
    if (r == 0 && judge->failure.code < 0)
        return cupel_fail(err, judge->failure.code, "%s", judge->failure.text);
    return r;
}

static int open_judge(struct judge *judge, struct cupel_error *err)
{
    static char *no_environment[] = {NULL};
    struct bench *bench = judge->bench;

    judge->step = (struct cupel_step){.environment = no_environment,
                                      .policy = bench->policy,
                                      .filters = &bench->filters,
                                      .limits = bench->policy->limits};
    judge->text = calloc(1, judge->size);
    if (judge->text == NULL || cupel_lanes_new(1, &judge->lanes) < 0)
        return cupel_fail(err, -ENOMEM, "allocate");
    int r = cupel_loop_new(&judge->loop, err);
    if (r == 0)
        r = bench_load_policy(bench, "judge", &judge->policy, &judge->filters, err);
    if (r == 0)
        r = bench_start_cell(bench, judge->policy, bench->exec_path, NULL, &judge->cell, err);
    return r;
}

static void close_judge(struct judge *judge)
{
    cupel_lanes_free(judge->lanes);
    cupel_cell_free(judge->cell);
    cupel_filters_clear(&judge->filters);
    cupel_policy_free(judge->policy);
    cupel_loop_free(judge->loop);
    free(judge->text);
}

/* times: room for two times all rounds */
static int print(const char *text, double *times, size_t rounds, struct cupel_error *err)
{
    double *calls = times + rounds;
    int used = 0;

    for (size_t i = 0; i < WARM_UP + rounds; i++) {
        size_t at = i < WARM_UP ? 0 : i - WARM_UP;
        if (sscanf(text, "%lf %lf\n%n", &times[at], &calls[at], &used) != 2)
            return cupel_fail(err, -EIO, "the harness has printed too little");
        text += used;
    }
    (void)printf("{\n  \"rounds\": %zu,\n  \"spawn\": {", rounds);
    qsort(times, rounds, sizeof(*times), bench_compare);
    double baseline_us = times[rounds / 2];
    bench_print_times(times, rounds, baseline_us);
    (void)printf("},\n  \"call\": {");
    bench_print_times(calls, rounds, baseline_us);
    (void)printf("}\n}\n");
    return 0;
}

int bench_broker(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    struct judge judge = {.bench = bench, .size = LINE_SIZE * (WARM_UP + rounds)};
    CUPEL_AUTO_FREE double *times = calloc(2 * rounds, sizeof(*times));

    int r = times == NULL ? cupel_fail_errno(err, "allocate") : open_judge(&judge, err);
    if (r == 0)
        r = run_harness(&judge, WARM_UP + rounds, err);
    if (r == 0)
        r = print(judge.text, times, rounds, err);
    close_judge(&judge);
    return r;
}
