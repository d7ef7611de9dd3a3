/* Copying a tree that a learner's program wrote. */
#ifndef CUPEL_COPY_TREE_H
#define CUPEL_COPY_TREE_H

#include "cupel/error.h"

/*
 * Copy what is below from_fd to below to_fd, an empty folder (both O_RDONLY | O_DIRECTORY,
 * borrowed). Nothing is followed, holes stay holes. Left out are special files, what cannot be
 * read, and what is more than 64 folders deep. Returns 0, or -errno of what could not be
 * written.
 */
CUPEL_MUST_CHECK int cupel_copy_tree(int from_fd, int to_fd, struct cupel_error *err);

#endif
