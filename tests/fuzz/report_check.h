/* What holds of every report that was read, whatever it was read from. */
#ifndef CUPEL_TESTS_REPORT_CHECK_H
#define CUPEL_TESTS_REPORT_CHECK_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/report.h"
#include "cupel/text.h"

#define NOTICE_MAX 64 /* "[… cut: N bytes in all]" */

static inline void check_text(const char *text, size_t max)
{
    if (text != NULL &&
        (strlen(text) > max + NOTICE_MAX || !cupel_text_is_utf8(text, strlen(text))))
        abort();
}

static inline void check_report(enum cupel_report_kind kind, const uint8_t *data, size_t size)
{
    struct cupel_report report = {0};
    struct cupel_error err = {0};

    if (cupel_report_read(kind, (const char *)data, size, &report, &err) < 0) {
        if (report.tests != NULL || strchr(err.text, ':') == NULL ||
            strpbrk(err.text, "\n\t\033\177") != NULL)
            abort();
        check_text(err.text, sizeof(err.text));
        return;
    }
    if (report.complete != (report.incomplete == NULL))
        abort();
    for (size_t i = 0; i < report.count; i++) {
        const struct cupel_report_test *test = &report.tests[i];
        bool passed = test->outcome == CUPEL_REPORT_PASSED;
        if (test->id == NULL || test->id[0] == '\0' || strchr(test->id, '\n') != NULL ||
            !(test->fraction >= 0 && test->fraction <= 1) || passed != (test->fraction > 0) ||
            isinf(test->seconds) || test->seconds < 0)
            abort();
        check_text(test->id, CUPEL_REPORT_ID_MAX);
        check_text(test->title, CUPEL_REPORT_ID_MAX);
        check_text(test->message, CUPEL_REPORT_MESSAGE_MAX);
        check_text(test->output, CUPEL_REPORT_OUTPUT_MAX);
    }
    cupel_report_clear(&report);
}

#endif
