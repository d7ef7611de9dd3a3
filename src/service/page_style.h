/* The style sheet of all pages, /style.css: light and dark, each colour with a contrast of at
 * least 4.5 to 1 on what is behind it (WCAG 2.1, 1.4.3; tests/service/test_style.py calculates
 * it). */
#ifndef CUPEL_SERVICE_PAGE_STYLE_H
#define CUPEL_SERVICE_PAGE_STYLE_H

/* Its parts, one after another; NULL behind the last. */
extern const char *const page_style_sheet[];

#endif
