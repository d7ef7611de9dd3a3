/* Tests and groups that need each other in a circle. Pure. Internal to src/grader. */
#ifndef CUPEL_GRADER_NEEDS_CIRCLE_H
#define CUPEL_GRADER_NEEDS_CIRCLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/error.h"
#include "cupel/grader.h"

struct cupel_needs_circle {
    bool owner_is_group; /* whose needs close it */
    size_t owner;
    char text[512]; /* "a, group g, b, a", cut if it is long */
};

/* Returns 1 and fills *ret if there is a circle; 0; -ENOMEM. Ids may be NULL. */
CUPEL_MUST_CHECK int cupel_needs_circle_find(const struct cupel_grader *grader,
                                             struct cupel_needs_circle *ret);

#endif
