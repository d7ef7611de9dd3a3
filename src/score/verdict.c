#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "score/quote.h"
#include "score/show.h"

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

static char *describe_by_pattern(const struct cupel_outcome *run,
                                 const struct cupel_difference *difference)
{
    CUPEL_AUTO_FREE char *actual = score_quote(&difference->actual);
    char *text = NULL;
    int r;

    if (actual == NULL)
        return NULL;
    if (run->stdout_bytes == 0)
        r = asprintf(&text,
                     "nothing was written to standard output, where a pattern expects "
                     "something");
    else if (difference->line == 0)
        r = asprintf(&text, "the output does not match the expected pattern");
    else if (difference->actual_ended)
        r = asprintf(&text,
                     "the output ended at line %" PRIu64 "; the expected pattern goes on",
                     difference->line);
    else
        r = asprintf(&text,
                     "line %" PRIu64 ", byte %" PRIu64
                     ": from here on %s does not match the expected pattern",
                     difference->line, difference->column, actual);
    return r < 0 ? NULL : text;
}

/* Whether a is b and a line feed, which excerpts hold only where it is what differs. */
static bool is_line_feed_more(const struct cupel_excerpt *a, const struct cupel_excerpt *b)
{
    return a->skipped == b->skipped && !a->cut && !b->cut && a->len == b->len + 1 &&
           a->bytes[b->len] == '\n' && memcmp(a->bytes, b->bytes, b->len) == 0;
}

static const char *hint(const struct cupel_difference *difference)
{
    if (is_line_feed_more(&difference->expected, &difference->actual))
        return "; the line feed at the end of the output is missing";
    if (is_line_feed_more(&difference->actual, &difference->expected))
        return "; no line feed was expected there";
    return "";
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
        r = asprintf(&text, "line %" PRIu64 ", byte %" PRIu64 ": expected %s, found %s%s",
                     difference->line, difference->column, expected, actual, hint(difference));
    else
        r = asprintf(&text, "line %" PRIu64 ": expected %s, found %s%s", difference->line,
                     expected, actual, hint(difference));
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
        text = difference->by_pattern ? describe_by_pattern(run, difference)
                                      : describe(run, difference);
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
    if (error) {
        test->verdict = CUPEL_VERDICT_ERROR;
        test->by_platform = true;
    }
    if (reason == CUPEL_REASON_WRONG_OUTPUT && difference->line > 0) {
        free(test->difference);
        test->difference = score_show(difference);
        if (test->difference == NULL) {
            free(message);
            return -ENOMEM;
        }
    }
    test->reason = reason;
    free(test->message);
    test->message = message;
    return 0;
}
