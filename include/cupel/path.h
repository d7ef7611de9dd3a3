/* Files below a folder, without ever leaving it. Source: openat2(2). */
#ifndef CUPEL_PATH_H
#define CUPEL_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

/*
 * Open path below dir_fd with openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
 * RESOLVE_NO_MAGICLINKS) and O_CLOEXEC | O_NONBLOCK added to flags. Returns a descriptor that
 * the caller closes, or -errno.
 */
CUPEL_MUST_CHECK int cupel_path_open_beneath(int dir_fd, const char *path, int flags,
                                             struct cupel_error *err);

/*
 * Read a regular file of at most max_bytes as above. *ret is NUL-terminated after *ret_len
 * bytes and freed by the caller. -EINVAL if it is not a regular file, -EFBIG if larger; -errno.
 */
CUPEL_MUST_CHECK int cupel_path_read_beneath(int dir_fd, const char *path, size_t max_bytes,
                                             char **ret, size_t *ret_len,
                                             struct cupel_error *err);

/* Read all of an open file of at most max_bytes, from its current offset. As above. */
CUPEL_MUST_CHECK int cupel_path_read_fd(int fd, size_t max_bytes, char **ret, size_t *ret_len);

/* Write all of bytes to an open file, at its offset. Returns 0 or -errno. */
CUPEL_MUST_CHECK int cupel_path_write_fd(int fd, const char *bytes, size_t len);

/* Relative, not empty, no "." or ".." component, no "//", no trailing '/', at most 4096 bytes.
 */
bool cupel_path_is_plain(const char *path);

#endif
