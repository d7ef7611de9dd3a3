/*
 * Technique: read the parent's memory
 * Family: escape
 * Layers: seccomp, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <sys/uio.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    char byte = 0;
    struct iovec here = {&byte, 1};
    struct iovec there = {&byte, 1};
    ssize_t r = process_vm_readv(getppid(), &here, 1, &there, 1, 0);

    /* It may have nothing at that address; who may not look is told before. */
    return surface_end_at(r, EFAULT);
}
