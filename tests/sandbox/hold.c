/*
 * Take memory in one of several ways, and hold it: hold WAY MIB [SECONDS]
 *
 * Each step is told in a line of standard output, as the KiB that it took; children add lines
 * of their own. Exit 0 after SECONDS (default 0) with all of it taken; 1: refused, with the
 * step and the errno's name; 2: usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB      1024UL
#define MIB      (1024 * KIB)
#define CHILDREN 100

static unsigned seconds;

static void told(size_t bytes)
{
    char line[32];
    int n = snprintf(line, sizeof(line), "%zu\n", bytes / KIB);

    if (write(STDOUT_FILENO, line, (size_t)n) != n)
        _exit(3);
}

static _Noreturn void refused(const char *step)
{
    (void)dprintf(STDERR_FILENO, "%s: %s\n", step, strerrorname_np(errno));
    _exit(1);
}

static unsigned char *map(size_t bytes, int flags)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);

    if (memory == MAP_FAILED)
        refused("mmap");
    return memory;
}

static void fill(unsigned char *memory, size_t bytes, size_t step)
{
    for (size_t done = 0; done < bytes; done += step) {
        size_t size = bytes - done < step ? bytes - done : step;
        memset(memory + done, 1, size);
        told(size);
    }
}

/* What a program does that knows nothing of the machine. */
static void touch(size_t bytes)
{
    fill(map(bytes, MAP_PRIVATE | MAP_ANONYMOUS), bytes, 256 * KIB);
}

/* The kernel fills as fast as it can, huge pages where there are any. */
static void populate(size_t bytes)
{
    for (size_t done = 0; done < bytes; done += 4 * MIB) {
        unsigned char *memory = map(6 * MIB, MAP_PRIVATE | MAP_ANONYMOUS);
        memory += 2 * MIB - (size_t)memory % (2 * MIB); /* where huge pages begin */
        (void)madvise(memory, 4 * MIB, MADV_HUGEPAGE);
        for (size_t at = 0; at < 4 * MIB; at += 2 * MIB) {
            if (madvise(memory + at, 2 * MIB, MADV_POPULATE_WRITE) < 0)
                memset(memory + at, 1, 2 * MIB);
            told(2 * MIB);
        }
    }
}

static void *populate_half(void *argument)
{
    populate(*(size_t *)argument);
    return NULL;
}

static void threads(size_t bytes)
{
    size_t half = bytes / 2;
    pthread_t other;

    if (pthread_create(&other, NULL, populate_half, &half) != 0)
        refused("pthread_create");
    populate(half);
    (void)pthread_join(other, NULL);
}

static void children(size_t bytes)
{
    size_t share = bytes / CHILDREN / KIB * KIB;

    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = fork();
        if (pid < 0)
            refused("fork");
        if (pid == 0) {
            fill(map(share, MAP_PRIVATE | MAP_ANONYMOUS), share, share);
            (void)sleep(seconds);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        continue;
}

/* A process that sleeps just below its limit and then runs for it: half of MIB, then the rest.
 */
static void burst(size_t bytes)
{
    fill(map(bytes / 2, MAP_PRIVATE | MAP_ANONYMOUS), bytes / 2, 256 * KIB);
    (void)sleep(1);
    fill(map(bytes / 2, MAP_PRIVATE | MAP_ANONYMOUS), bytes / 2, 256 * KIB);
}

static void shared(size_t bytes)
{
    fill(map(bytes, MAP_SHARED | MAP_ANONYMOUS), bytes, 256 * KIB);
}

/* Not mapped any longer, but there: a byte of it is. */
static void unmapped(size_t bytes)
{
    for (size_t done = 0; done < bytes; done += 4 * MIB) {
        unsigned char *memory = map(4 * MIB, MAP_SHARED | MAP_ANONYMOUS);
        fill(memory, 4 * MIB, 256 * KIB);
        (void)munmap(memory + 4 * KIB, 4 * MIB - 4 * KIB);
    }
}

static void segments(size_t bytes, bool keep)
{
    for (size_t done = 0; done < bytes; done += 4 * MIB) {
        int id = shmget(IPC_PRIVATE, 4 * MIB, IPC_CREAT | 0600);
        unsigned char *memory = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
        if (memory == (void *)-1)
            refused("shmget");
        fill(memory, 4 * MIB, 256 * KIB);
        if (!keep && shmdt(memory) < 0)
            refused("shmdt");
    }
}

static void attached_segments(size_t bytes)
{
    segments(bytes, true);
}

static void detached_segments(size_t bytes)
{
    segments(bytes, false);
}

static void fill_file(int fd, size_t bytes)
{
    static unsigned char block[256 * KIB];

    if (fd < 0)
        refused("open");
    for (size_t done = 0; done < bytes; done += sizeof(block)) {
        if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
            refused("write");
        told(sizeof(block));
    }
}

/* Files are 8 MiB each, so that no limit of theirs comes first. */
static void memfd(size_t bytes)
{
    for (size_t done = 0; done < bytes; done += 8 * MIB)
        fill_file((int)syscall(SYS_memfd_create, "hold", 0), 8 * MIB);
}

static void mapped_memfd(size_t bytes)
{
    for (size_t done = 0; done < bytes; done += 8 * MIB) {
        int fd = (int)syscall(SYS_memfd_create, "hold", 0);
        if (fd < 0 || ftruncate(fd, 8 * MIB) < 0)
            refused("memfd_create");
        void *memory = mmap(NULL, 8 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (memory == MAP_FAILED)
            refused("mmap");
        fill(memory, 8 * MIB, 256 * KIB);
        (void)close(fd);
    }
}

static void files(const char *folder, size_t bytes)
{
    char path[64];

    for (size_t done = 0; done < bytes; done += 8 * MIB) {
        (void)snprintf(path, sizeof(path), "%s/hold-%zu", folder, done / MIB);
        fill_file(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), 8 * MIB);
    }
}

static void tmpfs(size_t bytes)
{
    files("/tmp", bytes);
}

static void dev_shm(size_t bytes)
{
    files("/dev/shm", bytes);
}

static size_t write_all(int fd)
{
    static unsigned char block[16 * KIB];
    size_t total = 0;
    ssize_t n;

    while ((n = write(fd, block, sizeof(block))) > 0)
        total += (size_t)n;
    return total;
}

static void pipes(size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        int ends[2];
        if (pipe2(ends, O_NONBLOCK) < 0)
            refused("pipe");
        (void)fcntl(ends[1], F_SETPIPE_SZ, MIB);
        size_t taken = write_all(ends[1]);
        if (taken == 0)
            refused("write");
        done += taken;
        told(taken);
    }
}

