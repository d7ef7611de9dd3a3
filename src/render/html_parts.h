/* What the sections of the page of HTML are made of. Classes, captions and columns are our own
 * words; all other text is escaped here. */
#ifndef CUPEL_RENDER_HTML_PARTS_H
#define CUPEL_RENDER_HTML_PARTS_H

#include <stdbool.h>

#include "cupel/outcome.h"
#include "render/page.h"

void html_paragraph(struct page *page, const char *class, const char *text);

/* Lines as they are. put: html_terminal() or html_text(). */
void html_preformatted(struct page *page, const char *text,
                       void (*put)(struct page *page, const char *text));

/* Whether there is any output; NULL: none. */
bool html_says_something(const char *output);

/* What a program printed, to be unfolded, or open; nothing if it printed nothing. */
void html_output(struct page *page, const char *output, bool open);

/* columns: NULL-terminated; those from the third on are numbers. */
void html_open_table(struct page *page, const char *caption, const char *const *columns);
void html_close_table(struct page *page);

/* A cell, see words_points(). */
void html_points(struct page *page, const double *score, double max_score, bool bonus);

/* The last two cells of a row: time and memory. */
void html_figures(struct page *page, bool ran, const struct cupel_outcome *run);

#endif
