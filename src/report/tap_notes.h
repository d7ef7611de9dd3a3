/* What stands in TAP below the line of a test: comments, and a block of YAML of which only the
 * simplest forms are understood. */
#ifndef CUPEL_REPORT_TAP_NOTES_H
#define CUPEL_REPORT_TAP_NOTES_H

#include "report/builder.h"

struct tap_notes {
    struct report_builder *builder;
    struct report_text comments;
    struct report_text yaml;
    struct report_text message; /* YAML's message or error */
    bool in_message;            /* which goes on with lines further in */
    double seconds;             /* duration_ms; NaN: unknown */
};

void tap_notes_init(struct tap_notes *notes, struct report_builder *builder);
void tap_notes_free(struct tap_notes *notes);

void tap_notes_add_comment(struct tap_notes *notes, const char *bytes, size_t len);
/* A line of the block, without the block's indentation. */
void tap_notes_add_yaml(struct tap_notes *notes, const char *bytes, size_t len);

/* Fill seconds of the test that they were about, if it failed message and output too, and
 * forget them. */
void tap_notes_give(struct tap_notes *notes, struct cupel_report_test *test);

#endif
