/*
 * Technique: enter a mount namespace anew
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <sched.h>

#include "hostile.h"

int main(void)
{
    int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    return hostile_end(fd < 0 ? -1 : setns(fd, CLONE_NEWNS));
}
