/* The hash of a grader's folder. Internal to src/grader. */
#ifndef CUPEL_GRADER_FOLDER_HASH_H
#define CUPEL_GRADER_FOLDER_HASH_H

#include "cupel/error.h"
#include "cupel/hash.h"

/*
 * Feed hash with every regular file below folder_fd but those below skip (a name at the top, or
 * NULL), in the order of the bytes of their paths: "file\0" path "\0" size in decimal "\0"
 * content. Links and special files are left out. Returns 0; -EMLINK if folders are nested more
 * than 64 deep; -EBUSY if a file changes meanwhile; -errno, with the path in err.
 */
CUPEL_MUST_CHECK int cupel_folder_hash(int folder_fd, const char *skip, struct cupel_hash *hash,
                                       struct cupel_error *err);

#endif
