#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/compat.h"
#include "grader/submission_entries.h"

/* As in submission_strip.c: nobody but the box's owner can make a name in it. */
struct self {
    int uid;
    int gid;
};

static int become_owner(int box_fd, struct self *ret, struct cupel_error *err)
{
    struct stat st;

    if (fstat(box_fd, &st) < 0)
        return cupel_fail_errno(err, "look at the box");
    ret->uid = setfsuid(st.st_uid);
    ret->gid = setfsgid(st.st_gid);
    return 0;
}

static void become_self(const struct self *self)
{
    (void)setfsgid((gid_t)self->gid);
    (void)setfsuid((uid_t)self->uid);
}

/* Make the folders that path names, one below the other. */
static int make_folders(int box_fd, const char *path, struct cupel_error *err)
{
    char folder[PATH_MAX];

    for (size_t len = strcspn(path, "/");; len += 1 + strcspn(path + len + 1, "/")) {
        if (len >= sizeof(folder))
            return cupel_fail(err, -ENAMETOOLONG, "%s: too long", path);
        memcpy(folder, path, len);
        folder[len] = '\0';
        if (mkdirat(box_fd, folder, 0755) < 0 && errno != EEXIST)
            return cupel_fail_errno(err, "make %s in the box", folder);
        if (path[len] == '\0')
            return 0;
    }
}

int compat_make_folder(int box_fd, const char *path, struct cupel_error *err)
{
    struct self self = {0};

    int r = become_owner(box_fd, &self, err);
    if (r < 0)
        return r;
    r = make_folders(box_fd, path, err);
    become_self(&self);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd = cupel_path_open_beneath(box_fd, path, O_PATH | O_DIRECTORY, err);
    return fd < 0 ? fd : 0;
}

static int write_all(int fd, const char *bytes, size_t len, const char *path,
                     struct cupel_error *err)
{
    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(write(fd, bytes, len));
        if (n < 0)
            return cupel_fail_errno(err, "write %s in the box", path);
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* What is there is replaced, whatever it is but a folder: it may be a link. */
static int create(int box_fd, const char *path, mode_t mode, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *folder = strdup(path);
    if (folder == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        return cupel_fail(err, -EINVAL, "%s: expected a file in a folder", path);
    *slash = '\0';
    CUPEL_AUTO_FD folder_fd =
        cupel_path_open_beneath(box_fd, folder, O_PATH | O_DIRECTORY, err);
    if (folder_fd < 0)
        return folder_fd;
    if (unlinkat(folder_fd, slash + 1, 0) < 0 && errno != ENOENT)
        return cupel_fail_errno(err, "replace %s in the box", path);
    int fd = openat(folder_fd, slash + 1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    mode);
    return fd < 0 ? cupel_fail_errno(err, "create %s in the box", path) : fd;
}

int compat_write_file(int box_fd, const char *path, const char *bytes, size_t len,
                      bool executable, struct cupel_error *err)
{
    mode_t mode = executable ? 0755 : 0644;
    struct self self = {0};

    int r = become_owner(box_fd, &self, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd = create(box_fd, path, mode, err);
    r = fd < 0 ? fd : write_all(fd, bytes, len, path, err);
    if (r == 0 && fchmod(fd, mode) < 0) /* whatever the umask is */
        r = cupel_fail_errno(err, "set the mode of %s in the box", path);
    become_self(&self);
    return r;
}

int compat_make_executable(int box_fd, const char *path, struct cupel_error *err)
{
    struct self self = {0};
    struct stat st;

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(box_fd, path, O_RDONLY, err);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "look at %s in the box", path);
    int r = become_owner(box_fd, &self, err);
    if (r < 0)
        return r;
    if (fchmod(fd, (st.st_mode & 0777) | 0111) < 0)
        r = cupel_fail_errno(err, "set the mode of %s in the box", path);
    become_self(&self);
    return r;
}

/* The folder comes last: its own entry is not in the list. */
static int remove_writing(int folder_fd, const struct cupel_entries *entries,
                          struct cupel_error *err)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct cupel_entry *entry = &entries->items[i];
        if (S_ISLNK(entry->st.st_mode))
            continue;
        if (fchmodat(folder_fd, entry->path, entry->st.st_mode & 0555, 0) < 0)
            return cupel_fail_errno(err, "set the mode of %s in the box", entry->path);
    }
    return fchmod(folder_fd, 0555) < 0 ? cupel_fail_errno(err, "set the mode of a folder") : 0;
}

int compat_make_read_only(int box_fd, const char *folder, struct cupel_error *err)
{
    struct self self = {0};

    CUPEL_AUTO_ENTRIES entries = {0};
    CUPEL_AUTO_FD fd = cupel_path_open_beneath(box_fd, folder, O_RDONLY | O_DIRECTORY, err);
    if (fd < 0)
        return fd;
    int r = cupel_entries_list(fd, SIZE_MAX - 1, false, &entries, err);
    if (r == 0)
        r = become_owner(box_fd, &self, err);
    if (r < 0)
        return r;
    r = remove_writing(fd, &entries, err);
    become_self(&self);
    return r;
}

static bool is_file(int folder_fd, const char *name)
{
    struct stat st;

    return fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

/* Takes over fd. */
static int find_first(int fd, char **ret, struct cupel_error *err)
{
    char *first = NULL;
    const struct dirent *entry;

    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        int r = cupel_fail_errno(err, "read the submission's folder");
        (void)close(fd);
        return r;
    }
    int r = 0;
    errno = 0;
    for (; r == 0 && (entry = readdir(folder)) != NULL; errno = 0) {
        if (!is_file(fd, entry->d_name) || (first != NULL && strcmp(entry->d_name, first) >= 0))
            continue;
        free(first);
        first = strdup(entry->d_name);
        if (first == NULL)
            r = cupel_fail(err, -ENOMEM, "out of memory");
    }
    if (r == 0 && errno != 0)
        r = cupel_fail_errno(err, "read the submission's folder");
    (void)closedir(folder);
    if (r < 0)
        free(first);
    else
        *ret = first;
    return r;
}

int compat_first_file(int box_fd, const char *folder, char **ret, struct cupel_error *err)
{
    int fd = cupel_path_open_beneath(box_fd, folder, O_RDONLY | O_DIRECTORY, err);

    return fd < 0 ? fd : find_first(fd, ret, err);
}
