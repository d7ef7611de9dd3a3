/* How a fuzz target says that something does not hold. */
#ifndef CUPEL_TESTS_REQUIRE_H
#define CUPEL_TESTS_REQUIRE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Its text is the finding's first line. */
#define require(holds) require_that(holds, #holds, __FILE__, __LINE__)

static inline void require_that(bool holds, const char *what, const char *file, int line)
{
    if (!holds) {
        (void)fprintf(stderr, "%s:%d: does not hold: %s (errno %d)\n", file, line, what, errno);
        abort();
    }
}

/* What was decoded of data is encoded to the same bytes, of which there are len. */
static inline void require_same_bytes(const uint8_t *data, size_t size, const void *again,
                                      int len)
{
    require(len >= 0 && (size_t)len == size && memcmp(data, again, size) == 0);
}

#endif
