/*
 * Memory of sockets, by sock_diag(7): of all in the network namespace, also those that are on
 * their way in a message, which no process holds.
 */
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "sandbox/sample_internal.h"

#define ALL_STATES 0xffffffffU

/* Of TCP sockets: those that hold data. The others are in tables of their own, which cost time.
 */
#define STATES_WITH_DATA (ALL_STATES & ~(1U << TCP_LISTEN) & ~(1U << TCP_BOUND_INACTIVE))
#ifndef TCP_BOUND_INACTIVE /* from Linux 6.8 on */
#define TCP_BOUND_INACTIVE 13
#endif

/* A local socket itself, with its inode and file: connections that nobody accepts have no
 * descriptor. */
#define LOCAL_BYTES 2048U

/* What a message costs beside its bytes, and what a socket's messages cost in all if nobody has
 * asked for more (net.core.wmem_default). */
#define MESSAGE_BYTES 1024U
#define QUEUE_BYTES   212992U

/* That wait for one reader: net.unix.max_dgram_qlen, and one more. */
#define DATAGRAMS_MAX 11U

/* Of an answer; the socket comes from a cell, which may lie. */
#define PARTS_MAX 4096U

union question {
    struct nlmsghdr header;
    struct {
        struct nlmsghdr header;
        struct unix_diag_req body;
    } local;
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } internet;
    struct {
        struct nlmsghdr header;
        struct inet_diag_req body;
    } tcp;
};

/* What is asked of sockets of a kind, and where the answer is. */
struct kind {
    size_t body_size; /* attributes follow it */
    uint64_t socket_bytes;
    uint16_t memory;
    uint16_t queue; /* 0: not told; the next likewise */
    uint16_t peer;
};

static const struct kind local_kind = {sizeof(struct unix_diag_msg), LOCAL_BYTES,
                                       UNIX_DIAG_MEMINFO, UNIX_DIAG_RQLEN, UNIX_DIAG_PEER};
static const struct kind internet_kind = {sizeof(struct inet_diag_msg), 0, INET_DIAG_SKMEMINFO,
                                          0, 0};

/* What a message tells of one socket. */
struct socket_facts {
    uint32_t memory[SK_MEMINFO_VARS];
    uint32_t queue[2]; /* struct unix_diag_rqlen: what can be read comes first */
    uint32_t peer;     /* inode; 0: it is closed */
    uint64_t callers;
    uint64_t gone_callers;
    bool is_listening;
    bool is_datagram;
};

static struct socket_facts read_head(const struct nlmsghdr *header, const struct kind *kind)
{
    struct socket_facts facts = {.peer = 1};
    struct unix_diag_msg local;

    if (kind != &local_kind || header->nlmsg_len < NLMSG_SPACE(sizeof(local)))
        return facts;
    memcpy(&local, (const char *)header + NLMSG_HDRLEN, sizeof(local));
    facts.is_listening = local.udiag_state == TCP_LISTEN;
    facts.is_datagram = local.udiag_type == SOCK_DGRAM;
    facts.peer = facts.is_datagram ? 0 : 1; /* those that have none are not told of it */
    return facts;
}

/* Inodes of those who wait at a listener; 0 of who is gone. */
static void take_callers(const char *data, size_t len, struct socket_facts *facts)
{
    facts->callers = len / sizeof(uint32_t);
    for (size_t at = 0; at + sizeof(uint32_t) <= len; at += sizeof(uint32_t)) {
        uint32_t inode;
        memcpy(&inode, data + at, sizeof(inode));
        facts->gone_callers += inode == 0;
    }
}

static uint64_t memory_of(const uint32_t *info)
{
    uint64_t sent = info[SK_MEMINFO_WMEM_ALLOC];

    /* TCP charges here what is not acknowledged yet. */
    if (info[SK_MEMINFO_WMEM_QUEUED] > sent)
        sent = info[SK_MEMINFO_WMEM_QUEUED];
    return sent + info[SK_MEMINFO_RMEM_ALLOC] + info[SK_MEMINFO_FWD_ALLOC] +
           info[SK_MEMINFO_OPTMEM] + info[SK_MEMINFO_BACKLOG];
}

static void take_attribute(uint16_t type, const char *data, size_t len, const struct kind *kind,
                           struct socket_facts *facts)
{
    if (type == kind->memory)
        memcpy(facts->memory, data, len < sizeof(facts->memory) ? len : sizeof(facts->memory));
    else if (kind->queue != 0 && type == kind->queue && len == sizeof(facts->queue))
        memcpy(facts->queue, data, len);
    else if (kind->peer != 0 && type == kind->peer && len == sizeof(facts->peer))
        memcpy(&facts->peer, data, len);
    else if (facts->is_listening && type == UNIX_DIAG_ICONS)
        take_callers(data, len, facts);
}

