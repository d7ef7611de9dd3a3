#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"

/* A report's tests by id, those of one id in the report's order. */
struct order {
    const struct cupel_report *report;
    size_t *indices;
    bool *declared; /* by index in the report */
};

static int compare_ids(const void *a, const void *b, void *context)
{
    const struct cupel_report *report = context;
    size_t left = *(const size_t *)a;
    size_t right = *(const size_t *)b;
    int r = strcmp(report->tests[left].id, report->tests[right].id);

    return r != 0 ? r : (left > right) - (left < right);
}

static const char *id_at(const struct order *order, size_t position)
{
    return order->report->tests[order->indices[position]].id;
}

/* The position of the first test that is not before id. */
static size_t find(const struct order *order, const char *id)
{
    size_t low = 0;
    size_t high = order->report->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(id_at(order, middle), id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The worst of the tests that have the id of the one at position; *ret_count: how many. */
static const struct cupel_report_test *worst(const struct order *order, size_t position,
                                             size_t *ret_count)
{
    const struct cupel_report *report = order->report;
    const struct cupel_report_test *found = &report->tests[order->indices[position]];
    const char *id = found->id;
    size_t count = 1;

    for (size_t i = position + 1; i < report->count; i++) {
        const struct cupel_report_test *test = &report->tests[order->indices[i]];
        if (strcmp(test->id, id) != 0)
            break;
        count++;
        if (test->fraction < found->fraction ||
            (test->fraction <= found->fraction && test->outcome > found->outcome))
            found = test;
    }
    *ret_count = count;
    return found;
}

static int copy(const char *text, char **ret)
{
    char *copied = text != NULL ? strdup(text) : NULL;

    if (text != NULL && copied == NULL)
        return -ENOMEM;
    free(*ret);
    *ret = copied;
    return 0;
}

static const char *default_message(const struct cupel_report_test *reported)
{
    switch (reported->outcome) {
    case CUPEL_REPORT_PASSED:
        break;
    case CUPEL_REPORT_SKIPPED:
        return "the harness skipped this test";
    case CUPEL_REPORT_FAILED:
        return "the harness says that this test failed, and no more";
    case CUPEL_REPORT_ERRORED:
        return "the harness says that this test broke, and no more";
    }
    return NULL;
}

/* What is reported more than once says so. */
static int set_message(const struct cupel_report_test *reported, size_t times, char **ret)
{
    const char *said =
        reported->message != NULL ? reported->message : default_message(reported);
    char *longer = NULL;

    if (times == 1 || said == NULL)
        return copy(said, ret);
    if (asprintf(&longer, "%s\n(the worst of %zu results that the harness reports)", said,
                 times) < 0)
        return -ENOMEM;
    free(*ret);
    *ret = longer;
    return 0;
}

static enum cupel_verdict verdict_of(const struct cupel_report_test *reported)
{
    if (reported->outcome == CUPEL_REPORT_SKIPPED)
        return CUPEL_VERDICT_SKIPPED;
    if (reported->fraction >= 1)
        return CUPEL_VERDICT_PASSED;
    return reported->fraction > 0 ? CUPEL_VERDICT_PARTIAL : CUPEL_VERDICT_FAILED;
}

static int set_reported(struct cupel_test_result *test,
                        const struct cupel_report_test *reported, size_t times)
{
    bool errored = reported->outcome == CUPEL_REPORT_ERRORED;

    cupel_score_fraction(test, reported->fraction);
    test->verdict = verdict_of(reported);
    test->ran = test->verdict != CUPEL_VERDICT_SKIPPED;
    test->reason = CUPEL_REASON_NONE;
    if (test->ran && test->verdict != CUPEL_VERDICT_PASSED)
        test->reason = errored ? CUPEL_REASON_HARNESS_FAILED : CUPEL_REASON_CHECKER_REJECTED;
    int r = copy(reported->output, &test->output);
    return r < 0 ? r : set_message(reported, times, &test->message);
}

static int set_missing(struct cupel_test_result *test)
{
    cupel_score_fraction(test, 0);
    test->ran = true;
    test->reason = CUPEL_REASON_MISSING_FROM_REPORT;
    return copy("the harness's report does not have this test", &test->message);
}

static int set_declared(const struct order *order, struct cupel_test_result *test)
{
    size_t position = find(order, test->id);
    size_t times;

    if (position == order->report->count || strcmp(id_at(order, position), test->id) != 0)
        return set_missing(test);
    const struct cupel_report_test *reported = worst(order, position, &times);
    for (size_t i = position; i < position + times; i++)
        order->declared[order->indices[i]] = true;
    return set_reported(test, reported, times);
}

static void free_undeclared(struct cupel_undeclared_test *tests, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(tests[i].id);
    free(tests);
}

static int list_undeclared(const struct order *order, struct cupel_undeclared_test **ret,
                           size_t *ret_count)
{
    const struct cupel_report *report = order->report;
    size_t count = 0;

    struct cupel_undeclared_test *tests = calloc(report->count + 1, sizeof(*tests));
    if (tests == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < report->count; i++) {
        size_t position = find(order, report->tests[i].id);
        size_t times;
        if (order->declared[i] || order->indices[position] != i)
            continue;
        tests[count].verdict = verdict_of(worst(order, position, &times));
        tests[count].id = strdup(report->tests[i].id);
        if (tests[count++].id == NULL) {
            free_undeclared(tests, count);
            return -ENOMEM;
        }
    }
    *ret = tests;
    *ret_count = count;
    return 0;
}

int cupel_score_harness(const struct cupel_report *report,
                        struct cupel_test_result *const declared[], size_t count,
                        struct cupel_undeclared_test **ret, size_t *ret_count)
{
    CUPEL_AUTO_FREE size_t *indices = calloc(report->count + 1, sizeof(*indices));
    CUPEL_AUTO_FREE bool *is_declared = calloc(report->count + 1, sizeof(*is_declared));
    struct order order = {.report = report, .indices = indices, .declared = is_declared};
    struct cupel_report by_id = *report;

    if (indices == NULL || is_declared == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < report->count; i++)
        indices[i] = i;
    qsort_r(indices, report->count, sizeof(*indices), compare_ids, &by_id);
    for (size_t i = 0; i < count; i++) {
        int r = set_declared(&order, declared[i]);
        if (r < 0)
            return r;
    }
    return list_undeclared(&order, ret, ret_count);
}