static size_t socket_pair(int type, bool close_sender)
{
    int ends[2];

    if (socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends) < 0)
        refused("socketpair");
    (void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &(int){4 * (int)MIB}, sizeof(int));
    size_t taken = write_all(ends[1]);
    if (close_sender)
        (void)close(ends[1]);
    return taken;
}

static void sockets(size_t bytes, int type, bool close_senders)
{
    for (size_t done = 0; done < bytes;) {
        size_t taken = socket_pair(type, close_senders);
        done += taken;
        told(taken);
    }
}

static void streams(size_t bytes)
{
    sockets(bytes, SOCK_STREAM, false);
}

static void datagrams(size_t bytes)
{
    sockets(bytes, SOCK_DGRAM, false);
}

static void orphans(size_t bytes)
{
    sockets(bytes, SOCK_STREAM, true);
}

/* Full sockets that nothing holds but a message in another one. */
static void in_flight(size_t bytes)
{
    int carrier[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, carrier) < 0)
        refused("socketpair");
    for (size_t done = 0; done < bytes;) {
        union {
            struct cmsghdr align;
            char bytes[CMSG_SPACE(2 * sizeof(int))];
        } control = {0};
        char byte = 0;
        int ends[2];
        struct iovec part = {&byte, 1};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof(control.bytes)};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
            refused("socketpair");
        (void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &(int){4 * (int)MIB}, sizeof(int));
        size_t taken = write_all(ends[1]);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header == NULL)
            _exit(3);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(ends));
        memcpy(CMSG_DATA(header), ends, sizeof(ends));
        if (sendmsg(carrier[0], &message, 0) < 0)
            refused("sendmsg");
        (void)close(ends[0]);
        (void)close(ends[1]);
        done += taken;
        told(taken);
    }
}

static void tcp(size_t bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int server = socket(AF_INET, SOCK_STREAM, 0);

    if (server < 0 || bind(server, (struct sockaddr *)&address, len) < 0 ||
        listen(server, 64) < 0 || getsockname(server, (struct sockaddr *)&address, &len) < 0)
        refused("listen");
    for (size_t done = 0; done < bytes;) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (client < 0 || connect(client, (struct sockaddr *)&address, len) < 0 ||
            accept(server, NULL, NULL) < 0 || fcntl(client, F_SETFL, O_NONBLOCK) < 0)
            refused("connect");
        size_t taken = write_all(client);
        done += taken;
        told(taken);
    }
}

static const struct {
    const char *name;
    void (*take)(size_t bytes);
} ways[] = {
    {"touch", touch},
    {"populate", populate},
    {"threads", threads},
    {"children", children},
    {"burst", burst},
    {"shared", shared},
    {"unmapped", unmapped},
    {"attached_segments", attached_segments},
    {"detached_segments", detached_segments},
    {"memfd", memfd},
    {"mapped_memfd", mapped_memfd},
    {"tmpfs", tmpfs},
    {"dev_shm", dev_shm},
    {"pipes", pipes},
    {"streams", streams},
    {"datagrams", datagrams},
    {"orphans", orphans},
    {"in_flight", in_flight},
    {"tcp", tcp},
};

int main(int argc, char **argv)
{
    size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) * MIB : 0;

    seconds = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    for (size_t i = 0; bytes > 0 && i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (strcmp(argv[1], ways[i].name) != 0)
            continue;
        ways[i].take(bytes);
        (void)sleep(seconds);
        return 0;
    }
    return 2;
}
