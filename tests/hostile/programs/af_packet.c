/*
 * Technique: open a socket that sees every packet
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

#include "hostile.h"

static int open_socket(void)
{
    return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
}

int main(void)
{
    int fd = open_socket();

    if (fd < 0 && errno == EPERM && unshare(CLONE_NEWNET) == 0) /* the host's is the host's */
        fd = open_socket();
    return hostile_end(fd);
}
