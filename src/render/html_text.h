/* Text from outside on a page of HTML: the one place where it is escaped. */
#ifndef CUPEL_RENDER_HTML_TEXT_H
#define CUPEL_RENDER_HTML_TEXT_H

#include "render/page.h"

/* Escaped, for the content of elements and for attributes in double quotes that are mere text;
 * never put it into an address, a style or a comment. Control characters, and those that
 * reorder or hide text, are visible as \x1b or \u{202E}. */
void html_text(struct page *page, const char *text);

/*
 * The same for what a program wrote to a terminal, as cupel_text_clean() left it: colours and
 * styles (SGR, "\x1b[31m") become spans of fixed classes, complete at the text's end: b, d, i,
 * u, s (bold, dim, italic, underlined, struck through), r (reversed), f0 to f7 (colour of the
 * text) or g0 to g7 (of its background, which has a colour for text, too: no choice of a
 * program's makes text that cannot be read). Other sequences stay visible.
 */
void html_terminal(struct page *page, const char *text);

#endif
