/* What each reader of a result may see. Internal to src/render. */
#ifndef CUPEL_RENDER_VIEW_H
#define CUPEL_RENDER_VIEW_H

#include <stdbool.h>

#include "cupel/result.h"

/* Whether there is a score: a failure that is not the learner's has none, since 0 would be
 * taken for one. */
bool render_is_scored(const struct cupel_result *result);

double render_score(const struct cupel_result *result, enum cupel_view view);
double render_max_score(const struct cupel_result *result, enum cupel_view view);

/* More of a test than its id and the points that it has to give. */
bool render_shows_test(const struct cupel_test_result *test, enum cupel_view view);

/* Whether the test has a run of its own: those of a harness have not. */
bool render_has_run(const struct cupel_test_result *test);

/* What is withheld from learners: a group's score, a penalty, an entry of the leaderboard. */
bool render_shows_withheld(bool withheld, enum cupel_view view);

double render_penalty(const struct cupel_penalty_result *penalty, enum cupel_view view);

/* Whether there is a figure of the leaderboard's for this reader. */
bool render_has_figure(const struct cupel_result *result,
                       const struct cupel_leaderboard_entry *entry, enum cupel_view view);

/* Every test: figures of the whole grading tell of those that are not shown. */
bool render_shows_all(const struct cupel_result *result, enum cupel_view view);

#endif
