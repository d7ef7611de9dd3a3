#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cell/layers.h"
#include "cupel/cleanup.h"

/* The new root is put together on a folder below which nothing that a cell shows can lie. */
#define STAGE      "/sys"
#define ROOT_FLAGS (MS_NOSUID | MS_NODEV)

/* Flags of what is attached from the host; a device node works on a read-only mount as well. */
static const struct mount_attr read_only_attr = {
    .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
    .propagation = MS_PRIVATE,
};
static const struct mount_attr writable_attr = {
    .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
    .propagation = MS_PRIVATE,
};
static const struct mount_attr proc_attr = {
    .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
    .propagation = MS_PRIVATE,
};
static const struct mount_attr device_attr = {
    .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
    .propagation = MS_PRIVATE,
};

bool cell_root_next_component(const char **path, char name[static NAME_MAX + 1])
{
    *path += strspn(*path, "/");
    size_t len = strcspn(*path, "/");
    if (len == 0 || len > NAME_MAX)
        return false;
    memcpy(name, *path, len);
    name[len] = '\0';
    *path += len;
    return true;
}

/*
 * Make the folders that lead to path below root_fd, and at its end a folder or an empty file,
 * as far as they are missing. Returns an O_PATH descriptor of the end.
 */
static int make_target(int root_fd, const char *path, bool folder, struct cupel_error *err)
{
    char name[NAME_MAX + 1];
    const char *rest = path;
    CUPEL_AUTO_FD made = -1;

    while (cell_root_next_component(&rest, name)) {
        int at = made < 0 ? root_fd : made;
        bool last = rest[strspn(rest, "/")] == '\0';
        if (strcmp(name, "..") == 0)
            return cupel_fail(err, -EINVAL, "%s: \"..\" in a destination", path);
        if ((!last || folder) && mkdirat(at, name, 0755) < 0 && errno != EEXIST)
            return cupel_fail_errno(err, "make %s", path);
        if (last && !folder && mknodat(at, name, S_IFREG | 0644, 0) < 0 && errno != EEXIST)
            return cupel_fail_errno(err, "create %s", path);
        int next = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | (last ? 0 : O_DIRECTORY));
        if (next < 0)
            return cupel_fail_errno(err, "make %s", path);
        cupel_close_p(&made);
        made = next;
    }
    return made < 0 ? cupel_fail(err, -EINVAL, "%s: the root is no destination", path)
                    : cupel_take_fd(&made);
}

static int attach(int root_fd, const char *source, const char *destination, bool folder,
                  const struct mount_attr *attr, struct cupel_error *err)
{
    struct mount_attr copy = *attr;
    CUPEL_AUTO_FD tree = open_tree(
        AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (folder ? AT_RECURSIVE : 0));
    if (tree < 0)
        return cupel_fail_errno(err, "open %s", source);
    if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &copy, sizeof(copy)) < 0)
        return cupel_fail_errno(err, "set the flags of %s", source);
    CUPEL_AUTO_FD target = make_target(root_fd, destination, folder, err);
    if (target < 0)
        return target;
    if (move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return cupel_fail_errno(err, "mount %s at %s", source, destination);
    return 0;
}

/* /bin and its like are links into /usr on merged systems: make the same link. */
static int make_link(int root_fd, const struct cupel_wire_mount *mount, struct cupel_error *err)
{
    char target[PATH_MAX];
    ssize_t len = readlink(mount->source, target, sizeof(target) - 1);

    if (len < 0)
        return cupel_fail_errno(err, "read link %s", mount->source);
    target[len] = '\0';
    const char *relative = mount->destination + strspn(mount->destination, "/");
    if (symlinkat(target, root_fd, relative) < 0)
        return cupel_fail_errno(err, "make link %s", mount->destination);
    return 0;
}

static int attach_mount(int root_fd, const struct cupel_wire_mount *mount,
                        struct cupel_error *err)
{
    struct stat st;

    if (lstat(mount->source, &st) < 0) {
        if (mount->optional && errno == ENOENT)
            return 0;
        return cupel_fail_errno(err, "%s", mount->source);
    }
    if (S_ISLNK(st.st_mode) && mount->optional)
        return make_link(root_fd, mount, err);
    if (stat(mount->source, &st) < 0)
        return cupel_fail_errno(err, "%s", mount->source);
    return attach(root_fd, mount->source, mount->destination, S_ISDIR(st.st_mode),
                  mount->writable ? &writable_attr : &read_only_attr, err);
}

static int make_dev(int root_fd, struct cupel_error *err)
{
    static const char *const devices[][2] = {{"/dev/null", "null"},
                                             {"/dev/zero", "zero"},
                                             {"/dev/full", "full"},
                                             {"/dev/random", "random"},
                                             {"/dev/urandom", "urandom"}};
    static const char *const links[][2] = {{"/proc/self/fd", "fd"},
                                           {"/proc/self/fd/0", "stdin"},
                                           {"/proc/self/fd/1", "stdout"},
                                           {"/proc/self/fd/2", "stderr"},
                                           {"/tmp", "shm"}};
    CUPEL_AUTO_FD dev_fd = make_target(root_fd, "/dev", true, err);

    if (dev_fd < 0)
        return dev_fd;
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        int r = attach(dev_fd, devices[i][0], devices[i][1], false, &device_attr, err);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        if (symlinkat(links[i][0], dev_fd, links[i][1]) < 0)
            return cupel_fail_errno(err, "make link /dev/%s", links[i][1]);
    }
    return 0;
}

