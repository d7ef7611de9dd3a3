/*
 * Technique: take memory that the kernel itself cannot read
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: the call
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447 /* Linux 5.14 */
#endif

int main(void)
{
    return surface_end(syscall(SYS_memfd_secret, O_CLOEXEC));
}
