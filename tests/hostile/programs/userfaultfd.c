/*
 * Technique: have the kernel wait for page faults of one's own
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    return surface_end(syscall(SYS_userfaultfd, O_CLOEXEC));
}
