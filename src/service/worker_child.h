/* The supervisor of a job: `cupel`, as a process of its own, which ends with us at the latest.
 */
#ifndef CUPEL_SERVICE_WORKER_CHILD_H
#define CUPEL_SERVICE_WORKER_CHILD_H

#include <sys/types.h>

#include "cupel/error.h"

struct worker_command {
    const char *program; /* absolute */
    char *const *argv;   /* NULL-terminated */
    const char *folder;  /* to work in */
    const char *cache;   /* its XDG_CACHE_HOME */
    int events_fd;       /* it inherits this, under the same number; -1: nothing */
};

/* What it says is in memory: none of it has to last. */
struct worker_child {
    pid_t pid;
    int pidfd; /* readable when it has ended */
    int output_fd;
    int complaint_fd;
};

/* Returns 0; *ret is the caller's to end, to reap and to close. */
CUPEL_MUST_CHECK int worker_child_start(const struct worker_command *command,
                                        struct worker_child *ret, struct cupel_error *err);

/* At once, with all of its group. */
void worker_child_kill(const struct worker_child *child);

/* The status (waitpid(2)) of one that has ended. */
int worker_child_reap(const struct worker_child *child);

/* The end of what it has said on standard error, as clean text on the caller's heap; NULL if
 * memory ran out. */
char *worker_child_complaint(const struct worker_child *child);

void worker_child_close(struct worker_child *child);

#endif
