#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "sandbox/sample_internal.h"

/* Where no more shared memory is known than before, it is looked for so often: it takes time,
 * and who maps and unmaps holds us up. */
#define MAPS_NS 50000000U

static bool is_stream(const struct sampler *sampler, uint64_t device, uint64_t inode)
{
    for (size_t i = 0; i < 3; i++) {
        if (sampler->sources.streams[i].inode == inode &&
            sampler->sources.streams[i].device == device)
            return true;
    }
    return false;
}

/* Segments are counted by their own table, and have inodes like others'. */
static bool is_segment(int folder_fd, const char *name)
{
    char target[8] = "";

    return readlinkat(folder_fd, name, target, sizeof(target) - 1) > 0 &&
           strncmp(target, "/SYSV", 5) == 0;
}

/*
 * Whether what is open or mapped holds memory; ret is filled then, but for its owner. Returns
 * 1, 0 or -errno.
 */
static int recognise(const struct sampler *sampler, int folder_fd, const char *name,
                     struct sample_held *ret)
{
    struct statx st;

    /* Of what a server far away holds, we want to know no news. */
    if (statx(folder_fd, name, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO | STATX_BLOCKS, &st) <
        0)
        return -errno;
    *ret = (struct sample_held){.device = makedev(st.stx_dev_major, st.stx_dev_minor),
                                .inode = st.stx_ino,
                                .look = sampler->looks,
                                .fd = (int)strtol(name, NULL, 10)};
    if (is_stream(sampler, ret->device, ret->inode))
        return 0;
    if (S_ISFIFO(st.stx_mode)) {
        ret->kind = SAMPLE_PIPE;
        ret->bytes = SAMPLE_PIPE_BYTES;
        return 1;
    }
    ret->kind = SAMPLE_MEMFD;
    ret->bytes = st.stx_blocks * 512U;
    return S_ISREG(st.stx_mode) && ret->device == sampler->memory_device &&
           !is_segment(folder_fd, name);
}

static int append(struct sample_process *process, const struct sample_held *held)
{
    if (process->held_count % 16 == 0) {
        struct sample_held *more =
            realloc(process->held, (process->held_count + 16) * sizeof(*more));
        if (more == NULL)
            return -ENOMEM;
        process->held = more;
    }
    process->held[process->held_count++] = *held;
    return 0;
}

/* Returns how many were found; -ENOMEM; another -errno if it cannot be seen. */
static int read_folder(struct sampler *sampler, struct sample_process *process,
                       const char *name)
{
    char path[32];
    struct sample_held held;
    int found = 0;
    int r = 0;

    (void)snprintf(path, sizeof(path), "%d/%s", process->view, name);
    DIR *folder = proc_open_folder(sampler->sources.proc_fd, path);
    if (folder == NULL)
        return -errno;
    for (struct dirent *entry; r >= 0 && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        r = recognise(sampler, dirfd(folder), entry->d_name, &held);
        if (r == -ENOENT || r == -ESRCH) /* closed meanwhile */
            r = 0;
        held.pid = process->view;
        if (r > 0 && (r = append(process, &held)) == 0)
            found++;
    }
    (void)closedir(folder);
    return r < 0 ? r : found;
}

/*
 * Memory that is shared belongs to a file without name, of which a byte that is still mapped
 * keeps all. Only root may ask for its size, and it takes time.
 */
static int read_mapped(struct sampler *sampler, struct sample_process *process)
{
    uint64_t now = base_now_ns();
    bool is_new = process->maps_due_ns == 0;

    if (is_new)
        process->maps_due_ns = now + MAPS_NS;
    sampler->shares = sampler->shares || process->shared_bytes > 0;
    if (sampler->maps_are_closed)
        return 0;
    if (!process->maps_memory && process->shared_bytes == process->shared_before &&
        now < process->maps_due_ns && !(is_new && sampler->shares)) {
        process->shared_bytes = 0; /* it is in files that count elsewhere */
        return 0;
    }
    process->shared_before = process->shared_bytes;
    process->maps_due_ns = now + MAPS_NS;
    int r = read_folder(sampler, process, "map_files");
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        sampler->maps_are_closed = r == -EPERM || r == -EACCES;
        return 0;
    }
    process->maps_memory = r > 0;
    process->shared_bytes = 0; /* the files say it better, and those of tmpfs count there */
    return 0;
}

