/*
 * The host's tree in place of the small root: all that the host's root holds, as it is, with
 * the rights of the cell's uid; and beside it what a run needs that no host has. /tmp is the
 * run's own, and nothing is made in a folder of the host's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cell/layers.h"
#include "cupel/cleanup.h"

#define STAGE "/sys"

enum { TREES = 64 };

struct tree {
    char name[NAME_MAX + 1];
    int fd; /* of a clone that is not attached; -1: a link */
    bool folder;
};

struct host {
    struct tree trees[TREES];
    size_t count;
};

static int clone_tree(const char *path, struct cupel_error *err)
{
    int fd =
        open_tree(AT_FDCWD, path,
                  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
    return fd < 0 ? cupel_fail_errno(err, "clone %s", path) : fd;
}

static int take_entry(const char *name, struct host *host, struct cupel_error *err)
{
    char path[NAME_MAX + 2];
    struct stat st;

    if (host->count == TREES)
        return cupel_fail(err, -E2BIG, "more than %d folders in the host's root", TREES);
    struct tree *tree = &host->trees[host->count];
    (void)snprintf(path, sizeof(path), "/%s", name);
    (void)snprintf(tree->name, sizeof(tree->name), "%s", name);
    if (lstat(path, &st) < 0)
        return cupel_fail_errno(err, "%s", path);
    tree->folder = S_ISDIR(st.st_mode);
    tree->fd = S_ISLNK(st.st_mode) ? -1 : clone_tree(path, err);
    if (tree->fd < -1)
        return tree->fd;
    host->count++;
    return 0;
}

/* Before anything lies over a part of it. */
static int take_host(struct host *host, struct cupel_error *err)
{
    DIR *root = opendir("/");
    int r = 0;

    if (root == NULL)
        return cupel_fail_errno(err, "open /");
    for (struct dirent *entry; r == 0 && (entry = readdir(root)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, "box") != 0 &&
            strcmp(name, "tmp") != 0)
            r = take_entry(name, host, err);
    }
    (void)closedir(root);
    return r;
}

static int attach_link(int root_fd, const struct tree *tree, struct cupel_error *err)
{
    char path[NAME_MAX + 2];
    char target[PATH_MAX];

    (void)snprintf(path, sizeof(path), "/%s", tree->name);
    ssize_t len = readlink(path, target, sizeof(target) - 1);
    if (len < 0)
        return cupel_fail_errno(err, "read link %s", path);
    target[len] = '\0';
    return symlinkat(target, root_fd, tree->name) < 0
               ? cupel_fail_errno(err, "make link %s", path)
               : 0;
}

static int attach_tree(int root_fd, const struct tree *tree, struct cupel_error *err)
{
    if (tree->fd < 0)
        return attach_link(root_fd, tree, err);
    int r = tree->folder ? mkdirat(root_fd, tree->name, 0755)
                         : mknodat(root_fd, tree->name, S_IFREG | 0644, 0);
    if (r < 0 || move_mount(tree->fd, "", root_fd, tree->name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return cupel_fail_errno(err, "show /%s", tree->name);
    return 0;
}

/* What an option binds at a place of its own, which has to be one in the root: a place in a
 * folder of the host's would have to be made there. */
static int attach_bound(int root_fd, const struct cupel_wire_mount *mount,
                        struct cupel_error *err)
{
    const char *name = mount->destination + strspn(mount->destination, "/");
    struct stat st;

    if (strcmp(mount->source, mount->destination) == 0)
        return 0;
    CUPEL_AUTO_FD fd = clone_tree(mount->source, err);
    if (fd < 0)
        return fd;
    if (strchr(name, '/') != NULL || fstatat(root_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
        mkdirat(root_fd, name, 0755) < 0 ||
        move_mount(fd, "", root_fd, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return cupel_fail(err, -EINVAL, "cannot show %s beside the host's tree",
                          mount->destination);
    return 0;
}

static int make_box(int root_fd, const struct cupel_wire_setup *setup, struct cupel_error *err)
{
    char options[96];

    (void)snprintf(options, sizeof(options), "mode=0755,size=%ju,nr_inodes=%ju",
                   (uintmax_t)setup->box_bytes, (uintmax_t)setup->box_inodes);
    if (mkdirat(root_fd, "tmp", 0755) < 0 || mkdirat(root_fd, "box", 0755) < 0 ||
        mount("tmpfs", STAGE "/box", "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
        return cupel_fail_errno(err, "make the box");
    return 0;
}

static int enter(int root_fd, struct cupel_error *err)
{
    if (fchdir(root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
        umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return cupel_fail_errno(err, "enter the host's tree");
    return 0;
}

static int show(struct host *host, const struct cupel_wire_setup *setup,
                struct cupel_error *err)
{
    int r = take_host(host, err);

    if (r < 0)
        return r;
    if (mount("tmpfs", STAGE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
        return cupel_fail_errno(err, "mount a tmpfs");
    CUPEL_AUTO_FD root_fd = open(STAGE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        return cupel_fail_errno(err, "open the new root");
    for (size_t i = 0; r == 0 && i < host->count; i++)
        r = attach_tree(root_fd, &host->trees[i], err);
    if (r == 0)
        r = make_box(root_fd, setup, err);
    for (size_t i = 0; r == 0 && i < setup->mount_count; i++)
        r = attach_bound(root_fd, &setup->mounts[i], err);
    return r == 0 ? enter(root_fd, err) : r;
}

int cell_layers_show_host(const struct cupel_wire_setup *setup, struct cupel_error *err)
{
    struct host host = {.count = 0};

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return cupel_fail_errno(err, "make mounts private");
    int r = show(&host, setup, err);
    for (size_t i = 0; i < host.count; i++)
        cupel_close_p(&host.trees[i].fd);
    return r;
}
