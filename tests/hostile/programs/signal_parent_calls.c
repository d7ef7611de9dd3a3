/*
 * Technique: signal the parent process by all other calls
 * Family: escape
 * Layers: landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    pid_t parent = getppid();
    pid_t group = getpgid(parent);
    long pidfd = syscall(SYS_pidfd_open, parent, 0);

    if (pidfd >= 0 && syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) == 0)
        return hostile_end(0);
    if (group > 1 && group != getpgrp() && kill(-group, 0) == 0)
        return hostile_end(0);
    if (syscall(SYS_rt_sigqueueinfo, parent, 0, &info) == 0 ||
        syscall(SYS_rt_tgsigqueueinfo, parent, parent, 0, &info) == 0 ||
        syscall(SYS_tkill, parent, 0) == 0)
        return hostile_end(0);
    return hostile_end(syscall(SYS_tgkill, parent, parent, 0));
}
