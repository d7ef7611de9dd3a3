/*
 * Technique: have the kernel wait for page faults of one's own
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(syscall(SYS_userfaultfd, O_CLOEXEC));
}
