/*
 * Technique: open a socket to the hypervisor
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: AF_VSOCK
 */
#include <errno.h>
#include <sys/socket.h>

#include "hostile.h"

enum { NO_FAMILY = 100 }; /* a filter has another answer to it than the kernel, if any */

/* Whether it is the kernel that knows no such family. */
static int is_unknown(void)
{
    return errno == EAFNOSUPPORT && socket(AF_UNIX, SOCK_STREAM, 0) >= 0 &&
           socket(NO_FAMILY, SOCK_STREAM, 0) < 0 && errno == EAFNOSUPPORT;
}

int main(void)
{
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failure = errno;

    if (fd < 0 && is_unknown())
        return hostile_not_here("a kernel without AF_VSOCK");
    errno = failure;
    return hostile_end(fd);
}
