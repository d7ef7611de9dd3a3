/* The only place where libarchive is opened: one format and one filter, no more. */
#ifndef CUPEL_UNPACK_READER_H
#define CUPEL_UNPACK_READER_H

#include <archive.h>
#include <stdint.h>

#include "cupel/error.h"
#include "unpack/container.h"

#define CUPEL_AUTO_ARCHIVE __attribute__((cleanup(cupel_reader_free_p))) struct archive *

#define CUPEL_READER_BLOCK 65536

/* What an archive is read from. It outlives the archive. */
struct cupel_reader_input {
    int fd;      /* borrowed; its offset is left alone */
    int failure; /* errno of a read that failed, which is no archive's fault; or 0 */
    uint64_t at;
    uint64_t size;
    unsigned char block[CUPEL_READER_BLOCK];
};

enum cupel_reader_view {
    CUPEL_READER_ENTRIES,   /* the entries; names are UTF-8, composed (NFC), or missing */
    CUPEL_READER_RAW_NAMES, /* the entries, with names as they stand in the archive */
    CUPEL_READER_STREAM,    /* what the filter gives, as one file */
};

/* Read fd (borrowed, from its start) as what container says; input is for the archive's own
 * use. Returns 0 and sets *ret (cupel_reader_free_p()); CUPEL_REJECTED or -errno with err. */
CUPEL_MUST_CHECK int cupel_reader_open(int fd, const struct cupel_container *container,
                                       enum cupel_reader_view view,
                                       struct cupel_reader_input *input, struct archive **ret,
                                       struct cupel_error *err);
void cupel_reader_free_p(struct archive **archive);

/*
 * Turn a result of libarchive other than ARCHIVE_OK and ARCHIVE_EOF into an error. Warnings
 * are no better than failures: wrong sums and sizes come as warnings, and so does what was
 * skipped over. name: the entry's; NULL: none. Returns CUPEL_REJECTED, or -errno where reading
 * failed.
 */
int cupel_reader_fail(struct archive *archive, const struct cupel_reader_input *input,
                      const char *name, struct cupel_error *err);

#endif
