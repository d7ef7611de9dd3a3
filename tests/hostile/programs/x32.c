/*
 * Technique: call the kernel by the numbers of x32
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: none: distributions build their kernels without x32
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(syscall(SYS_getpid | 0x40000000));
}
