/* This program as another process, for another command. */
#ifndef CUPEL_SERVICE_SPAWN_H
#define CUPEL_SERVICE_SPAWN_H

#include <spawn.h>
#include <sys/types.h>

#include "cupel/error.h"

/* argv[1] is the command. actions: of its descriptors; NULL: none, it has standard streams
 * alone. No signal is blocked or ignored in it. Returns 0, and *ret is the caller's to wait
 * for; -errno with err. */
CUPEL_MUST_CHECK int service_spawn(char *const *argv, char *const *environment,
                                   const posix_spawn_file_actions_t *actions, pid_t *ret,
                                   struct cupel_error *err);

#endif
