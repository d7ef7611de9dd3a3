#include "unpack/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "unpack/beneath.h"
#include "unpack/names.h"

static int make_folder(int root_fd, const char *path, struct cupel_error *err)
{
    const char *base;

    CUPEL_AUTO_FD parent = cupel_beneath_parent(root_fd, path, &base, err);
    if (parent < 0)
        return parent;
    if (mkdirat(parent, base, 0755) < 0 && errno != EEXIST)
        return cupel_fail_errno(err, "mkdir %s", path);
    return 0;
}

static int make_folders_on_the_way(int root_fd, const char *path, struct cupel_error *err)
{
    char folder[CUPEL_NAME_SIZE];

    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        size_t len = (size_t)(slash - path);
        memcpy(folder, path, len);
        folder[len] = '\0';
        int r = make_folder(root_fd, folder, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The folder that shall hold path, made where it is missing. */
static int open_parent(int root_fd, const char *path, const char **ret_base,
                       struct cupel_error *err)
{
    int fd = cupel_beneath_parent(root_fd, path, ret_base, err);

    if (fd != -ENOENT)
        return fd;
    int r = make_folders_on_the_way(root_fd, path, err);
    return r < 0 ? r : cupel_beneath_parent(root_fd, path, ret_base, err);
}

int cupel_extract_folder(int root_fd, const char *path, struct cupel_error *err)
{
    int r = make_folders_on_the_way(root_fd, path, err);

    return r < 0 ? r : make_folder(root_fd, path, err);
}

int cupel_extract_link(int root_fd, const char *path, const char *target,
                       struct cupel_error *err)
{
    const char *base;

    CUPEL_AUTO_FD parent = open_parent(root_fd, path, &base, err);
    if (parent < 0)
        return parent;
    if (symlinkat(target, parent, base) < 0)
        return cupel_fail_errno(err, "symlink %s", path);
    return 0;
}

int cupel_extract_hard_link(int root_fd, const char *path, const char *target,
                            uint64_t *ret_size, struct cupel_error *err)
{
    const char *base;
    const char *target_base;
    struct stat st;

    CUPEL_AUTO_FD parent = open_parent(root_fd, path, &base, err);
    if (parent < 0)
        return parent;
    CUPEL_AUTO_FD target_parent = cupel_beneath_parent(root_fd, target, &target_base, err);
    if (target_parent < 0)
        return target_parent;
    if (linkat(target_parent, target_base, parent, base, 0) < 0)
        return cupel_fail_errno(err, "link %s", path);
    if (fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return cupel_fail_errno(err, "stat %s", path);
    *ret_size = (uint64_t)st.st_size;
    return 0;
}

int cupel_extract_file(int root_fd, const char *path, bool executable, struct cupel_error *err)
{
    const char *base;

    CUPEL_AUTO_FD parent = open_parent(root_fd, path, &base, err);
    if (parent < 0)
        return parent;
    int fd = openat(parent, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    executable ? 0755 : 0644);
    return fd < 0 ? cupel_fail_errno(err, "create %s", path) : fd;
}

int cupel_extract_write(int fd, const char *path, const void *bytes, size_t len,
                        uint64_t offset, struct cupel_error *err)
{
    const char *p = bytes;

    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(pwrite(fd, p, len, (off_t)offset));
        if (n < 0)
            return cupel_fail_errno(err, "write %s", path);
        p += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}
