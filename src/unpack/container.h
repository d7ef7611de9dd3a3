/*
 * What kind of archive a file is, by its first bytes, and whether its outermost structure is
 * whole: libarchive looks for archives in anything, and is content with parts of them.
 */
#ifndef CUPEL_UNPACK_CONTAINER_H
#define CUPEL_UNPACK_CONTAINER_H

#include <stdint.h>

#include "cupel/error.h"

enum cupel_container_kind {
    CUPEL_CONTAINER_TAR,
    CUPEL_CONTAINER_ZIP,
    CUPEL_CONTAINER_7ZIP,
    CUPEL_CONTAINER_CPIO, /* newc, as the supervisor packs folders and files */
};

/* Compression around a tar. */
enum cupel_container_filter {
    CUPEL_FILTER_NONE,
    CUPEL_FILTER_GZIP,
    CUPEL_FILTER_BZIP2,
    CUPEL_FILTER_XZ,
    CUPEL_FILTER_ZSTD,
};

struct cupel_container {
    enum cupel_container_kind kind;
    enum cupel_container_filter filter; /* CUPEL_FILTER_NONE unless kind is tar */
    uint64_t size;                      /* of the file, in bytes */
    uint64_t entries;                   /* of a zip, as its directory says; else 0 */
};

/*
 * Look at a seekable file; its offset does not change. A zip must start with an entry and end
 * with the end record of its directory, a 7z must have the length that it says, a cpio must be
 * as the supervisor packs it, header by header; what has no magic is taken for a tar, which
 * libarchive then judges.
 * Returns 0 and fills ret; CUPEL_REJECTED with err; -errno of fstat(2) or pread(2).
 * Source: PKWARE APPNOTE.TXT 4.3.14 to 4.3.16; 7zFormat.txt, "SignatureHeader"; cpio(5), "New
 * ASCII Format".
 */
CUPEL_MUST_CHECK int cupel_container_detect(int fd, struct cupel_container *ret,
                                            struct cupel_error *err);

#endif
