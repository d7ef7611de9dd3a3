#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "score/quote.h"

static enum cupel_reason reason_of_limit(enum cupel_limit limit)
{
    switch (limit) {
    case CUPEL_LIMIT_CPU_TIME:
        return CUPEL_REASON_CPU_LIMIT;
    case CUPEL_LIMIT_MEMORY:
        return CUPEL_REASON_MEMORY_LIMIT;
    case CUPEL_LIMIT_PROCESSES:
        return CUPEL_REASON_PROCESS_LIMIT;
    case CUPEL_LIMIT_OUTPUT:
        return CUPEL_REASON_OUTPUT_LIMIT;
    case CUPEL_LIMIT_DISK:
    case CUPEL_LIMIT_FILE_SIZE:
    case CUPEL_LIMIT_OPEN_FILES:
        return CUPEL_REASON_DISK_LIMIT;
    case CUPEL_LIMIT_WALL_TIME:
    case CUPEL_LIMIT_NONE:
        break;
    }
    return CUPEL_REASON_TIME_LIMIT;
}

/* Why the test has not passed, in the order of score.h. */
static enum cupel_reason reason_of(const struct cupel_outcome *run,
                                   const struct cupel_expectation *expectation, bool equal)
{
    switch (run->status) {
    case CUPEL_RUN_LIMIT:
        return reason_of_limit(run->limit);
    case CUPEL_RUN_SIGNALED:
        return run->signal == SIGSYS ? CUPEL_REASON_DENIED_SYSCALL : CUPEL_REASON_RUNTIME_ERROR;
    case CUPEL_RUN_EXITED:
    case CUPEL_RUN_SANDBOX_ERROR:
        break;
    }
    if (run->exec_errno != 0)
        return CUPEL_REASON_RUNTIME_ERROR;
    if (!expectation->any_exit_code && run->exit_code != expectation->exit_code)
        return CUPEL_REASON_WRONG_EXIT_CODE;
    if (expectation->checks_stdout && !equal)
        return CUPEL_REASON_WRONG_OUTPUT;
    return CUPEL_REASON_NONE;
}

static char *describe(const struct cupel_outcome *run,
                      const struct cupel_difference *difference)
{
    CUPEL_AUTO_FREE char *expected = score_quote(&difference->expected);
    CUPEL_AUTO_FREE char *actual = score_quote(&difference->actual);
    bool far = difference->expected.skipped > 0 || difference->actual.skipped > 0;
    char *text = NULL;
    int r;

    if (expected == NULL || actual == NULL)
        return NULL;
    if (difference->actual_ended && run->stdout_bytes == 0)
        r = asprintf(&text, "nothing was written to standard output; %s was expected",
                     expected);
    else if (difference->actual_ended)
        r = asprintf(&text, "the output ended at line %" PRIu64 "; more was expected: %s",
                     difference->line, expected);
    else if (difference->expected_ended)
        r = asprintf(
            &text, "the output goes on at line %" PRIu64 " where nothing more was expected: %s",
            difference->line, actual);
    else if (far)
        r = asprintf(&text, "line %" PRIu64 ", byte %" PRIu64 ": expected %s, found %s",
                     difference->line, difference->column, expected, actual);
    else
        r = asprintf(&text, "line %" PRIu64 ": expected %s, found %s", difference->line,
                     expected, actual);
    return r < 0 ? NULL : text;
}

static int explain(const struct cupel_outcome *run, const struct cupel_expectation *expectation,
                   enum cupel_reason reason, const struct cupel_difference *difference,
                   char **ret)
{
    char *text = NULL;

    if (reason == CUPEL_REASON_WRONG_EXIT_CODE) {
        if (asprintf(&text, "exited with %d; %d was expected", run->exit_code,
                     expectation->exit_code) < 0)
            return -ENOMEM;
        if (cupel_score_add_killed(run, &text) < 0) {
            free(text);
            return -ENOMEM;
        }
    } else if (reason == CUPEL_REASON_WRONG_OUTPUT) {
        text = describe(run, difference);
        if (text == NULL)
            return -ENOMEM;
    } else {
        return cupel_score_explain(run, ret);
    }
    *ret = text;
    return 0;
}

int cupel_score_test(struct cupel_test_result *test,
                     const struct cupel_expectation *expectation, bool equal,
                     const struct cupel_difference *difference)
{
    const struct cupel_outcome *run = &test->run;
    bool error = run->status == CUPEL_RUN_SANDBOX_ERROR;
    enum cupel_reason reason = error ? CUPEL_REASON_NONE : reason_of(run, expectation, equal);
    char *message = NULL;

    if (error || reason != CUPEL_REASON_NONE) {
        int r = explain(run, expectation, reason, difference, &message);
        if (r < 0)
            return r;
        cupel_score_fraction(test, 0);
    } else {
        cupel_score_fraction(test, 1);
    }
    if (error)
        test->verdict = CUPEL_VERDICT_ERROR;
    test->reason = reason;
    free(test->message);
    test->message = message;
    return 0;
}
