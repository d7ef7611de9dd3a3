#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"

/* Buckets for TCP sockets in the network namespaces that are made from this one: from Linux 6.1
 * on. They have the machine's table otherwise. */
static bool set_small_tables(void)
{
    static const char path[] = "/proc/sys/net/ipv4/tcp_child_ehash_entries";
    static const char entries[] = "256";
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

    return fd >= 0 && write(fd, entries, sizeof(entries) - 1) == sizeof(entries) - 1;
}

static int bring_up_lo(struct cupel_error *err)
{
    struct ifreq lo = {.ifr_name = "lo"};
    CUPEL_AUTO_FD fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return cupel_fail_errno(err, "socket");
    if (ioctl(fd, SIOCGIFFLAGS, &lo) < 0)
        return cupel_fail_errno(err, "read the flags of lo");
    lo.ifr_flags = (short)(lo.ifr_flags | IFF_UP);
    if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
        return cupel_fail_errno(err, "bring up lo");
    return 0;
}

/*
 * The watchdog asks for all TCP sockets of the namespace, for which the kernel walks through
 * the whole table: the machine's takes a third of a millisecond, in which a program fills
 * megabytes. A lane comes from a cell that has set this already, and sees no /proc.
 */
int cell_network_loopback(struct cupel_error *err)
{
    if (set_small_tables()) {
        if (unshare(CLONE_NEWNET) < 0)
            return cupel_fail_errno(err, "unshare the network namespace");
        (void)set_small_tables();
    }
    return bring_up_lo(err);
}
