/*
 * Technique: take a namespace of the parent's by its pidfd
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: user
 * Needs: PIDFD_GET_NET_NAMESPACE
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

#ifndef PIDFD_GET_NET_NAMESPACE
#define PIDFD_GET_NET_NAMESPACE _IO(0xFF, 4)
#endif

int main(void)
{
    int parent = (int)syscall(SYS_pidfd_open, getppid(), 0);
    int r = parent < 0 ? -1 : ioctl(parent, PIDFD_GET_NET_NAMESPACE, 0);

    return r < 0 && errno == ENOTTY ? hostile_not_here("a kernel without this request")
                                    : hostile_end(r);
}
