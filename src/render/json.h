/*
 * Values of result documents. All return a new reference, or NULL if memory ran out; all that
 * take a reference take it also on failure, so that documents are built without a check at each
 * step: a member that failed makes its object NULL, up to the root.
 */
#ifndef CUPEL_RENDER_JSON_H
#define CUPEL_RENDER_JSON_H

#include <stdint.h>

#include <jansson.h>

#include "cupel/outcome.h"

/* Of jansson's encoder. 15 digits: what every double holds, so that 0.1 is printed as 0.1. */
#define RENDER_JSON_DIGITS JSON_REAL_PRECISION(15)
#define RENDER_JSON_FLAGS  (JSON_INDENT(2) | RENDER_JSON_DIGITS)

/* Put value (stolen) into *object, behind the members it has; *object becomes NULL on failure.
 */
void render_put(json_t **object, const char *key, json_t *value);

/* The same for arrays. */
void render_append(json_t **array, json_t *value);

json_t *render_text(const char *text); /* NULL: null; bytes that are not UTF-8 are cleaned */
json_t *render_name(const char *text); /* as above, and null for "" */
json_t *render_number(double value);   /* 30, not 30.0; NaN and infinities: null */
json_t *render_u64(uint64_t value);    /* CUPEL_UNKNOWN: null */
json_t *render_seconds(uint64_t ns);   /* to the microsecond; CUPEL_UNKNOWN: null */

/* "cgroup", …; NULL for CUPEL_BY_NONE. */
const char *render_mechanism_name(enum cupel_mechanism mechanism);

#endif
