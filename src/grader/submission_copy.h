/* Memfds that hold a packed submission, and copying into them. */
#ifndef CUPEL_GRADER_SUBMISSION_COPY_H
#define CUPEL_GRADER_SUBMISSION_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

/* A new, empty memfd that can be sealed; the caller closes it. -errno on failure. */
CUPEL_MUST_CHECK int cupel_copy_new(struct cupel_error *err);

/* Rewind it and make its content final: no write, no change of size, no further seal. */
CUPEL_MUST_CHECK int cupel_copy_seal(int fd, struct cupel_error *err);

/* Write all of len bytes. Returns 0 or -errno. */
CUPEL_MUST_CHECK int cupel_copy_bytes(int fd, const void *bytes, size_t len,
                                      struct cupel_error *err);

/* Copy from from_fd until its end, at most max_bytes. *ret_size: how many. 0 or -errno; -EIO:
 * from_fd cannot be read. */
CUPEL_MUST_CHECK int cupel_copy_file(int from_fd, int to_fd, uint64_t max_bytes,
                                     uint64_t *ret_size, struct cupel_error *err);

#endif
