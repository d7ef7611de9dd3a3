#include "cupel/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"

/* Whether fd is ours, and nobody else may have written to it. */
static bool is_trusted(int fd, mode_t type)
{
    struct stat st;

    return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type && st.st_uid == geteuid() &&
           (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void make_folder(const char *folder)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(folder, '/');

    if (slash != NULL && slash != folder) {
        (void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - folder), folder);
        (void)mkdir(parent, 0700);
    }
    (void)mkdir(folder, 0700);
}

int cupel_cache_open(const char *folder)
{
    if (folder == NULL || folder[0] != '/')
        return -1;
    make_folder(folder);
    CUPEL_AUTO_FD fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && is_trusted(fd, S_IFDIR) ? cupel_take_fd(&fd) : -1;
}

int cupel_cache_open_file(int folder_fd, const char *name)
{
    CUPEL_AUTO_FD fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    return is_trusted(fd, S_IFREG) ? cupel_take_fd(&fd) : -EACCES;
}

int cupel_cache_create(int folder_fd, const char *name, char temporary[static NAME_MAX])
{
    (void)snprintf(temporary, NAME_MAX, ".%s.%d", name, (int)getpid());
    int fd = openat(folder_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0600);
    return fd < 0 ? -errno : fd;
}

void cupel_cache_finish(int folder_fd, const char *temporary, const char *name, bool complete)
{
    if (!complete || renameat(folder_fd, temporary, folder_fd, name) < 0)
        (void)unlinkat(folder_fd, temporary, 0);
}
