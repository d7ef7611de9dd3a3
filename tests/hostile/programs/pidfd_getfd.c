/*
 * Technique: take a descriptor of the parent's
 * Family: escape
 * Layers: seccomp, landlock, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <sys/pidfd.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    int fd = pidfd_open(getppid(), 0);

    return hostile_end(fd < 0 ? -1 : pidfd_getfd(fd, 0, 0));
}
