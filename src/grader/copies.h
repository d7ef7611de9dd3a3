/* Copies of what a definition holds, for those who keep it. Internal to src/grader. */
#ifndef CUPEL_GRADER_COPIES_H
#define CUPEL_GRADER_COPIES_H

#include <stddef.h>

#include "cupel/error.h"

/* Copy text, which may be NULL: *ret is then NULL. The caller frees. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_copy_text(const char *text, char **ret);

/* count zeroed elements, at least one. NULL if memory ran out. */
void *cupel_copy_room(size_t count, size_t size);

#endif
