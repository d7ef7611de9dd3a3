/*
 * Technique: take a descriptor of the parent's
 * Family: escape
 * Layers: seccomp, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <sys/pidfd.h>
#include <unistd.h>

#include "hostile.h"
#include "surface.h"

int main(void)
{
    int fd = pidfd_open(getppid(), 0);

    return fd < 0 ? hostile_end(-1) : surface_end(pidfd_getfd(fd, 0, 0));
}