/* What of the host's /etc programs need and learners may see. */
static int make_etc(int root_fd, struct cupel_error *err)
{
    static const struct cupel_wire_mount shown[] = {
        {"/etc/ld.so.cache", "ld.so.cache", false, true},
        {"/etc/alternatives", "alternatives", false, true},
        {"/etc/ssl/certs", "ssl/certs", false, true},
    };
    CUPEL_AUTO_FD etc_fd = make_target(root_fd, "/etc", true, err);

    if (etc_fd < 0)
        return etc_fd;
    int r = cell_etc_write(etc_fd, err);
    for (size_t i = 0; r == 0 && i < sizeof(shown) / sizeof(shown[0]); i++)
        r = attach_mount(etc_fd, &shown[i], err);
    return r;
}

static int place_program(int root_fd, int program_fd, const char *name, struct cupel_error *err)
{
    struct stat st;
    off_t at = 0;

    if (program_fd < 0)
        return 0;
    CUPEL_AUTO_FD folder = make_target(root_fd, "/cupel", true, err);
    if (folder < 0)
        return folder;
    CUPEL_AUTO_FD fd =
        openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0755);
    if (fd < 0 || fstat(program_fd, &st) < 0)
        return cupel_fail_errno(err, "create /cupel/%s", name);
    int r = cell_files_copy(program_fd, &at, (uint64_t)st.st_size, fd);
    return r < 0 ? cupel_fail(err, r, "write /cupel/%s: %s", name, strerrordesc_np(-r)) : 0;
}

static int place_programs(int root_fd, const struct cell_programs *programs,
                          struct cupel_error *err)
{
    int r = place_program(root_fd, programs->unpack_fd, "unpack", err);

    if (r < 0 || programs->exec_fd < 0)
        return r;
    CUPEL_AUTO_FD broker = make_target(root_fd, CELL_BROKER, false, err);
    return broker < 0 ? broker : place_program(root_fd, programs->exec_fd, "exec", err);
}

static int mount_tmpfs(const char *path, uint64_t bytes, uint64_t inodes, unsigned long flags,
                       struct cupel_error *err)
{
    char options[96];

    (void)snprintf(options, sizeof(options), "mode=0755,size=%ju,nr_inodes=%ju",
                   (uintmax_t)bytes, (uintmax_t)inodes);
    if (mount("tmpfs", path, "tmpfs", flags, options) < 0)
        return cupel_fail_errno(err, "mount a tmpfs for %s", path);
    return 0;
}

static int mount_box_and_proc(int root_fd, const struct cupel_wire_setup *setup,
                              struct cupel_error *err)
{
    static const char *const folders[] = {"/box", "/proc", "/tmp"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        CUPEL_AUTO_FD fd = make_target(root_fd, folders[i], true, err);
        if (fd < 0)
            return fd;
    }
    int r = mount_tmpfs(STAGE "/box", setup->box_bytes, setup->box_inodes, ROOT_FLAGS, err);
    if (r < 0)
        return r;
    /* A run may mount its own /proc only where one is in full sight. Each run's covers this
     * one. */
    return attach(root_fd, "/proc", "/proc", true, &proc_attr, err);
}

static int fill(int root_fd, const struct cupel_wire_setup *setup,
                const struct cell_programs *programs, struct cupel_error *err)
{
    int r = mount_box_and_proc(root_fd, setup, err);

    for (size_t i = 0; r == 0 && i < setup->mount_count; i++)
        r = attach_mount(root_fd, &setup->mounts[i], err);
    if (r == 0)
        r = make_dev(root_fd, err);
    if (r == 0)
        r = make_etc(root_fd, err);
    if (r == 0)
        r = place_programs(root_fd, programs, err);
    for (size_t i = 0; r == 0 && i < setup->alias_count; i++) {
        CUPEL_AUTO_FD fd = make_target(root_fd, setup->aliases[i].path, true, err);
        r = fd < 0 ? fd : 0;
    }
    return r;
}

static int pivot(int root_fd, struct cupel_error *err)
{
    if (fchdir(root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return cupel_fail_errno(err, "pivot_root");
    /* The old root now lies over the new one; take it and all below it away. */
    if (umount2(".", MNT_DETACH) < 0)
        return cupel_fail_errno(err, "detach the host's root");
    if (chdir("/") < 0)
        return cupel_fail_errno(err, "chdir /");
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | ROOT_FLAGS, NULL) < 0)
        return cupel_fail_errno(err, "make the root read-only");
    return 0;
}

int cell_root_enter(const struct cupel_wire_setup *setup, const struct cell_programs *programs,
                    struct cupel_error *err)
{
    if (cell_layer_is_off(CELL_LAYER_ROOT))
        return cell_layers_show_host(setup, err);
    /* Nothing that is mounted here may reach the host, nor the other way round. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return cupel_fail_errno(err, "make mounts private");
    int r = mount_tmpfs(STAGE, 64U << 20, 512, ROOT_FLAGS, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD root_fd = open(STAGE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        return cupel_fail_errno(err, "open the new root");
    r = fill(root_fd, setup, programs, err);
    return r < 0 ? r : pivot(root_fd, err);
}
