/*
 * Reports that harnesses write: JUnit, TAP and others, read to one list of tests. Pure parsers
 * of hostile text; docs/reports.md says what each format's fields become.
 */
#ifndef CUPEL_REPORT_H
#define CUPEL_REPORT_H

#include <stddef.h>

#include "cupel/error.h"
#include "cupel/report_test.h"

enum cupel_report_kind {
    CUPEL_REPORT_JUNIT, /* as pytest, surefire, JUnit, googletest, cmocka, CTest and node write
                           it */
    CUPEL_REPORT_TAP,   /* versions 13 and 14 */
    CUPEL_REPORT_GTEST_JSON, /* googletest's --gtest_output=json */
    CUPEL_REPORT_CTEST,      /* CTest's Test.xml */
    CUPEL_REPORT_JSON,       /* cupel's own, docs/schema/report.schema.json */
    CUPEL_REPORT_EXIT_CODE,  /* no text: the caller makes a report of one test */
};

extern const char *const cupel_report_kind_names[]; /* indexed by the enum, NULL-terminated */

/* What is longer is cut, as cupel_text_clean() does it. A cut id is longer than any that a
 * grader can declare. */
#define CUPEL_REPORT_ID_MAX      1024
#define CUPEL_REPORT_MESSAGE_MAX (4U << 10)
#define CUPEL_REPORT_OUTPUT_MAX  (64U << 10)

/* What is more, makes the report invalid. */
#define CUPEL_REPORT_BYTES_MAX ((size_t)16 << 20)
#define CUPEL_REPORT_TESTS_MAX 10000
#define CUPEL_REPORT_DEPTH_MAX 64

/*
 * Read len bytes of text, of any kind but CUPEL_REPORT_EXIT_CODE. ret: zero-initialised, filled
 * on success only, released with cupel_report_clear(). A report without any test is valid.
 * Returns 0; -ENOMEM; -EINVAL if the text is not of this kind, is truncated, contradicts itself
 * or goes beyond the limits above, with err->text "LINE:COLUMN: what was expected" (from 1,
 * columns in bytes).
 */
CUPEL_MUST_CHECK int cupel_report_read(enum cupel_report_kind kind, const char *text,
                                       size_t len, struct cupel_report *ret,
                                       struct cupel_error *err);

/* Zero-initialised is empty and may be cleared. */
void cupel_report_clear(struct cupel_report *report);

#endif
