/*
 * Takes memory of one kind, MiB by MiB with a dot for each, holds it for a while, and ends.
 *
 *     hoard KIND MIB [HOLD_MS [FOLDER]]
 *
 * Exit 0: it had all of it; 1: the system refused, errno's name is on standard error; 2: usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crew.h"

enum { MIB_MAX = 512, CHILDREN = 100 };

struct order {
    unsigned mib;
    unsigned hold_ms;
    const char *folder;
};

/* A mapping of one MiB, touched. */
static int map(int flags, int fd, unsigned index, void **ret)
{
    void *mib =
        mmap(NULL, CREW_MIB, PROT_READ | PROT_WRITE, flags, fd, (off_t)index * CREW_MIB);

    if (mib == MAP_FAILED)
        return crew_refused();
    crew_touch(mib);
    crew_dot();
    *ret = mib;
    return 0;
}

static int take_anonymous(unsigned count, int flags)
{
    void *mib = NULL;

    for (unsigned i = 0; i < count; i++) {
        if (map(flags | MAP_ANONYMOUS, -1, 0, &mib) < 0)
            return -1;
    }
    return 0;
}

static int heap(const struct order *order)
{
    return take_anonymous(order->mib, MAP_PRIVATE);
}

/* Reading maps the page of zeroes: no memory but a table of 4 KiB for each 2 MiB that is read.
 */
static int tables(const struct order *order)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    const size_t reach = (size_t)CREW_MIB * 512;

    for (unsigned i = 0; i < order->mib; i++) {
        void *zeroes = mmap(NULL, reach, PROT_READ, flags, -1, 0);
        /* EINVAL: of a kernel that has no huge pages. */
        if (zeroes == MAP_FAILED ||
            (madvise(zeroes, reach, MADV_NOHUGEPAGE) < 0 && errno != EINVAL))
            return crew_refused();
        for (size_t at = 0; at < reach; at += 2 * (size_t)CREW_MIB)
            (void)((volatile char *)zeroes)[at];
        crew_dot();
    }
    return 0;
}

static int shared(const struct order *order)
{
    return take_anonymous(order->mib, MAP_SHARED);
}

/* The mappings stay and the memory stays, but no page of it is in a page table any more. */
static int shared_left(const struct order *order)
{
    void *mib = NULL;

    for (unsigned i = 0; i < order->mib; i++) {
        if (map(MAP_SHARED | MAP_ANONYMOUS, -1, 0, &mib) < 0)
            return -1;
        if (madvise(mib, CREW_MIB, MADV_DONTNEED) < 0)
            return crew_refused();
    }
    return 0;
}

/* As fast as it goes: the kernel clears 2 MiB at a time. */
static int huge(const struct order *order)
{
    size_t size = (size_t)order->mib * CREW_MIB;
    char *all = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (all == MAP_FAILED)
        return crew_refused();
    (void)madvise(all, size, MADV_HUGEPAGE); /* kernels without them do it page by page */
    for (unsigned i = 0; i < order->mib; i++) {
        crew_touch(all + (size_t)i * CREW_MIB);
        crew_dot();
    }
    return 0;
}

/* What a careful program does: it takes NULL for an answer, and ends well. */
static int careful(const struct order *order)
{
    for (unsigned i = 0; i < order->mib; i++) {
        void *mib = malloc(CREW_MIB);
        if (mib == NULL) {
            (void)crew_refused();
            return 0;
        }
        crew_touch(mib);
        crew_dot();
    }
    return 0;
}

static int take_share(void *owner, unsigned index)
{
    const struct order *order = owner;
    unsigned more = index < order->mib % CHILDREN;

    return take_anonymous(order->mib / CHILDREN + more, MAP_PRIVATE);
}

static int children(const struct order *order)
{
    struct order copy = *order;

    return crew_work(CHILDREN, take_share, &copy, order->hold_ms);
}

/* A child takes all of it, and whatever becomes of that child is all the same to its parent. */
static int indifferent(const struct order *order)
{
    pid_t child = fork();

    if (child < 0)
        return crew_refused();
    if (child == 0) {
        crew_bound();
        int r = take_anonymous(order->mib, MAP_PRIVATE);
        crew_sleep_ms(order->hold_ms);
        _exit(r == 0 ? 0 : 1);
    }
    return waitpid(child, NULL, 0) == child ? 0 : crew_refused();
}

