/* Archives that clients send, unpacked without this process ever looking into them. */
#ifndef CUPEL_SERVICE_ARCHIVE_H
#define CUPEL_SERVICE_ARCHIVE_H

#include <stdint.h>

#include "cupel/error.h"

/* What `cupel-service unpack FOLDER MAX-SIZE MAX-FILES` says by its exit code. */
enum archive_exit {
    ARCHIVE_UNPACKED = 0,
    ARCHIVE_FAILED = 1,   /* the platform's fault; why is on standard output */
    ARCHIVE_REJECTED = 3, /* the archive's; as above */
};

#define ARCHIVE_TIME_MAX_S 30

struct archive_limits {
    uint64_t max_bytes; /* of all files together */
    uint64_t max_files; /* and folders */
};

/*
 * Unpack the archive that archive_fd is of, from its beginning, to below folder, which is
 * empty, by a process of its own. A folder that all else is in is left out. environment: of
 * that process. -EINVAL: it is no archive, or is refused, with the reason; others: the
 * platform's fault.
 */
CUPEL_MUST_CHECK int archive_unpack(int archive_fd, const char *folder,
                                    const struct archive_limits *limits,
                                    char *const *environment, struct cupel_error *err);

#endif
