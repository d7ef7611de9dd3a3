/*
 * Files that the supervisor places in a run's view. A learner's build may have made anything at
 * their paths: links that lead elsewhere, folders where a file is to be, files where a folder
 * is to be. Each path is walked a component at a time from a root of the run's own, no link is
 * followed, and what is in the way is removed: it is a view, and the files come first.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"

#define PAGE 4096

uint64_t cell_files_bytes(const struct cupel_wire_run *run)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < run->file_count; i++)
        bytes += (run->files[i].len + PAGE - 1) / PAGE * PAGE;
    return bytes;
}

uint64_t cell_files_inodes(const struct cupel_wire_run *run)
{
    char name[NAME_MAX + 1];
    uint64_t inodes = 0;

    for (size_t i = 0; i < run->file_count; i++) {
        for (const char *rest = run->files[i].path; cell_root_next_component(&rest, name);)
            inodes++;
    }
    return inodes;
}

int cell_files_copy(int from_fd, off_t *at, uint64_t len, int to_fd)
{
    while (len > 0) {
        ssize_t n = sendfile(to_fd, from_fd, at, len);
        if (n < 0)
            return -errno;
        if (n == 0)
            return -EIO; /* shorter than it said */
        len -= (uint64_t)n;
    }
    return 0;
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

static int open_folder(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/*
 * Remove what folder_fd holds, up to the first folder that is not empty: *ret is that one, to
 * be closed by the caller, or -1 if there is none, and folder_fd is empty.
 */
static int remove_entries(int folder_fd, int *ret)
{
    CUPEL_AUTO_FD fd = open_folder(folder_fd, ".");
    __attribute__((cleanup(close_folder))) DIR *entries = fd < 0 ? NULL : fdopendir(fd);

    if (entries == NULL)
        return -errno;
    (void)cupel_take_fd(&fd);
    *ret = -1;
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL; errno = 0) {
        if (is_dots(entry->d_name) || unlinkat(folder_fd, entry->d_name, 0) == 0 ||
            (errno == EISDIR && unlinkat(folder_fd, entry->d_name, AT_REMOVEDIR) == 0))
            continue;
        if (errno != ENOTEMPTY)
            return -errno;
        *ret = open_folder(folder_fd, entry->d_name);
        return *ret < 0 ? -errno : 0;
    }
    return -errno;
}

/* However deep it is, two descriptors and no recursion serve. */
static int remove_folder(int at, const char *name)
{
    CUPEL_AUTO_FD folder = open_folder(at, name);
    size_t depth = 0;

    while (folder >= 0) {
        int deeper = -1;
        int r = remove_entries(folder, &deeper);
        if (r < 0)
            return r;
        if (deeper < 0 && depth == 0)
            return unlinkat(at, name, AT_REMOVEDIR) < 0 ? -errno : 0;
        depth = deeper < 0 ? depth - 1 : depth + 1;
        if (deeper < 0)
            deeper = open_folder(folder, "..");
        cupel_close_p(&folder);
        folder = deeper;
    }
    return -errno;
}

static int clear_the_way(int at, const char *name)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
        return 0;
    return errno == EISDIR ? remove_folder(at, name) : -errno;
}

/* The command shall get to what is placed in the open folder name. */
static int open_up(int at, const char *name, int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    if ((st.st_mode & S_IRWXU) == S_IRWXU)
        return 0;
    return fchmodat(at, name, (st.st_mode & 07777) | S_IRWXU, 0) < 0 ? -errno : 0;
}

/* Enter the folder name, and make it if there is none. Returns an O_PATH descriptor. */
static int enter(int at, const char *name)
{
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    CUPEL_AUTO_FD fd = openat(at, name, flags);

    if (fd < 0) {
        if (errno == ENOTDIR && unlinkat(at, name, 0) < 0)
            return -errno;
        if (mkdirat(at, name, 0755) < 0)
            return -errno;
        fd = openat(at, name, flags);
    }
    if (fd < 0)
        return -errno;
    int r = open_up(at, name, fd);
    return r < 0 ? r : cupel_take_fd(&fd);
}

/* Enter the folder that path is in, from folder_fd on; name: its last component. Returns a
 * descriptor. */
static int enter_parent(int folder_fd, const char *path, char name[static NAME_MAX + 1])
{
    CUPEL_AUTO_FD folder = fcntl(folder_fd, F_DUPFD_CLOEXEC, 0);

    while (folder >= 0 && cell_root_next_component(&path, name) && *path != '\0') {
        int next = enter(folder, name);
        if (next < 0)
            return next;
        cupel_close_p(&folder);
        folder = next;
    }
    return folder < 0 ? -errno : cupel_take_fd(&folder);
}

static int place(const struct cupel_wire_file *file, int root_fd, int contents_fd, off_t *at)
{
    char name[NAME_MAX + 1];
    CUPEL_AUTO_FD folder = enter_parent(root_fd, file->path, name);

    if (folder < 0)
        return folder;
    int r = clear_the_way(folder, name);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd =
        openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0 || fchmod(fd, file->executable ? 0755 : 0644) < 0)
        return -errno;
    return cell_files_copy(contents_fd, at, file->len, fd);
}

int cell_files_place(const struct cupel_wire_run *run, int contents_fd, struct cupel_error *err)
{
    off_t at = 0;

    if (run->file_count == 0)
        return 0;
    CUPEL_AUTO_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return cupel_fail_errno(err, "open /");
    (void)umask(022); /* as of the command */
    for (size_t i = 0; i < run->file_count; i++) {
        int r = place(&run->files[i], root, contents_fd, &at);
        if (r < 0)
            return cupel_fail(err, r, "place %.150s: %s", run->files[i].path,
                              strerrordesc_np(-r));
    }
    return 0;
}

static int alias(const struct cupel_wire_alias *alias, int box_fd)
{
    char name[NAME_MAX + 1];
    CUPEL_AUTO_FD parent = enter_parent(box_fd, alias->folder, name);
    CUPEL_AUTO_FD folder = parent < 0 ? parent : enter(parent, name);

    if (folder < 0)
        return folder;
    CUPEL_AUTO_FD tree =
        open_tree(folder, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0 || move_mount(tree, "", AT_FDCWD, alias->path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return -errno;
    return 0;
}

int cell_files_alias(const struct cupel_wire_setup *setup, struct cupel_error *err)
{
    if (setup->alias_count == 0)
        return 0;
    CUPEL_AUTO_FD box = open("/box", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (box < 0)
        return cupel_fail_errno(err, "open /box");
    for (size_t i = 0; i < setup->alias_count; i++) {
        int r = alias(&setup->aliases[i], box);
        if (r < 0 && r != -ENOSPC)
            return cupel_fail(err, r, "show %s: %s", setup->aliases[i].path,
                              strerrordesc_np(-r));
    }
    return 0;
}
