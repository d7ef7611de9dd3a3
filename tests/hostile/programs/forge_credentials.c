/*
 * Technique: send a message as if root had
 * Family: escape
 * Layers: capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "hostile.h"

int main(void)
{
    struct ucred root = {.pid = 1, .uid = 0, .gid = 0};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(root))] = {0};
    char byte = 'x';
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
        return hostile_end(-1);
    struct cmsghdr *header = (struct cmsghdr *)(void *)control;
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(root)),
                               .cmsg_level = SOL_SOCKET,
                               .cmsg_type = SCM_CREDENTIALS};
    memcpy(CMSG_DATA(header), &root, sizeof(root));
    return hostile_end(sendmsg(pair[0], &message, 0));
}
