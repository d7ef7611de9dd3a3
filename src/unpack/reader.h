/* The only place where libarchive is opened: one format and one filter, no more. */
#ifndef CUPEL_UNPACK_READER_H
#define CUPEL_UNPACK_READER_H

#include <archive.h>

#include "cupel/error.h"
#include "unpack/container.h"

#define CUPEL_AUTO_ARCHIVE __attribute__((cleanup(cupel_reader_free_p))) struct archive *

/* Read fd (borrowed, from its start) as what container says. raw: only what the filter gives,
 * as one file. Returns 0 and sets *ret (cupel_reader_free_p()), or a negative error. */
CUPEL_MUST_CHECK int cupel_reader_open(int fd, const struct cupel_container *container, int raw,
                                       struct archive **ret, struct cupel_error *err);
void cupel_reader_free_p(struct archive **archive);

/*
 * Turn a result of libarchive other than ARCHIVE_OK and ARCHIVE_EOF into an error. Warnings
 * are no better than failures: wrong sums and sizes come as warnings, and so does what was
 * skipped over. name: the entry's; NULL: none. Returns CUPEL_REJECTED, or -errno where reading
 * failed.
 */
int cupel_reader_fail(struct archive *archive, const char *name, struct cupel_error *err);

#endif
