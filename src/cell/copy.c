#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"

/* Deeper trees cannot be unpacked; a build that makes one has its copies cut off here. */
#define DEPTH_MAX 64

static int copy_folder(int from_fd, int to_fd, unsigned depth, struct cupel_error *err);

static int copy_file(int from_dir, int to_dir, const char *name, const struct stat *st,
                     struct cupel_error *err)
{
    CUPEL_AUTO_FD from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    CUPEL_AUTO_FD to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (from < 0 || to < 0)
        return cupel_fail_errno(err, "copy %.100s", name);
    for (off_t left = st->st_size; left > 0;) {
        ssize_t n = sendfile(to, from, NULL, (size_t)left);
        if (n < 0)
            return cupel_fail_errno(err, "copy %.100s", name);
        if (n == 0)
            break;
        left -= n;
    }
    if (fchmod(to, st->st_mode & 0777) < 0)
        return cupel_fail_errno(err, "chmod %.100s", name);
    return 0;
}

static int copy_link(int from_dir, int to_dir, const char *name, struct cupel_error *err)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(from_dir, name, target, sizeof(target) - 1);

    if (n < 0)
        return cupel_fail_errno(err, "read link %.100s", name);
    target[n] = '\0';
    if (symlinkat(target, to_dir, name) < 0)
        return cupel_fail_errno(err, "make link %.100s", name);
    return 0;
}

static int copy_subfolder(int from_dir, int to_dir, const char *name, const struct stat *st,
                          unsigned depth, struct cupel_error *err)
{
    if (depth == DEPTH_MAX)
        return cupel_fail(err, -ELOOP, "copy %.100s: more than %d folders deep", name,
                          DEPTH_MAX);
    if (mkdirat(to_dir, name, 0700) < 0)
        return cupel_fail_errno(err, "mkdir %.100s", name);
    CUPEL_AUTO_FD from =
        openat(from_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    CUPEL_AUTO_FD to = openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0 || to < 0)
        return cupel_fail_errno(err, "open %.100s", name);
    int r = copy_folder(from, to, depth + 1, err);
    if (r == 0 && fchmod(to, st->st_mode & 0777) < 0)
        r = cupel_fail_errno(err, "chmod %.100s", name);
    return r;
}

static int copy_entry(int from_dir, int to_dir, const char *name, unsigned depth,
                      struct cupel_error *err)
{
    struct stat st;

    if (fstatat(from_dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return cupel_fail_errno(err, "stat %.100s", name);
    switch (st.st_mode & S_IFMT) {
    case S_IFREG:
        return copy_file(from_dir, to_dir, name, &st, err);
    case S_IFLNK:
        return copy_link(from_dir, to_dir, name, err);
    case S_IFDIR:
        return copy_subfolder(from_dir, to_dir, name, &st, depth, err);
    default: /* a fifo or socket that a build left behind has no use without its process */
        return 0;
    }
}

static int copy_folder(int from_fd, int to_fd, unsigned depth, struct cupel_error *err)
{
    int list_fd = fcntl(from_fd, F_DUPFD_CLOEXEC, 0);
    DIR *folder = list_fd < 0 ? NULL : fdopendir(list_fd);
    int r = 0;

    if (folder == NULL) {
        cupel_close_p(&list_fd);
        return cupel_fail_errno(err, "list a folder of the box");
    }
    for (struct dirent *entry; r == 0 && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            r = copy_entry(from_fd, to_fd, entry->d_name, depth, err);
    }
    (void)closedir(folder);
    return r;
}

int cell_copy_tree(int from_fd, int to_fd, struct cupel_error *err)
{
    return copy_folder(from_fd, to_fd, 0, err);
}
