/* Tests that groups and penalties name. Internal to src/score. */
#ifndef CUPEL_SCORE_MEMBERS_H
#define CUPEL_SCORE_MEMBERS_H

#include <stdbool.h>

#include "cupel/result.h"

/* NULL if there is none. */
const struct cupel_test_result *score_find(const struct cupel_result *result, const char *id);

/* Whether no figure that learners see may be made of the test's score. */
bool score_withholds(const struct cupel_result *result, const struct cupel_test_result *test);

#endif
