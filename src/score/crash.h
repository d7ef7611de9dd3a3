/*
 * What programs write to standard error when they crash. Whoever forges it deceives himself
 * only: it says nothing of points. Internal to src/score.
 */
#ifndef CUPEL_SCORE_CRASH_H
#define CUPEL_SCORE_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Part of a text; text NULL: it is not there. */
struct span {
    const char *text;
    size_t len;
};

/* The line at text, without its line feed, and where the next one begins. */
struct span span_line(const char *text, const char *end);
const char *span_next(struct span line, const char *end);

/* What follows word, or comes before it (all, if word is not there). */
struct span span_after(struct span span, const char *word);
struct span span_before(struct span span, const char *word);
bool span_begins(struct span span, const char *word);
bool span_is(struct span span, const char *word);

/* "/box/sum.c:3" without its folder; nothing for "(/box/sum+0x1110)", which has no place. */
struct span span_place(struct span location);

/* Write a frame, the innermost first; count: of those written. Returns whether there may be
 * more. */
bool crash_write_frame(FILE *out, struct span name, struct span place, size_t *count);

/* Write the first report of a kind, if there is one. */
void crash_write_sanitizer(FILE *out, const char *text, const char *end);
void crash_write_backtrace(FILE *out, const char *text, const char *end);

#endif
