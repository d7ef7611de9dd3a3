/* Parts of cupel.result/1. New references, NULL if memory ran out. Internal to src/render. */
#ifndef CUPEL_RENDER_RESULT_H
#define CUPEL_RENDER_RESULT_H

#include <jansson.h>

#include "cupel/result.h"

/* All but the tests: "tests" is there, and empty. */
json_t *render_result_frame(const struct cupel_result *result, enum cupel_view view);

/* One of "tests": all, or what a learner may know of it. */
json_t *render_result_test(const struct cupel_test_result *test, enum cupel_view view);

#endif
