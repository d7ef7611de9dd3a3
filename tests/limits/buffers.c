/*
 * Has the kernel keep bytes that nobody reads: memory of no process. Writes a dot for each MiB,
 * holds all of it for a while, and ends.
 *
 *     buffers KIND MIB [PROCESSES [HOLD_MS]]
 *
 * Exit 0: it had all of it; 1: the system refused, errno's name is on standard error; 2: usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crew.h"

enum { MIB_MAX = 512, PROCESSES_MAX = 200, BLOCK = 65536, AT_MOST = 4 * CREW_MIB };

struct kind;

struct order {
    const struct kind *kind;
    unsigned mib; /* of each process */
    size_t bytes; /* so far */
};

static void count(struct order *order, size_t bytes)
{
    size_t before = order->bytes / CREW_MIB;

    order->bytes += bytes;
    for (size_t i = before; i < order->bytes / CREW_MIB; i++)
        crew_dot();
}

static int is_done(const struct order *order)
{
    return order->bytes / CREW_MIB >= order->mib;
}

/* Write to a descriptor that does not block until it has no room, or all is done. */
static int fill(struct order *order, int fd, size_t block_size)
{
    static char block[BLOCK];

    while (!is_done(order)) {
        ssize_t n = write(fd, block, block_size);
        if (n < 0)
            return errno == EAGAIN ? 0 : crew_refused();
        count(order, (size_t)n);
    }
    return 0;
}

static int open_sockets(int type, int ends[2])
{
    int size = AT_MOST;

    if (socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        return crew_refused();
    (void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    return 0;
}

static int fill_pipe(struct order *order)
{
    int ends[2];

    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0)
        return crew_refused();
    (void)fcntl(ends[1], F_SETPIPE_SZ, CREW_MIB); /* refused beyond what the user may have */
    return fill(order, ends[1], BLOCK);
}

static int fill_stream(struct order *order)
{
    int ends[2];

    return open_sockets(SOCK_STREAM, ends) < 0 ? -1 : fill(order, ends[0], BLOCK);
}

static int fill_datagrams(struct order *order)
{
    int ends[2];

    return open_sockets(SOCK_DGRAM, ends) < 0 ? -1 : fill(order, ends[0], BLOCK / 2);
}

/* What was sent stays, and costs one descriptor instead of two. */
static int fill_closed(struct order *order)
{
    int ends[2];

    if (open_sockets(SOCK_STREAM, ends) < 0)
        return -1;
    int r = fill(order, ends[0], BLOCK);
    (void)close(ends[0]);
    return r;
}

static int send_fd(int socket_fd, int fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    char byte = 'x';
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};

    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    return sendmsg(socket_fd, &message, 0) == 1 ? 0 : crew_refused();
}

/* A full socket on its way in another one costs no descriptor at all. */
static int fill_flight(struct order *order)
{
    static int carrier[2] = {-1, -1};
    static unsigned sent;
    int ends[2];

    if (sent++ % 100 == 0 && open_sockets(SOCK_STREAM, carrier) < 0)
        return -1;
    if (open_sockets(SOCK_STREAM, ends) < 0)
        return -1;
    int r = fill(order, ends[0], BLOCK);
    if (r == 0)
        r = send_fd(carrier[0], ends[1]);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return r;
}

static const struct kind {
    const char *name;
    int (*fill)(struct order *order);
} kinds[] = {
    {"pipes", fill_pipe},    {"streams", fill_stream}, {"datagrams", fill_datagrams},
    {"closed", fill_closed}, {"flight", fill_flight},
};

static int take(void *owner, unsigned index)
{
    struct order *order = owner;
    int r = 0;

    (void)index;
    while (r == 0 && !is_done(order))
        r = order->kind->fill(order);
    return r;
}

int main(int argc, char **argv)
{
    struct order order = {.kind = NULL};

    if (argc < 3)
        return 2;
    unsigned processes = argc > 3 ? crew_number(argv[3], PROCESSES_MAX) : 1;
    unsigned hold_ms = argc > 4 ? crew_number(argv[4], 10000) : 1;
    order.mib = crew_number(argv[2], MIB_MAX) / processes;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, argv[1]) == 0)
            order.kind = &kinds[i];
    }
    if (order.kind == NULL || order.mib == 0)
        return 2;
    crew_bound();
    if (processes > 1)
        return crew_work(processes, take, &order, hold_ms) == 0 ? 0 : 1;
    int r = take(&order, 0);
    crew_sleep_ms(hold_ms);
    return r == 0 ? 0 : 1;
}
