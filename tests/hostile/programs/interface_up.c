/*
 * Technique: bring a network interface up
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "hostile.h"

static int bring_up(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);
}

int main(void)
{
    int r = bring_up();

    if (r < 0 && errno == EPERM && unshare(CLONE_NEWNET) == 0) /* the host's is the host's */
        r = bring_up();
    return hostile_end(r);
}
