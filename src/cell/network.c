#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"

int cell_network_loopback(struct cupel_error *err)
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
