/*
 * Technique: list the host's servers by netlink
 * Family: escape
 * Layers: seccomp, network
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: tcp_diag
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "beside.h"
#include "hostile.h"

enum { LISTENING = 1 << 10 };

struct question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
};

static bool is_server(struct nlmsghdr *message)
{
    const struct inet_diag_msg *body = NLMSG_DATA(message);

    return ntohs(body->id.idiag_sport) == beside_number();
}

struct found {
    bool server;
    int error; /* negative */
};

/* Returns whether there may be more. */
static bool look(struct nlmsghdr *message, ssize_t len, struct found *found)
{
    for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
        if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY) {
            found->error = *(const int *)NLMSG_DATA(message); /* of NLMSG_ERROR and _DONE */
            return false;
        }
        if (is_server(message))
            found->server = true;
    }
    return true;
}

int main(void)
{
    struct question question = {
        .head = {.nlmsg_len = sizeof(question),
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.sdiag_family = AF_INET,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = LISTENING},
    };
    _Alignas(struct nlmsghdr) char answer[32768];
    ssize_t len = 0;
    struct found found = {false, 0};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

    if (fd < 0 || send(fd, &question, sizeof(question), 0) < 0)
        return hostile_end(-1);
    do {
        len = recv(fd, answer, sizeof(answer), 0);
    } while (len > 0 && look((struct nlmsghdr *)answer, len, &found));
    if (found.error == -ENOENT)
        return hostile_not_here("tcp_diag");
    return found.server ? hostile_end(0) : hostile_refused("nobody listens");
}
