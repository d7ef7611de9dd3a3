/* What a harness says of its tests: the in-memory form of every report (cupel/report.h). */
#ifndef CUPEL_REPORT_TEST_H
#define CUPEL_REPORT_TEST_H

#include <stdbool.h>
#include <stddef.h>

enum cupel_report_outcome {
    CUPEL_REPORT_PASSED, /* also in part, see fraction */
    CUPEL_REPORT_SKIPPED,
    CUPEL_REPORT_FAILED,
    CUPEL_REPORT_ERRORED, /* the test broke before it could tell */
};

/* Strings are owned by the report and clean text (cupel_text_clean()); NULL where there is
 * none.
 */
struct cupel_report_test {
    char *id;    /* one line, never empty */
    char *title; /* one line */
    enum cupel_report_outcome outcome;
    double fraction; /* of its points: 1 passed, 0 if not, between them what a report of kind
                        json says */
    char *message;   /* why it is not passed */
    char *output;
    double seconds; /* NaN: unknown */
};

/* In the report's order; an id may stand in it more than once. */
struct cupel_report {
    struct cupel_report_test *tests;
    size_t count;
    bool complete;    /* the harness came to its end, as far as the format can tell */
    char *incomplete; /* why it is not, in a sentence; NULL if it is */
};

#endif
