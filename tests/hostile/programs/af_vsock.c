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

enum { NO_FAMILY = 100 }; /* a filter has another answer to it than the kernel */

int main(void)
{
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 && errno == EAFNOSUPPORT && socket(NO_FAMILY, SOCK_STREAM, 0) < 0 &&
        errno == EAFNOSUPPORT)
        return hostile_not_here("a kernel without AF_VSOCK");
    return hostile_end(fd);
}
