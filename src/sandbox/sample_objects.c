/*
 * Memory that a process makes the kernel take beside its pages: mappings, lists at descriptors
 * (locks, epoll items, watches), news that wait behind inotify, and texts of /proc that it has
 * begun to read. No limit counts these.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/patience.h"
#include "cupel/cleanup.h"
#include "sandbox/sample_internal.h"

/* To count takes about as long as to make: it is done so often, the less so the more processes
 * there are, and in a fifth of the time where the lists are long. */
#define OBJECTS_NS 25000000U
#define CROWD      16U
#define COUNT_PART 4U

/* At the most, of one mapping, lock, epoll item or watch. */
#define OBJECT_BYTES 256U

/* Of a descriptor's file in fdinfo, which has a line more for each object. */
#define HEAD_LINES 12U

/* Of a file in /proc, from the first byte read of it; the buffer for a long one is a power of
 * two. */
#define TEXT_BYTES 4096U

/* An event takes up to four times as much as can be read of it. */
#define NEWS_FACTOR 4U

/* Of an inotify instance whose queue we may not ask for: 16,384 events of 512 bytes. */
#define NEWS_MAX (8U << 20)

struct text {
    uint64_t bytes;
    uint64_t lines;
};

static struct text measure(struct sampler *sampler, int folder_fd, const char *path)
{
    struct text text = {0};
    ssize_t n;
    CUPEL_AUTO_FD fd = openat(folder_fd, path, O_RDONLY | O_CLOEXEC);

    while (fd >= 0 && (n = read(fd, sampler->text, PROC_TEXT_SIZE)) > 0) {
        const char *end = sampler->text + n;
        text.bytes += (uint64_t)n;
        for (const char *at = sampler->text;
             (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
            text.lines++;
    }
    return text;
}

static uint64_t read_news(struct sampler *sampler, int pid, int fd)
{
    int bytes = 0;
    int own_pid = sample_process_own_pid(sampler, pid);
    CUPEL_AUTO_FD pidfd = own_pid > 0 ? (int)syscall(SYS_pidfd_open, own_pid, 0) : -1;
    /* By now it may be something else, a socket that waits when it is closed for one. */
    int copy = pidfd >= 0 ? (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0) : -1;
    bool is_known = copy >= 0 && ioctl(copy, FIONREAD, &bytes) == 0;

    base_close_impatiently(&copy);
    return is_known ? (uint64_t)bytes * NEWS_FACTOR : NEWS_MAX;
}

static bool is_inotify(int folder_fd, const char *name)
{
    static const char wanted[] = "anon_inode:inotify";
    char target[sizeof(wanted)] = "";

    return readlinkat(folder_fd, name, target, sizeof(target) - 1) > 0 &&
           strcmp(target, wanted) == 0;
}

struct found {
    uint64_t bytes;
    uint64_t texts;   /* of /proc, that are open */
    uint64_t longest; /* of such a text */
};

static void add_descriptor(struct sampler *sampler, int pid, int folder_fd, const char *name,
                           struct found *found)
{
    char path[300];
    struct statx st;

    /* Only what is known already: its file system's server may be dead. */
    if (statx(folder_fd, name, AT_STATX_DONT_SYNC, STATX_TYPE, &st) < 0)
        return; /* closed meanwhile */
    (void)snprintf(path, sizeof(path), "%d/fdinfo/%s", pid, name);
    struct text info = measure(sampler, sampler->sources.proc_fd, path);
    if (info.lines > HEAD_LINES)
        found->bytes += (info.lines - HEAD_LINES) * OBJECT_BYTES;
    if (info.bytes > found->longest)
        found->longest = info.bytes;
    if (makedev(st.stx_dev_major, st.stx_dev_minor) == sampler->proc_device)
        found->texts++;
    if ((st.stx_mode & S_IFMT) == 0 && is_inotify(folder_fd, name))
        found->bytes += read_news(sampler, pid, (int)strtol(name, NULL, 10));
}

static void add_descriptors(struct sampler *sampler, int pid, struct found *found)
{
    char path[32];

    (void)snprintf(path, sizeof(path), "%d/fd", pid);
    DIR *folder = proc_open_folder(sampler->sources.proc_fd, path);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.')
            add_descriptor(sampler, pid, dirfd(folder), entry->d_name, found);
    }
    (void)closedir(folder);
}

static uint64_t buffer_of(uint64_t text_bytes)
{
    uint64_t bytes = TEXT_BYTES;

    while (bytes < text_bytes)
        bytes *= 2;
    return bytes;
}

bool sample_objects_due(const struct sample_process *process, uint64_t now_ns)
{
    return process->objects_stale && now_ns >= process->objects_due_ns;
}

void sample_objects_ran(const struct sampler *sampler, struct sample_process *process)
{
    process->objects_stale = true;
    if (process->objects_due_ns == 0)
        process->objects_due_ns = base_now_ns() + OBJECTS_NS * (1 + sampler->count / CROWD);
}

void sample_objects_read(struct sampler *sampler, struct sample_process *process)
{
    char path[32];
    struct found found = {0};
    uint64_t start_ns = base_now_ns();

    (void)snprintf(path, sizeof(path), "%d/maps", process->view);
    found.bytes = measure(sampler, sampler->sources.proc_fd, path).lines * OBJECT_BYTES;
    add_descriptors(sampler, process->view, &found);
    /* What was read of a list stays as long as it was, whatever becomes of the list. */
    if (found.longest > sampler->longest_text)
        sampler->longest_text = found.longest;
    found.bytes += found.texts * buffer_of(sampler->longest_text);
    process->kernel_bytes += found.bytes - process->objects_bytes;
    process->objects_bytes = found.bytes;
    process->objects_stale = false;
    process->settled = false;
    uint64_t now_ns = base_now_ns();
    uint64_t pause_ns = COUNT_PART * (now_ns - start_ns);
    uint64_t least_ns = OBJECTS_NS * (1 + sampler->count / CROWD);
    process->objects_due_ns = now_ns + (pause_ns > least_ns ? pause_ns : least_ns);
}
