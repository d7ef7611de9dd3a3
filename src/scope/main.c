/*
 * cupel-scope: asks systemd for a scope. Started by the supervisor with a channel
 * (wire/scope.h) as descriptor 3; not meant to be called by hand.
 *
 * Theory of operation
 *
 * cupel is linked statically, since loading libraries costs more than making a sandbox, and few
 * hosts ever have to ask systemd for something. This program is executed where one does: it
 * loads libsystemd, speaks D-Bus on the connection that comes with the request, and says what
 * came of it.
 *
 *   sd_bus.c    the functions of libsystemd
 *   systemd.c   being let in, and calls
 *   unit.c      the two things that are asked
 *
 * It decides nothing, and changes nothing of the supervisor but by systemd: the connection is
 * the supervisor's, so that it is the supervisor whom systemd moves to the scope, and whose
 * unit it tells about. Whether it was moved, the supervisor sees for itself. All ends at the
 * time that the request sets, and a little later if a job has to be cancelled.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scope/systemd.h"
#include "scope/unit.h"

#define CHANNEL_FD 3

/* Returns the connection; -errno. */
static int receive(struct wire_scope_request *ret)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    char bytes[WIRE_SCOPE_MAX + 1];
    struct iovec part = {.iov_base = bytes, .iov_len = sizeof(bytes)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    int connection_fd;

    ssize_t n = TEMP_FAILURE_RETRY(recvmsg(CHANNEL_FD, &message, MSG_CMSG_CLOEXEC));
    if (n < 0)
        return -errno;
    int r = wire_scope_decode_request(bytes, (size_t)n, ret);
    if (r < 0)
        return r;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(sizeof(int)))
        return -EPROTO;
    memcpy(&connection_fd, CMSG_DATA(header), sizeof(connection_fd));
    return connection_fd;
}

static void ask(int connection_fd, const struct wire_scope_request *request,
                struct wire_scope_answer *answer)
{
    struct systemd systemd;

    int r = systemd_open(connection_fd, request, &systemd, answer);
    if (r < 0)
        return;
    r = request->scope[0] != '\0' ? unit_start_scope(&systemd, request->scope)
                                  : unit_ask_for_delegate(&systemd);
    if (r == 0)
        answer->outcome = WIRE_SCOPE_DONE;
    systemd_close(&systemd);
}

int main(void)
{
    struct wire_scope_request request = {.is_bus = false};
    struct wire_scope_answer answer = {.outcome = WIRE_SCOPE_FAILED};
    char packet[WIRE_SCOPE_MAX];

    int connection_fd = receive(&request);
    if (connection_fd < 0) {
        (void)fprintf(stderr,
                      "cupel-scope is started by cupel, with a channel as descriptor 3: %s\n",
                      strerrordesc_np(-connection_fd));
        return 2;
    }
    ask(connection_fd, &request, &answer);
    size_t len = wire_scope_encode_answer(&answer, packet);
    return send(CHANNEL_FD, packet, len, MSG_NOSIGNAL) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
