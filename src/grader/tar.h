/* Writing a tar archive of small files. Source: POSIX.1-2017, pax, "ustar Interchange Format".
 * Internal to src/grader. */
#ifndef CUPEL_GRADER_TAR_H
#define CUPEL_GRADER_TAR_H

#include <stddef.h>

#include "cupel/error.h"

/* Add a regular file at fd's offset. Returns 0; -ENAMETOOLONG if path is longer than 100 bytes;
 * -errno. */
CUPEL_MUST_CHECK int cupel_tar_add(int fd, const char *path, const void *bytes, size_t len,
                                   struct cupel_error *err);

/* Add the two blocks that end an archive. */
CUPEL_MUST_CHECK int cupel_tar_finish(int fd, struct cupel_error *err);

#endif
