/*
 * Writing a cpio stream in the "newc" form into a memfd: how folders and single files reach
 * cupel-unpack. Source: cpio(5), "New ASCII Format".
 */
#ifndef CUPEL_GRADER_SUBMISSION_NEWC_H
#define CUPEL_GRADER_SUBMISSION_NEWC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cupel/error.h"

struct cupel_newc {
    int fd;          /* of the memfd, borrowed; its offset is at the end */
    uint64_t length; /* bytes written */
    uint32_t count;  /* entries written */
};

/* Add an entry with its content: the target of a link, nothing for folders and special files.
 * Each function returns 0 or -errno of writing. */
CUPEL_MUST_CHECK int cupel_newc_add(struct cupel_newc *newc, const char *path, mode_t mode,
                                    const void *bytes, size_t len, struct cupel_error *err);

/*
 * Add a file with what can be read from fd until its end, at most max_bytes. The size in the
 * stream is that of what was read, so a file that changes meanwhile does no harm. *ret_size:
 * that size.
 */
CUPEL_MUST_CHECK int cupel_newc_add_file(struct cupel_newc *newc, const char *path, mode_t mode,
                                         int fd, uint64_t max_bytes, uint64_t *ret_size,
                                         struct cupel_error *err);

/* Add the entry that ends a stream. */
CUPEL_MUST_CHECK int cupel_newc_finish(struct cupel_newc *newc, struct cupel_error *err);

/* Files must be smaller, whatever the limits: the form has 32 bits for the size. */
#define CUPEL_NEWC_FILE_MAX UINT32_MAX

#endif
