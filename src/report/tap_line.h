/* One line of TAP. Source: testanything.org, specifications 13 and 14. */
#ifndef CUPEL_REPORT_TAP_LINE_H
#define CUPEL_REPORT_TAP_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum tap_kind {
    TAP_OTHER,   /* not TAP: what else a harness prints */
    TAP_VERSION, /* TAP version 14 */
    TAP_PLAN,    /* 1..4 */
    TAP_TEST,    /* ok 1 - adds # SKIP not today */
    TAP_BAIL_OUT,
    TAP_COMMENT,
    TAP_YAML, /* --- */
};

enum tap_directive { TAP_NONE, TAP_SKIP, TAP_TODO };

/* Texts are parts of the line. */
struct tap_line {
    enum tap_kind kind;
    size_t indent; /* spaces before it */
    size_t number; /* of the version, plan or test; 0: a test without; at most TAP_NUMBER_MAX */
    bool ok;
    const char *text; /* description, comment, why it bailed out */
    size_t len;
    enum tap_directive directive;
    const char *reason;
    size_t reason_len;
};

#define TAP_NUMBER_MAX 999999999

struct tap_line tap_line_parse(const char *bytes, size_t len);

#endif
