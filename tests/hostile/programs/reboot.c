/*
 * Technique: reboot the machine
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    long r = syscall(SYS_reboot, 0, 0, 0, NULL);

    /* Of who may, the numbers are looked at, which are wrong. */
    return hostile_end(r < 0 && errno == EINVAL ? 0 : r);
}
