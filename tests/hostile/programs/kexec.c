/*
 * Technique: have another kernel take the machine over
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    /* Of who may, the flags are looked at, which are wrong. */
    long r = syscall(SYS_kexec_load, 0, 0, NULL, ~0UL);

    return surface_end_at(r, EINVAL);
}
