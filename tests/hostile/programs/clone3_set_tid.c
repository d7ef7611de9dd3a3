/*
 * Technique: choose the number of a process, to pass for another
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "hostile.h"

/* Who may is told if there is such a process already. */
static long start(pid_t number)
{
    struct clone_args args = {
        .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&number, .set_tid_size = 1};
    long pid = syscall(SYS_clone3, &args, sizeof(args));

    if (pid == 0)
        _exit(0);
    return pid < 0 && errno == EEXIST ? 0 : pid;
}

int main(void)
{
    long r = start(getppid());

    if (r < 0 && errno == EPERM && unshare(CLONE_NEWPID) == 0)
        r = start(1); /* whose numbers are one's own */
    return hostile_end(r);
}
