#include "cupel/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"
#include "report/builder.h"

const char *const cupel_report_kind_names[] = {
    [CUPEL_REPORT_JUNIT] = "junit",
    [CUPEL_REPORT_TAP] = "tap",
    [CUPEL_REPORT_GTEST_JSON] = "gtest-json",
    [CUPEL_REPORT_CTEST] = "ctest",
    [CUPEL_REPORT_JSON] = "json",
    [CUPEL_REPORT_EXIT_CODE] = "exit-code",
    [CUPEL_REPORT_EXIT_CODE + 1] = NULL,
};

static report_reader *const readers[] = {
    [CUPEL_REPORT_JUNIT] = report_read_junit,
    [CUPEL_REPORT_TAP] = report_read_tap,
    [CUPEL_REPORT_GTEST_JSON] = report_read_gtest_json,
    [CUPEL_REPORT_CTEST] = report_read_ctest,
    [CUPEL_REPORT_JSON] = report_read_json,
    [CUPEL_REPORT_EXIT_CODE] = NULL,
};

/* XML and JSON are read by libraries that would say less of it. */
static int check_encoding(struct report_builder *builder)
{
    size_t valid = cupel_text_utf8_prefix(builder->text, builder->len);

    if (valid < builder->len) {
        const unsigned char *p = (const unsigned char *)builder->text;
        bool utf_16 = builder->len > 1 && p[0] + p[1] == 0xFF + 0xFE && p[0] >= 0xFE;
        return report_fail_at(builder, valid, "%s; reports are read as UTF-8",
                              utf_16 ? "UTF-16" : "a byte that is not UTF-8");
    }
    const char *nul = memchr(builder->text, '\0', builder->len);
    if (nul != NULL)
        return report_fail_at(builder, (size_t)(nul - builder->text), "a NUL byte");
    return 0;
}

int cupel_report_read(enum cupel_report_kind kind, const char *text, size_t len,
                      struct cupel_report *ret, struct cupel_error *err)
{
    struct report_builder builder = {.text = text, .len = len, .err = err};

    if (readers[kind] == NULL)
        return cupel_fail(err, -EINVAL, "1:1: a report of kind %s has no text",
                          cupel_report_kind_names[kind]);
    if (len > CUPEL_REPORT_BYTES_MAX)
        return report_fail_at(&builder, CUPEL_REPORT_BYTES_MAX, "more than %zu bytes",
                              CUPEL_REPORT_BYTES_MAX);
    /* TAP is mixed with what else a harness prints. */
    int r = kind == CUPEL_REPORT_TAP ? 0 : check_encoding(&builder);
    if (r == 0)
        r = readers[kind](&builder);
    if (r == 0)
        r = builder.failure;
    if (r < 0) {
        cupel_report_clear(&builder.report);
        return r;
    }
    builder.report.complete = builder.report.incomplete == NULL;
    *ret = builder.report;
    return 0;
}

static void clear_test(struct cupel_report_test *test)
{
    free(test->id);
    free(test->title);
    free(test->message);
    free(test->output);
}

void report_drop(struct report_builder *builder, size_t count)
{
    while (builder->report.count > count)
        clear_test(&builder->report.tests[--builder->report.count]);
}

void cupel_report_clear(struct cupel_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        clear_test(&report->tests[i]);
    free(report->tests);
    free(report->incomplete);
    memset(report, 0, sizeof(*report));
}
