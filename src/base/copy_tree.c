#include "cupel/copy_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"

#define DEPTH_MAX  64
#define CHUNK_SIZE ((size_t)64 << 10)

/* What cannot be read by itself is left out; where the host lacks something, nothing is. */
static int leave_out(const char *name, struct cupel_error *err)
{
    return cupel_is_shortage(-errno) ? cupel_fail_errno(err, "copy %s", name) : 0;
}

static int write_at(int fd, const char *bytes, size_t len, off_t at)
{
    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(pwrite(fd, bytes, len, at));
        if (n < 0)
            return -errno;
        bytes += n;
        len -= (size_t)n;
        at += n;
    }
    return 0;
}

static int copy_range(int from_fd, int to_fd, off_t at, off_t end, char *chunk)
{
    while (at < end) {
        size_t len = end - at < (off_t)CHUNK_SIZE ? (size_t)(end - at) : CHUNK_SIZE;
        ssize_t n = TEMP_FAILURE_RETRY(pread(from_fd, chunk, len, at));
        if (n < 0)
            return -errno;
        if (n == 0)
            return 0; /* shorter than it said: what is there has been copied */
        int r = write_at(to_fd, chunk, (size_t)n, at);
        if (r < 0)
            return r;
        at += n;
    }
    return 0;
}

/* Data only: a file of a few bytes may claim to be huge. */
static int copy_content(int from_fd, int to_fd, off_t size)
{
    CUPEL_AUTO_FREE char *chunk = malloc(CHUNK_SIZE);
    off_t end = 0;

    if (chunk == NULL)
        return -ENOMEM;
    while (end < size) {
        off_t data = lseek(from_fd, end, SEEK_DATA);
        if (data < 0 && errno != ENXIO)
            return -errno;
        if (data < 0)
            break; /* a hole up to the end */
        end = lseek(from_fd, data, SEEK_HOLE);
        if (end < 0)
            end = size;
        int r = copy_range(from_fd, to_fd, data, end, chunk);
        if (r < 0)
            return r;
    }
    return 0;
}

static int copy_file(int from_fd, int to_fd, const char *name, const struct stat *status,
                     struct cupel_error *err)
{
    CUPEL_AUTO_FD from = openat(from_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0)
        return leave_out(name, err);
    CUPEL_AUTO_FD to =
        openat(to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0)
        return cupel_fail_errno(err, "copy %s", name);
    int r = ftruncate(to, status->st_size) < 0 ? -errno : 0;
    if (r == 0)
        r = copy_content(from, to, status->st_size);
    if (r == 0 && fchmod(to, status->st_mode & 0777) < 0)
        r = -errno;
    return r < 0 ? cupel_fail(err, r, "copy %s: %s", name, strerrordesc_np(-r)) : 0;
}

static int copy_link(int from_fd, int to_fd, const char *name, struct cupel_error *err)
{
    char target[PATH_MAX];

    ssize_t n = readlinkat(from_fd, name, target, sizeof(target) - 1);
    if (n < 0)
        return leave_out(name, err);
    target[n] = '\0';
    return symlinkat(target, to_fd, name) < 0 ? cupel_fail_errno(err, "copy %s", name) : 0;
}

static int copy_folder(int from_fd, int to_fd, unsigned depth, struct cupel_error *err);

static int copy_subfolder(int from_fd, int to_fd, const char *name, mode_t mode, unsigned depth,
                          struct cupel_error *err)
{
    CUPEL_AUTO_FD from = openat(from_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (depth == DEPTH_MAX)
        return 0;
    if (from < 0)
        return leave_out(name, err);
    if (mkdirat(to_fd, name, 0700 | (mode & 0777)) < 0)
        return cupel_fail_errno(err, "copy %s", name);
    CUPEL_AUTO_FD to = openat(to_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (to < 0)
        return cupel_fail_errno(err, "copy %s", name);
    return copy_folder(from, to, depth + 1, err);
}

static int copy_entry(int from_fd, int to_fd, const char *name, unsigned depth,
                      struct cupel_error *err)
{
    struct stat status;

    if (fstatat(from_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return leave_out(name, err);
    if (S_ISREG(status.st_mode))
        return copy_file(from_fd, to_fd, name, &status, err);
    if (S_ISLNK(status.st_mode))
        return copy_link(from_fd, to_fd, name, err);
    if (S_ISDIR(status.st_mode))
        return copy_subfolder(from_fd, to_fd, name, status.st_mode, depth, err);
    return 0;
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

static int copy_folder(int from_fd, int to_fd, unsigned depth, struct cupel_error *err)
{
    /* A description of its own: the caller's offset stays. */
    CUPEL_AUTO_FD fd = openat(from_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return leave_out("a folder", err);
    __attribute__((cleanup(close_folder))) DIR *entries = fdopendir(fd);
    if (entries == NULL)
        return cupel_fail_errno(err, "copy a folder");
    (void)cupel_take_fd(&fd);

    int r = 0;
    errno = 0;
    for (const struct dirent *entry; r == 0 && (entry = readdir(entries)) != NULL; errno = 0) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            r = copy_entry(from_fd, to_fd, entry->d_name, depth, err);
    }
    return r == 0 && errno != 0 ? cupel_fail_errno(err, "copy a folder") : r;
}

int cupel_copy_tree(int from_fd, int to_fd, struct cupel_error *err)
{
    return copy_folder(from_fd, to_fd, 0, err);
}
