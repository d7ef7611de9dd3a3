/* Bytes that come piece by piece: in memory up to 64 KiB, then in a file without a name. */
#ifndef CUPEL_SERVICE_HTTP_SPOOL_H
#define CUPEL_SERVICE_HTTP_SPOOL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

#define HTTP_SPOOL_MEMORY 65536U

/* Where all requests' bytes are kept, so that they have a bound together. */
struct http_store {
    const char *folder; /* of files */
    uint64_t max_bytes;
    atomic_uint_fast64_t bytes; /* in all spools */
};

struct http_spool {
    int fd; /* -1: none yet */
    uint64_t bytes;
};

/* Returns 0; -EAGAIN: others have filled the store; -ENOSPC, -EDQUOT, -EIO. */
CUPEL_MUST_CHECK int http_spool_add(struct http_spool *spool, struct http_store *store,
                                    const void *bytes, size_t len, struct cupel_error *err);
/* Makes it of a descriptor also if nothing was added, at its beginning. */
CUPEL_MUST_CHECK int http_spool_end(struct http_spool *spool, struct cupel_error *err);
/* Its bytes are gone, and the descriptor closed. */
void http_spool_clear(struct http_spool *spool, struct http_store *store);

#endif
