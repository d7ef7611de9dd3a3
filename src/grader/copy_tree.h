/* Copying a tree that a learner's program wrote. Internal to src/grader. */
#ifndef CUPEL_GRADER_COPY_TREE_H
#define CUPEL_GRADER_COPY_TREE_H

#include "cupel/error.h"

/* Copy what is below from_fd to below to_fd (an empty folder); see keep.h for what is left out.
 * Returns 0, or -errno of what could not be written. */
CUPEL_MUST_CHECK int cupel_copy_tree(int from_fd, int to_fd, struct cupel_error *err);

#endif
