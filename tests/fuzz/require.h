/* How a fuzz target says that something does not hold. */
#ifndef CUPEL_TESTS_REQUIRE_H
#define CUPEL_TESTS_REQUIRE_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Its text is the finding's first line. */
#define require(holds) require_that(holds, #holds, __FILE__, __LINE__)

static inline void require_that(bool holds, const char *what, const char *file, int line)
{
    if (!holds) {
        (void)fprintf(stderr, "%s:%d: does not hold: %s (errno %d)\n", file, line, what, errno);
        abort();
    }
}

#endif
