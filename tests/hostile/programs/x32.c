/*
 * Technique: call the kernel by the numbers of x32
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: none: distributions build their kernels without x32
 * Needs: x32
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    return surface_end(syscall(SYS_getpid | 0x40000000));
}
