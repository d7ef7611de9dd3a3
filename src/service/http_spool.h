/* Bytes that come piece by piece: in memory up to 64 KiB, then in a file without a name. */
#ifndef CUPEL_SERVICE_HTTP_SPOOL_H
#define CUPEL_SERVICE_HTTP_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

#define HTTP_SPOOL_MEMORY 65536U

struct http_spool {
    int fd; /* -1: none yet */
    uint64_t bytes;
};

/* folder: of the file. Returns 0; -ENOSPC and others of write(2). */
CUPEL_MUST_CHECK int http_spool_add(struct http_spool *spool, const char *folder,
                                    const void *bytes, size_t len, struct cupel_error *err);
/* Makes it of a descriptor also if nothing was added, at its beginning. */
CUPEL_MUST_CHECK int http_spool_end(struct http_spool *spool, struct cupel_error *err);

#endif