int sample_held_read(struct sampler *sampler, struct sample_process *process)
{
    free(process->held);
    process->held = NULL;
    process->held_count = 0;
    int r = read_folder(sampler, process, "fd");
    if (r == -ENOMEM) /* a process that has ended has nothing */
        return r;
    return read_mapped(sampler, process);
}

static int compare_inodes(const struct sample_held *one, uint64_t device, uint64_t inode)
{
    if (one->device != device)
        return one->device < device ? -1 : 1;
    return one->inode < inode ? -1 : one->inode > inode;
}

/* By inode, and what was seen last comes first. */
static int compare_held(const void *a, const void *b)
{
    const struct sample_held *one = a;
    const struct sample_held *other = b;
    int order = compare_inodes(one, other->device, other->inode);

    return order != 0 ? order : (one->look < other->look) - (one->look > other->look);
}

int sample_held_merge(const struct sampler *sampler, struct sample_held **ret,
                      size_t *ret_count)
{
    size_t count = 0;
    size_t kept = 0;

    for (size_t i = 0; i < sampler->count; i++)
        count += sampler->processes[i].held_count;
    *ret = NULL;
    *ret_count = 0;
    if (count == 0)
        return 0;
    struct sample_held *all = malloc(count * sizeof(*all));
    if (all == NULL)
        return -ENOMEM;
    count = 0;
    for (size_t i = 0; i < sampler->count; i++) {
        for (size_t j = 0; j < sampler->processes[i].held_count; j++)
            all[count++] = sampler->processes[i].held[j];
    }
    qsort(all, count, sizeof(*all), compare_held);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || compare_inodes(&all[kept - 1], all[i].device, all[i].inode) != 0)
            all[kept++] = all[i];
    }
    *ret = all;
    *ret_count = kept;
    return 0;
}

bool sample_held_has(const struct sample_held *held, size_t count, uint64_t device,
                     uint64_t inode)
{
    size_t first = 0;

    while (first < count) {
        size_t middle = first + (count - first) / 2;
        int order = compare_inodes(&held[middle], device, inode);
        if (order == 0)
            return true;
        if (order < 0)
            first = middle + 1;
        else
            count = middle;
    }
    return false;
}

/* The pipe itself: what its process has there by now may be anything else, and to open that
 * could wait, or do what the process could not. */
static int open_pipe(const struct sampler *sampler, const struct sample_held *pipe)
{
    char path[48];
    struct statx st;

    (void)snprintf(path, sizeof(path), "%d/fd/%d", pipe->pid, pipe->fd);
    CUPEL_AUTO_FD found = openat(sampler->sources.proc_fd, path, O_PATH | O_CLOEXEC);
    if (found < 0 ||
        statx(found, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st) < 0 ||
        !S_ISFIFO(st.stx_mode))
        return -1;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
    return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

/*
 * A byte in a pipe can take a page, so one that is not empty counts as full. While it is open
 * here, for a microsecond or two, a writer that nobody reads from is not told so.
 */
uint64_t sample_held_pipe(const struct sampler *sampler, const struct sample_held *pipe)
{
    CUPEL_AUTO_FD fd = open_pipe(sampler, pipe);
    int bytes = 0;

    if (fd < 0 || ioctl(fd, FIONREAD, &bytes) < 0 || bytes == 0)
        return 0;
    int size = fcntl(fd, F_GETPIPE_SZ);
    return size > 0 ? (uint64_t)size : 0;
}
