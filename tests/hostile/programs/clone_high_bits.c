/*
 * Technique: clone into a mount namespace, with the flags' high half set
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    /* The kernel looks at the lower half alone; a filter sees all of it. */
    long pid = syscall(SYS_clone, 1UL << 32 | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);

    if (pid == 0)
        _exit(0);
    return hostile_end(pid);
}
