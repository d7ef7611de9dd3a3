/* The folder of a path, for calls that change what is in it. Shared with libcupel. */
#ifndef CUPEL_UNPACK_BENEATH_H
#define CUPEL_UNPACK_BENEATH_H

#include "cupel/error.h"

/*
 * Open the folder that holds path (plain, at most 1024 bytes) below root_fd, as
 * cupel_path_open_beneath() does. *ret_base points into path. Returns a descriptor (O_PATH)
 * that the caller closes, or -errno.
 */
CUPEL_MUST_CHECK int cupel_beneath_parent(int root_fd, const char *path, const char **ret_base,
                                          struct cupel_error *err);

#endif
