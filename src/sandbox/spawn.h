/* Starting the programs that the supervisor has beside it. Source: posix_spawn(3),
 * pidfd_open(2). */
#ifndef CUPEL_SANDBOX_SPAWN_H
#define CUPEL_SANDBOX_SPAWN_H

#include <sys/types.h>

#include "cupel/error.h"

struct spawned {
    pid_t pid; /* to be reaped by the caller */
    int pidfd; /* to be closed by the caller */
};

/*
 * Execute path with argv, which NULL ends, in a session of its own: /dev/null as descriptors 0
 * to 2, channel_fd (borrowed) as 3, no environment, and no signal blocked, ignored or handled.
 * Returns 0; -errno, and then there is no process.
 */
CUPEL_MUST_CHECK int spawn_program(const char *path, char *const argv[], int channel_fd,
                                   struct spawned *ret, struct cupel_error *err);

#endif
