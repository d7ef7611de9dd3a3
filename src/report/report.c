#include "cupel/report.h"

#include <stdlib.h>
#include <string.h>

const char *const cupel_report_kind_names[] = {
    [CUPEL_REPORT_JUNIT] = "junit",
    [CUPEL_REPORT_TAP] = "tap",
    [CUPEL_REPORT_GTEST_JSON] = "gtest-json",
    [CUPEL_REPORT_CTEST] = "ctest",
    [CUPEL_REPORT_JSON] = "json",
    [CUPEL_REPORT_EXIT_CODE] = "exit-code",
    [CUPEL_REPORT_EXIT_CODE + 1] = NULL,
};

void cupel_report_clear(struct cupel_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        free(report->tests[i].id);
        free(report->tests[i].title);
        free(report->tests[i].message);
        free(report->tests[i].output);
    }
    free(report->tests);
    free(report->incomplete);
    memset(report, 0, sizeof(*report));
}
