/*
 * Technique: start a process in a user namespace by clone3
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: user
 */
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &args, sizeof(args));

    if (pid == 0)
        _exit(0);
    return hostile_end(pid);
}
