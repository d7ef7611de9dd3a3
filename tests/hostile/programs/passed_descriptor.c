/*
 * Technique: be handed a descriptor by a process of the host
 * Family: escape
 * Layers: network, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sys/socket.h>

#include "beside.h"
#include "hostile.h"

int main(void)
{
    char address[BESIDE_NAME];
    char byte;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};

    beside_name(address, "@hostile-", "");
    int fd = beside_connect(address);
    if (fd < 0 || recvmsg(fd, &message, MSG_CMSG_CLOEXEC) < 0)
        return hostile_end(-1);
    return message.msg_controllen > 0 ? hostile_end(0) : hostile_refused("no descriptor");
}
