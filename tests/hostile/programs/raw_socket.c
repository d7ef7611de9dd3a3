/*
 * Technique: open a socket that makes packets of its own
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "hostile.h"

static int open_socket(void)
{
    return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
}

int main(void)
{
    int fd = open_socket();

    if (fd < 0 && errno == EPERM && unshare(CLONE_NEWNET) == 0) /* the host's is the host's */
        fd = open_socket();
    return hostile_end(fd);
}
