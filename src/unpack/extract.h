/* Writing one entry below the root: never through a link, never over something. */
#ifndef CUPEL_UNPACK_EXTRACT_H
#define CUPEL_UNPACK_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

/*
 * All paths are plain (cupel_name_normalise()) and below root_fd; folders on the way are made.
 * Modes are 0755, or 0644 for files that are not executable (the caller sets a umask of 022);
 * owner, times and all else that an archive says are ignored. Each returns -errno with err on
 * failure, which is the platform's: what an archive can do wrong has been refused before.
 */
CUPEL_MUST_CHECK int cupel_extract_folder(int root_fd, const char *path,
                                          struct cupel_error *err);
CUPEL_MUST_CHECK int cupel_extract_link(int root_fd, const char *path, const char *target,
                                        struct cupel_error *err);

/* A hard link to the file at target. *ret_size: how many bytes that file holds. */
CUPEL_MUST_CHECK int cupel_extract_hard_link(int root_fd, const char *path, const char *target,
                                             uint64_t *ret_size, struct cupel_error *err);

/* A new, empty file, open for writing; the caller closes it. */
CUPEL_MUST_CHECK int cupel_extract_file(int root_fd, const char *path, bool executable,
                                        struct cupel_error *err);

/* Write all of len bytes at offset. path is for messages. */
CUPEL_MUST_CHECK int cupel_extract_write(int fd, const char *path, const void *bytes,
                                         size_t len, uint64_t offset, struct cupel_error *err);

#endif
