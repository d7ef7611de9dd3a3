/* What the readers of all formats share: a list of tests that grows, texts that are cut, and
 * errors that name their place. */
#ifndef CUPEL_REPORT_BUILDER_H
#define CUPEL_REPORT_BUILDER_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/report.h"

/* Zero-initialise but for text, len and err. The first failure stays. */
struct report_builder {
    const char *text; /* of the whole report */
    size_t len;
    struct cupel_report report;
    size_t allocated; /* tests that there is room for */
    int failure;      /* 0 or negative errno */
    struct cupel_error *err;
};

/* Each reads builder->text into builder->report; returns 0 or builder->failure. */
typedef int report_reader(struct report_builder *builder);
report_reader report_read_junit;
report_reader report_read_tap;
report_reader report_read_gtest_json;
report_reader report_read_ctest;
report_reader report_read_json;

/* Fail at a byte of the text; returns builder->failure. */
int report_fail_at(struct report_builder *builder, size_t offset, const char *fmt, ...)
    CUPEL_PRINTF(3, 4);
int report_fail_memory(struct report_builder *builder);

/* A further test, passed until something else is known, of a report that goes on at offset.
 * NULL: failed. */
struct cupel_report_test *report_add(struct report_builder *builder, size_t offset);
/* Forget all tests but the first count. */
void report_drop(struct report_builder *builder, size_t count);
/* The harness did not come to its end. The first reason stays. */
void report_set_incomplete(struct report_builder *builder, const char *fmt, ...)
    CUPEL_PRINTF(2, 3);

/* Bytes of which only the first are kept. Zero-initialise but for max; may be used again after
 * report_text_reset(). */
struct report_text {
    size_t max;
    char *bytes;
    size_t len;
    size_t size;
    size_t total; /* of which len are kept */
};

void report_text_add(struct report_builder *builder, struct report_text *text,
                     const char *bytes, size_t len);
/* As a paragraph of its own, without the blank lines around it. */
void report_text_add_part(struct report_builder *builder, struct report_text *text,
                          const char *bytes, size_t len);
void report_text_reset(struct report_text *text);
void report_text_free(struct report_text *text);

/* Replace *ret by the clean text; NULL where it is empty. */
void report_set_text(struct report_builder *builder, const struct report_text *text,
                     char **ret);
/* The same of a string, NULL or empty for none. */
void report_set_string(struct report_builder *builder, const char *string, size_t max,
                       char **ret);

/*
 * The id of a test: "PREFIX.NAME", or what of both there is, once if they are equal. On one
 * line. Fails at offset if there is neither.
 */
void report_set_id(struct report_builder *builder, struct cupel_report_test *test,
                   const char *prefix, const char *name, size_t offset);
/* Clean text, cut, on one line, no blanks around it; NULL: failed. */
char *report_make_line(struct report_builder *builder, const char *bytes, size_t len,
                       size_t max);
/* An id as it is kept, of the same form; NULL: failed. */
char *report_make_id(struct report_builder *builder, const char *bytes, size_t len);
/* In the same form; NULL: none. */
void report_set_title(struct report_builder *builder, struct cupel_report_test *test,
                      const char *title);

/* A decimal number, followed by suffix; NaN if it is none or no possible time. */
double report_parse_seconds(const char *text, const char *suffix);

/* Set outcome and fraction. */
void report_set_outcome(struct cupel_report_test *test, enum cupel_report_outcome outcome);

/* Cut blanks, line feeds too, off both ends. */
void report_trim(const char **bytes, size_t *len);

#endif
