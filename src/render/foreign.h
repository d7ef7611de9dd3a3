/*
 * What the documents of other systems have in common. Internal to src/render.
 *
 * Those systems show learners what a document holds, some as soon as it is there, so texts that
 * are not of one test are always in the learner's view, and so is that of a test where the
 * system cannot hide it.
 */
#ifndef CUPEL_RENDER_FOREIGN_H
#define CUPEL_RENDER_FOREIGN_H

#include <stddef.h>

#include <jansson.h>

#include "cupel/result.h"

/* One file each. New references, or NULL if memory ran out. The first two are for a result that
 * has a score (render_is_scored()). */
json_t *render_gradescope(const struct cupel_result *result, enum cupel_view view);
json_t *render_coursera(const struct cupel_result *result, enum cupel_view view);

/* As text of at most 1 MB: of what is too long for that, the texts of the tests are cut, and in
 * the end the tests left out. The caller frees. */
char *render_prairielearn(const struct cupel_result *result, enum cupel_view view);
char *render_junit(const struct cupel_result *result, enum cupel_view view);

/* From 0 to 1, whatever bonus adds; 0 where there are no points to earn. */
double foreign_fraction(const struct cupel_result *result, enum cupel_view view);

/* Status, message, warnings, failed build steps, groups and penalties, as lines of text, at
 * most max_bytes. The caller frees; NULL if memory ran out. */
char *foreign_summary(const struct cupel_result *result, size_t max_bytes);

/* "10 of 30 points (33.3%); 1 passed, 1 failed, 2 hidden". As above. */
char *foreign_tally(const struct cupel_result *result, enum cupel_view view);

/* message (or NULL), then difference and output of a test, at most max_bytes. As above. */
char *foreign_test_text(const char *message, const struct cupel_test_result *test,
                        size_t max_bytes);

/* Text that the caller owned, freed here: a new reference, NULL for NULL. */
json_t *foreign_take_text(char *text);

#endif
