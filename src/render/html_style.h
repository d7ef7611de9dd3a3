/*
 * The style of the page of HTML: light and dark, each colour with enough contrast on what is
 * behind it (WCAG 2.1, 1.4.3: 4.5 to 1; tests/render/test_html.py calculates it).
 */
#ifndef CUPEL_RENDER_HTML_STYLE_H
#define CUPEL_RENDER_HTML_STYLE_H

extern const char html_style[];

/* SHA-256 of the style in base64, by which the page's Content-Security-Policy admits this style
 * and no other. The same test prints the new one after a change. */
extern const char html_style_sha256[];

#endif
