/* Whether a tar, and the compression around it, are whole up to the last byte. */
#ifndef CUPEL_UNPACK_TAIL_H
#define CUPEL_UNPACK_TAIL_H

#include <stdint.h>

#include "cupel/error.h"
#include "unpack/container.h"

/*
 * Decompress all of a tar once more. end: where its last entry ends, in decompressed bytes.
 * After it there must be at least 1024 zero bytes, the end mark, then zero bytes only, 1 MiB at
 * most; the compressed stream must end there, with the file. A gzip trailer must be right: its
 * sum is checked here, since libarchive does not look at it.
 * Returns 0, CUPEL_REJECTED with err, or -errno.
 * Source: POSIX pax, "ustar Interchange Format"; RFC 1952, section 2.3.1.
 */
CUPEL_MUST_CHECK int cupel_tail_check(int fd, const struct cupel_container *tar, uint64_t end,
                                      struct cupel_error *err);

#endif
