/* Both programs of a policy that a run can be given. */
#ifndef CUPEL_FILTERS_H
#define CUPEL_FILTERS_H

#include "cupel/filter_cache.h"

struct cupel_filters {
    struct cupel_filter enforce;
    struct cupel_filter notify; /* count 0: calls that it denies cannot be told */
};

/* As cupel_filter_get(), of both. Release with cupel_filters_clear(). */
CUPEL_MUST_CHECK int cupel_filters_get(const char *folder, const struct cupel_policy *policy,
                                       struct cupel_filters *ret, struct cupel_error *err);
void cupel_filters_clear(struct cupel_filters *filters);

#endif
