/*
 * Technique: speak to the kernel's tables of packet filters
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: nf_tables
 */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>

#include "hostile.h"

struct question {
    struct nlmsghdr head;
    struct nfgenmsg body;
};

/* Ask for the tables' generation, which only who may change them is told. */
static int ask(void)
{
    struct question question = {
        .head = {.nlmsg_len = sizeof(question),
                 .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN,
                 .nlmsg_flags = NLM_F_REQUEST},
    };
    _Alignas(struct nlmsghdr) char answer[1024];
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

    if (fd < 0 || send(fd, &question, sizeof(question), 0) < 0 ||
        recv(fd, answer, sizeof(answer), 0) < (ssize_t)sizeof(struct nlmsghdr))
        return -1;
    if (((struct nlmsghdr *)answer)->nlmsg_type != NLMSG_ERROR)
        return 0;
    errno = -((struct nlmsgerr *)NLMSG_DATA(answer))->error;
    return -1;
}

int main(void)
{
    int r = ask();

    if (r < 0 && errno == EPERM && unshare(CLONE_NEWNET) == 0)
        r = ask();
    if (r < 0 && (errno == EPROTONOSUPPORT || errno == EINVAL))
        return hostile_not_here("a kernel without nf_tables");
    return hostile_end(r);
}
