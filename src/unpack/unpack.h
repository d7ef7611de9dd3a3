/* Unpacking a submission below a folder, by the rules of names.h, within limits. */
#ifndef CUPEL_UNPACK_UNPACK_H
#define CUPEL_UNPACK_UNPACK_H

#include <stdint.h>

#include "cupel/error.h"

struct cupel_unpack_limits {
    uint64_t max_size_bytes; /* of one file, and of all together */
    uint64_t max_files;      /* files, links and folders */
};

/*
 * Unpack what is in input_fd (a regular file) below root_fd, which should be empty. What comes
 * from the archive and is written before it is refused stays.
 * Returns 0; CUPEL_REJECTED with the reason in err; -errno with err: the platform's fault.
 */
CUPEL_MUST_CHECK int cupel_unpack(int input_fd, int root_fd,
                                  const struct cupel_unpack_limits *limits,
                                  struct cupel_error *err);

#endif
