/* What the text and the page of HTML say alike. */
#ifndef CUPEL_RENDER_WORDS_H
#define CUPEL_RENDER_WORDS_H

#include <stdbool.h>

#include "cupel/render.h"
#include "render/page.h"

#define WORDS_LAYERS_SIZE 256
#define WORDS_POINTS_SIZE 64

/* "10 / 10", "2 / +5" for bonus, in buf; score: NULL where the reader may not know it. */
const char *words_points(const double *score, double max_score, bool bonus,
                         char buf[static WORDS_POINTS_SIZE]);

/* "10 of 30 points (33.3%)" */
void words_put_score(struct page *page, const struct cupel_result *result,
                     enum cupel_view view);

/* "the platform failed, no score", or the score behind the status if there is one. */
void words_put_status(struct page *page, const struct cupel_result *result,
                      enum cupel_view view);

/* "3 passed, 1 failed" of the tests that the reader may know of. */
void words_put_tally(struct page *page, const struct cupel_result *result,
                     enum cupel_view view);

/* Why a test has not passed; NULL if there is nothing to say. Borrowed from test. */
const char *words_message(const struct cupel_test_result *test);

/* "user namespace, seccomp, no Landlock; memory by watchdog, …" in buf, or NULL if nothing ran:
 * a layer that is missing must be seen, even by who does not look for it. */
const char *words_layers(const struct cupel_result *result, char buf[static WORDS_LAYERS_SIZE]);

#endif
