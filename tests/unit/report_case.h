/* Reports that stand in a test, and what is read from them as one string. */
#ifndef CUPEL_TESTS_REPORT_CASE_H
#define CUPEL_TESTS_REPORT_CASE_H

#include <stdio.h>
#include <string.h>

#include "cupel/report.h"

struct report_case {
    const char *text;
    const char *expected; /* see report_say() */
};

#define REPORT_SAID_SIZE 4096

/* "passed a; failed b (message); skipped c; incomplete: why", or "error 1:2: what". */
static inline const char *report_say(enum cupel_report_kind kind, const char *text, size_t len,
                                     char said[static REPORT_SAID_SIZE])
{
    static const char *const names[] = {"passed", "skipped", "failed", "errored"};
    struct cupel_report report = {0};
    struct cupel_error err = {0};
    size_t used = 0;

    if (cupel_report_read(kind, text, len, &report, &err) < 0) {
        (void)snprintf(said, REPORT_SAID_SIZE, "error %s", err.text);
        return said;
    }
    said[0] = '\0';
    for (size_t i = 0; i < report.count && used < REPORT_SAID_SIZE; i++) {
        const struct cupel_report_test *test = &report.tests[i];
        const char *message = test->message != NULL ? test->message : "";
        used += (size_t)snprintf(said + used, REPORT_SAID_SIZE - used, "%s%s %s%s%s%s",
                                 i > 0 ? "; " : "", names[test->outcome], test->id,
                                 message[0] != '\0' ? " (" : "", message,
                                 message[0] != '\0' ? ")" : "");
    }
    if (!report.complete && used < REPORT_SAID_SIZE)
        (void)snprintf(said + used, REPORT_SAID_SIZE - used, "%sincomplete: %s",
                       report.count > 0 ? "; " : "", report.incomplete);
    cupel_report_clear(&report);
    return said;
}

/* The index of the first case that is read otherwise, or count; what it said is in said. */
static inline size_t report_differs(enum cupel_report_kind kind,
                                    const struct report_case *cases, size_t count,
                                    char said[static REPORT_SAID_SIZE])
{
    for (size_t i = 0; i < count; i++) {
        (void)report_say(kind, cases[i].text, strlen(cases[i].text), said);
        if (strcmp(said, cases[i].expected) != 0)
            return i;
    }
    return count;
}

#define ASSERT_CASES(kind, cases)                                                              \
    do {                                                                                       \
        char said_[REPORT_SAID_SIZE];                                                          \
        size_t count_ = sizeof(cases) / sizeof((cases)[0]);                                    \
        size_t at_ = report_differs(kind, cases, count_, said_);                               \
        if (at_ < count_)                                                                      \
            fail_msg("case %zu: %s\nexpected: %s", at_, said_, (cases)[at_].expected);         \
    } while (0)

#endif
