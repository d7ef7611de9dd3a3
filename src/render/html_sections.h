/* The sections of the page of HTML about tests and build steps, in the order of the page. Each
 * writes nothing where there is nothing to say. */
#ifndef CUPEL_RENDER_HTML_SECTIONS_H
#define CUPEL_RENDER_HTML_SECTIONS_H

#include "cupel/result.h"
#include "render/page.h"

void html_failed_builds(struct page *page, const struct cupel_result *result,
                        enum cupel_view view);

/* Those that the reader may know of and that have not passed; why others were skipped is in the
 * table. */
void html_failed_tests(struct page *page, const struct cupel_result *result,
                       enum cupel_view view);
void html_test_table(struct page *page, const struct cupel_result *result,
                     enum cupel_view view);

/* What the tests that passed have to say. */
void html_other_tests(struct page *page, const struct cupel_result *result,
                      enum cupel_view view);
/* What harnesses have to say, and why one has not done its work. */
void html_harnesses(struct page *page, const struct cupel_result *result, enum cupel_view view);
void html_builds(struct page *page, const struct cupel_result *result);

#endif
