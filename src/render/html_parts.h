/* What the sections of the page of HTML are made of. Classes, captions and columns are our own
 * words; all other text is escaped here. */
#ifndef CUPEL_RENDER_HTML_PARTS_H
#define CUPEL_RENDER_HTML_PARTS_H

#include <stdbool.h>

#include "cupel/outcome.h"
#include "render/page.h"

void html_paragraph(struct page *page, const char *class, const char *text);

/* A title behind an id, or nothing for NULL; and both. */
void html_title(struct page *page, const char *title);
void html_name(struct page *page, const char *id, const char *title);

/* Whether there is any output; NULL: none. */
bool html_says_something(const char *output);

/* Lines of found and expected output, with what is invisible. */
void html_difference(struct page *page, const char *difference);

/* What a program printed, to be unfolded, or open; nothing if it printed nothing. id: whose
 * output it is. */
void html_output(struct page *page, const char *output, const char *id, bool open);

/* columns: NULL-terminated; those from the third on are numbers. */
void html_open_table(struct page *page, const char *caption, const char *const *columns);
void html_close_table(struct page *page);

/* A cell, see words_points(). */
void html_points(struct page *page, const double *score, double max_score, bool bonus);

/* The last two cells of a row: time and memory. */
void html_figures(struct page *page, bool ran, const struct cupel_outcome *run);

#endif
