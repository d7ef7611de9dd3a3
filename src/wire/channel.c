#include "wire/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cupel/cleanup.h"

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * CUPEL_WIRE_FDS_MAX) + CMSG_SPACE(sizeof(struct ucred))];
};

int wire_send(int socket_fd, const void *bytes, size_t len, const int *fds, size_t fd_count)
{
    union control control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len}; /* only read */
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd_count > CUPEL_WIRE_FDS_MAX)
        return -E2BIG;
    if (fd_count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = (socklen_t)CMSG_SPACE(sizeof(int) * fd_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = (socklen_t)CMSG_LEN(sizeof(int) * fd_count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
    }
    ssize_t n = TEMP_FAILURE_RETRY(sendmsg(socket_fd, &message, MSG_NOSIGNAL));
    if (n < 0 && errno == ETOOMANYREFS) /* RLIMIT_NOFILE again: of all that the user has sent */
        return -EMFILE;
    return n < 0 ? -errno : 0;
}

static void take_control(struct msghdr *message, struct wire_frame *ret)
{
    struct ucred sender;

    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&sender, CMSG_DATA(header), sizeof(sender));
            ret->sender = sender.pid;
        }
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        if (count > CUPEL_WIRE_FDS_MAX - ret->fd_count)
            count = CUPEL_WIRE_FDS_MAX - ret->fd_count;
        memcpy(ret->fds + ret->fd_count, CMSG_DATA(header), count * sizeof(int));
        ret->fd_count += count;
    }
}

/* Why descriptors of a message are missing: -EPROTO if there was room for them here. */
static int find_no_room(int socket_fd)
{
    CUPEL_AUTO_FD another = fcntl(socket_fd, F_DUPFD_CLOEXEC, 0);

    return another < 0 ? -errno : -EPROTO;
}

int wire_receive(int socket_fd, struct wire_frame *ret)
{
    union control control;
    struct iovec part = {.iov_base = ret->bytes, .iov_len = sizeof(ret->bytes)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};

    ret->fd_count = 0;
    ret->sender = 0;
    ssize_t n = TEMP_FAILURE_RETRY(recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC));
    if (n < 0)
        return -errno;
    take_control(&message, ret);
    if (n == 0 && ret->fd_count == 0)
        return 0;
    ret->len = (size_t)n;
    if ((message.msg_flags & MSG_CTRUNC) != 0) {
        int r = find_no_room(socket_fd);
        wire_frame_close(ret);
        return r;
    }
    if ((message.msg_flags & MSG_TRUNC) != 0 ||
        cupel_wire_type(ret->bytes, ret->len, &ret->type) < 0) {
        wire_frame_close(ret);
        return -EPROTO;
    }
    return 1;
}

void wire_frame_close(struct wire_frame *frame)
{
    for (size_t i = 0; i < frame->fd_count; i++)
        cupel_close_p(&frame->fds[i]);
    frame->fd_count = 0;
}
