/*
 * Technique: have the kernel put away the parent's memory
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    struct iovec nothing = {0};
    long parent = syscall(SYS_pidfd_open, getppid(), 0);

    if (parent < 0)
        return hostile_end(-1);
    return hostile_end(syscall(SYS_process_madvise, parent, &nothing, 0, MADV_COLD, 0));
}
