/* A part of cupel.result/1. A new reference, NULL if memory ran out. Internal to src/render. */
#ifndef CUPEL_RENDER_RESULT_H
#define CUPEL_RENDER_RESULT_H

#include <jansson.h>

#include "cupel/result.h"

/* All but the tests: "tests" is there, and empty. */
json_t *render_result_frame(const struct cupel_result *result, enum cupel_view view);

#endif
