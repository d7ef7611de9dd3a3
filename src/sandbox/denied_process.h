/* Ending a process for the call that it waits in. */
#ifndef CUPEL_SANDBOX_DENIED_PROCESS_H
#define CUPEL_SANDBOX_DENIED_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What /proc/TID/status tells of the process of a thread. */
struct denied_process {
    pid_t pid;           /* in our own pid namespace */
    bool is_command;     /* of a run: the first that its init starts */
    bool dies_of_sigsys; /* which is neither blocked nor ignored nor caught */
};

/* False if text is not of that file. Pure. */
bool denied_process_parse(const char *text, struct denied_process *ret);

/*
 * Signal the process of thread tid, which waits in the call that notification id of listener_fd
 * is about: as the kernel would, with SIGSYS, or with SIGKILL where it would survive that.
 * Nobody else can get the signal, whoever has the thread's number next. Returns a pidfd of it,
 * or a negative errno: it may be gone. ret: what was learned.
 */
int denied_process_end(int listener_fd, uint64_t id, pid_t tid, struct denied_process *ret);

#endif
