/* The arguments of a program to be started. */
#ifndef CUPEL_SERVICE_WORKER_ARGUMENTS_H
#define CUPEL_SERVICE_WORKER_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/error.h"

struct worker_arguments {
    char **items; /* owned, as each of them is; NULL-terminated */
    size_t count;
    bool failed; /* memory ran out; nothing is added any more */
};

void worker_arguments_add(struct worker_arguments *arguments, const char *fmt, ...)
    CUPEL_PRINTF(2, 3);
void worker_arguments_clear(struct worker_arguments *arguments);

#endif