/*
 * What is queued is charged to the socket that sent it, and told there, as long as that one is
 * there. Behind a sender that is gone, only the bytes of the queue are known, of datagrams only
 * those of the first, and of connections that wait at a listener none: each byte may have come
 * in a message of its own, as far as a socket has room for them.
 */
static uint64_t orphaned_bytes(const struct socket_facts *facts)
{
    uint64_t queue = facts->queue[0];
    uint64_t most = queue > QUEUE_BYTES ? queue : QUEUE_BYTES;

    if (facts->is_listening)
        return facts->callers * LOCAL_BYTES + facts->gone_callers * QUEUE_BYTES;
    if (queue == 0 || facts->peer != 0)
        return 0;
    if (facts->is_datagram)
        return DATAGRAMS_MAX * most;
    return queue * MESSAGE_BYTES < most ? queue * MESSAGE_BYTES : most;
}

static uint64_t socket_bytes(const struct nlmsghdr *header, const struct kind *kind)
{
    const size_t head_size = sizeof(struct nlattr);
    struct socket_facts facts = read_head(header, kind);
    size_t at = NLMSG_SPACE(kind->body_size);

    while (at + head_size <= header->nlmsg_len) {
        const char *start = (const char *)header + at;
        struct nlattr attribute;
        memcpy(&attribute, start, sizeof(attribute));
        if (attribute.nla_len < head_size || at + attribute.nla_len > header->nlmsg_len)
            break;
        take_attribute(attribute.nla_type, start + head_size, attribute.nla_len - head_size,
                       kind, &facts);
        at += ((size_t)attribute.nla_len + NLA_ALIGNTO - 1) / NLA_ALIGNTO * NLA_ALIGNTO;
    }
    return kind->socket_bytes + memory_of(facts.memory) + orphaned_bytes(&facts);
}

/* Returns false at the end of the answer. */
static bool add_part(char *buf, size_t len, const struct kind *kind, uint64_t *bytes)
{
    struct nlmsghdr *header = (void *)buf; /* which NLMSG_NEXT does not take as const */
    unsigned left = (unsigned)len;

    for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
        if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
            return false;
        *bytes += socket_bytes(header, kind);
    }
    return true;
}

static uint64_t ask(int sockets_fd, const union question *question, const struct kind *kind)
{
    _Alignas(struct nlmsghdr) char buf[32768];
    uint64_t bytes = 0;

    if (send(sockets_fd, question, question->header.nlmsg_len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return 0;
    for (unsigned part = 0; part < PARTS_MAX; part++) {
        struct sockaddr_nl sender = {0};
        socklen_t size = sizeof(sender);
        ssize_t n = recvfrom(sockets_fd, buf, sizeof(buf), MSG_DONTWAIT,
                             (struct sockaddr *)&sender, &size);
        /* The kernel's own port is 0; with a right over the namespace, others can write. */
        if (n <= 0 || sender.nl_pid != 0 || !add_part(buf, (size_t)n, kind, &bytes))
            break;
    }
    return bytes;
}

static uint64_t ask_local(int sockets_fd)
{
    union question question = {
        .local = {.header = {.nlmsg_len = sizeof(question.local),
                             .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                             .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                  .body = {.sdiag_family = AF_UNIX,
                           .udiag_states = ALL_STATES,
                           .udiag_show = UDIAG_SHOW_MEMINFO | UDIAG_SHOW_RQLEN |
                                         UDIAG_SHOW_PEER | UDIAG_SHOW_ICONS}}};

    return ask(sockets_fd, &question, &local_kind);
}

/* The older request is answered for both families at once: the table of all TCP sockets of the
 * machine, which is long, is walked through once. */
static uint64_t ask_tcp(int sockets_fd)
{
    union question question = {.tcp = {.header = {.nlmsg_len = sizeof(question.tcp),
                                                  .nlmsg_type = TCPDIAG_GETSOCK,
                                                  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                                       .body = {.idiag_family = AF_INET,
                                                .idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1),
                                                .idiag_states = STATES_WITH_DATA}}};

    return ask(sockets_fd, &question, &internet_kind);
}

static uint64_t ask_udp(int sockets_fd, int family)
{
    union question question = {
        .internet = {.header = {.nlmsg_len = sizeof(question.internet),
                                .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                                .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                     .body = {.sdiag_family = (uint8_t)family,
                              .sdiag_protocol = IPPROTO_UDP,
                              .idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1),
                              .idiag_states = ALL_STATES}}};

    return ask(sockets_fd, &question, &internet_kind);
}

uint64_t sample_sockets(int sockets_fd, bool internet)
{
    if (sockets_fd < 0)
        return 0;
    uint64_t bytes = ask_local(sockets_fd);
    if (internet)
        bytes +=
            ask_tcp(sockets_fd) + ask_udp(sockets_fd, AF_INET) + ask_udp(sockets_fd, AF_INET6);
    return bytes;
}
