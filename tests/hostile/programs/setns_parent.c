/*
 * Technique: enter the parent's mount namespace
 * Family: escape
 * Layers: seccomp, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <sched.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    int fd = pidfd_open(getppid(), 0);

    return hostile_end(fd < 0 ? -1 : setns(fd, CLONE_NEWNS));
}