static int take_segments(const struct order *order, int detach)
{
    for (unsigned i = 0; i < order->mib; i++) {
        int id = shmget(IPC_PRIVATE, CREW_MIB, IPC_CREAT | 0600);
        void *mib = id < 0 ? NULL : shmat(id, NULL, 0);
        if (id < 0 || mib == (void *)-1)
            return crew_refused();
        crew_touch(mib);
        crew_dot();
        if (detach && shmdt(mib) < 0)
            return crew_refused();
    }
    return 0;
}

static int shm(const struct order *order)
{
    return take_segments(order, 0);
}

static int shm_left(const struct order *order)
{
    return take_segments(order, 1);
}

static int open_memory_file(const struct order *order)
{
    int fd = memfd_create("hoard", MFD_CLOEXEC);

    if (fd < 0 || ftruncate(fd, (off_t)order->mib * CREW_MIB) < 0)
        return crew_refused();
    return fd;
}

static int take_memory_file(const struct order *order, int unmap)
{
    int fd = open_memory_file(order);
    void *mib = NULL;

    if (fd < 0)
        return -1;
    for (unsigned i = 0; i < order->mib; i++) {
        if (map(MAP_SHARED, fd, i, &mib) < 0)
            return -1;
        if (unmap && munmap(mib, CREW_MIB) < 0)
            return crew_refused();
    }
    return 0;
}

static int memfd(const struct order *order)
{
    return take_memory_file(order, 0);
}

static int memfd_left(const struct order *order)
{
    return take_memory_file(order, 1);
}

static int memfd_written(const struct order *order)
{
    int fd = open_memory_file(order);
    int r = fd < 0 ? -1 : 0;

    for (unsigned i = 0; r == 0 && i < order->mib; i++)
        r = crew_write_mib(fd);
    return r;
}

static int file(const struct order *order)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/hoard", order->folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int r = fd < 0 ? crew_refused() : 0;
    for (unsigned i = 0; r == 0 && i < order->mib; i++)
        r = crew_write_mib(fd);
    return r;
}

static void *take_and_end(void *argument)
{
    const struct order *order = argument;
    int r = heap(order);

    crew_sleep_ms(order->hold_ms);
    _exit(r == 0 ? 0 : 1);
}

/* By a thread whose process has lost its first one. */
static int leaderless(const struct order *order)
{
    static struct order own;
    pthread_t thread;

    own = *order;
    errno = pthread_create(&thread, NULL, take_and_end, &own);
    if (errno != 0)
        return crew_refused();
    pthread_exit(NULL);
}

/* The kernel compares a new one with all of its file. */
static int lock_file(const char *folder, unsigned number)
{
    enum { PER_FILE = 128 };
    char path[64];

    (void)snprintf(path, sizeof(path), "%s/locks%u", folder, number);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    for (long i = 0; i < PER_FILE; i++) {
        struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2 * i, .l_len = 1};
        if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0)
            return crew_refused();
    }
    return 0;
}

/* Locks that cannot be merged, of 256 bytes each in the kernel. */
static int locks(const struct order *order)
{
    enum { FILES_PER_MIB = 32 };
    int r = 0;

    for (unsigned i = 0; r == 0 && i < order->mib * FILES_PER_MIB; i++) {
        r = lock_file(order->folder, i);
        if (r == 0 && i % FILES_PER_MIB == 0)
            crew_dot();
    }
    return r;
}

static const struct kind {
    const char *name;
    int (*take)(const struct order *order);
} kinds[] = {
    {"heap", heap},
    {"huge", huge},
    {"careful", careful},
    {"children", children},
    {"indifferent", indifferent},
    {"tables", tables},
    {"shared", shared},
    {"shared-left", shared_left},
    {"shm", shm},
    {"shm-left", shm_left},
    {"memfd", memfd},
    {"memfd-left", memfd_left},
    {"memfd-written", memfd_written},
    {"file", file},
    {"leaderless", leaderless},
    {"locks", locks},
};

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    const struct order order = {.mib = crew_number(argv[2], MIB_MAX),
                                .hold_ms = argc > 3 ? crew_number(argv[3], 10000) : 0,
                                .folder = argc > 4 ? argv[4] : "/tmp"};
    crew_bound();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, argv[1]) != 0)
            continue;
        int r = kinds[i].take(&order);
        crew_sleep_ms(order.hold_ms);
        return r == 0 ? 0 : 1;
    }
    return 2;
}
