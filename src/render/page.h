/* A text that grows, for terminals or as HTML: whatever is put on it, no control byte gets
 * through. */
#ifndef CUPEL_RENDER_PAGE_H
#define CUPEL_RENDER_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cupel/error.h"

enum { PAGE_WIDTH = 80 };

enum page_style { PAGE_PLAIN, PAGE_BOLD, PAGE_DIM, PAGE_GREEN, PAGE_YELLOW, PAGE_RED };

struct page {
    FILE *out; /* a memory stream; NULL once memory ran out, and all calls do nothing then */
    char *text;
    size_t len;
    bool colour;
};

void page_open(struct page *page, bool colour);

/* The text, which the caller frees, or NULL if memory ran out at any time. */
char *page_close(struct page *page);

/* Whatever its owner promises, text is cleaned once more (cupel_text_clean()): a terminal obeys
 * what it reads. NULL if memory ran out, and the page has failed then. The caller frees. */
char *page_clean(struct page *page, const char *text);

/* Our own words: nothing that comes from outside. */
void page_format(struct page *page, const char *fmt, ...) CUPEL_PRINTF(2, 3);
void page_style(struct page *page, enum page_style style);

/* Text from outside on one line, padded with spaces to width, cut there if cut is set. */
void page_put(struct page *page, const char *text, size_t width, bool cut);

/* Text from outside in lines of at most PAGE_WIDTH, broken at spaces: the first behind lead,
 * the others below it, indent characters in. */
void page_wrap(struct page *page, const char *lead, size_t indent, const char *text);

/* Text from outside, line by line behind bar, such as "| "; of long ones the beginning and the
 * end. */
void page_output(struct page *page, size_t indent, const char *bar, const char *output);

#endif
