#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"
#include "cupel/copy_tree.h"

#define FLAGS (MS_NOSUID | MS_NODEV)

/* What the folders below take of the quota. */
#define OWN_INODES 8

struct room {
    uint64_t bytes;
    uint64_t inodes;
};

/* What cupel puts there is no part of the run's quota. */
static struct room find_room(const struct cupel_wire_run *run)
{
    return (struct room){.bytes = run->disk_bytes + cell_files_bytes(run),
                         .inodes = run->inodes + OWN_INODES + cell_files_inodes(run) +
                                   (run->has_broker ? 1 : 0)};
}

static int find_room_of_box(struct room *ret, struct cupel_error *err)
{
    struct statfs box;

    if (statfs("/box", &box) < 0)
        return cupel_fail_errno(err, "look at the room that the box takes");
    ret->bytes = (uint64_t)(box.f_blocks - box.f_bfree) * (uint64_t)box.f_bsize;
    ret->inodes = (uint64_t)(box.f_files - box.f_ffree);
    return 0;
}

/* The overlay marks what was removed of the box, each by a node, until its folder is gone. */
static int find_room_with_marks(const struct cupel_wire_run *run, struct room *ret,
                                struct cupel_error *err)
{
    struct room box = {0, 0};
    int r = run->fresh_box && run->file_count > 0 ? find_room_of_box(&box, err) : 0;

    *ret = find_room(run);
    ret->inodes += box.inodes;
    return r;
}

/*
 * One tmpfs holds all that a run may write, so that one size limits it. It is mounted at /tmp,
 * with the parts in folders of it, and then covered by the part that is /tmp itself.
 */
static int mount_scratch(const struct cupel_wire_run *run, struct cupel_error *err)
{
    static const char *const parts[] = {"/tmp/tmp", "/tmp/upper", "/tmp/work"};
    struct room room;
    char options[96];

    int r = find_room_with_marks(run, &room, err);
    if (r < 0)
        return r;
    (void)snprintf(options, sizeof(options), "mode=0755,size=%ju,nr_inodes=%ju",
                   (uintmax_t)room.bytes, (uintmax_t)room.inodes);
    if (mount("tmpfs", "/tmp", "tmpfs", FLAGS, options) < 0)
        return cupel_fail_errno(err, "mount a tmpfs at /tmp");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (mkdir(parts[i], 0755) < 0)
            return cupel_fail_errno(err, "mkdir %s", parts[i]);
    }
    if (chmod("/tmp/tmp", 01777) < 0)
        return cupel_fail_errno(err, "chmod /tmp");
    return 0;
}

/* Without extended attributes in the upper layer a folder cannot be removed and made again. */
static bool upper_has_attributes(void)
{
    return setxattr("/tmp/upper", "user.cupel", "1", 1, 0) == 0 &&
           removexattr("/tmp/upper", "user.cupel") == 0;
}

/* A copy takes room that a view does not: what the box holds is no part of the run's quota. */
static int make_room(const struct cupel_wire_run *run, struct cupel_error *err)
{
    struct room room = find_room(run);
    struct room box = {0, 0};
    char options[96];

    int r = find_room_of_box(&box, err);
    if (r < 0)
        return r;
    (void)snprintf(options, sizeof(options), "size=%ju,nr_inodes=%ju",
                   (uintmax_t)(room.bytes + box.bytes), (uintmax_t)(room.inodes + box.inodes));
    if (mount(NULL, "/tmp", NULL, MS_REMOUNT | FLAGS, options) < 0)
        return cupel_fail_errno(err, "make room for a copy of the box");
    return 0;
}

static int copy_box(const struct cupel_wire_run *run, struct cupel_error *err)
{
    int r = make_room(run, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD from = open("/box", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CUPEL_AUTO_FD to = open("/tmp/upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (from < 0 || to < 0)
        return cupel_fail_errno(err, "open the box to copy");
    r = cupel_copy_tree(from, to, err);
    if (r == -ENOSPC) /* hard links become files */
        return cupel_fail(err, -EDQUOT, "the box does not fit into the run's disk");
    if (r < 0)
        return r;
    if (mount("/tmp/upper", "/box", NULL, MS_BIND, NULL) < 0)
        return cupel_fail_errno(err, "mount the copy at /box");
    return 0;
}

static int mount_view(const struct cupel_wire_run *run, bool copy, struct cupel_error *err)
{
    if (!copy && upper_has_attributes() &&
        mount("overlay", "/box", "overlay", FLAGS,
              "lowerdir=/box,upperdir=/tmp/upper,workdir=/tmp/work,userxattr") == 0)
        return 0;
    return copy_box(run, err);
}

int cell_box_mount(const struct cupel_wire_run *run, bool copy, int *ret_fd, int *ret_broker_fd,
                   struct cupel_error *err)
{
    int r = mount_scratch(run, err);
    if (r == 0 && run->fresh_box)
        r = mount_view(run, copy, err);
    if (r == 0 && run->has_broker)
        r = cell_broker_listen("/tmp/broker", ret_broker_fd, err);
    if (r < 0)
        return r;
    if (mount("/tmp/tmp", "/tmp", NULL, MS_BIND, NULL) < 0)
        return cupel_fail_errno(err, "mount /tmp");
    int fd = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "open /tmp");
    *ret_fd = fd;
    return 0;
}

int cell_box_unmount(struct cupel_error *err)
{
    static const char *const places[] = {"/tmp", "/box", "/tmp"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (umount2(places[i], MNT_DETACH) < 0)
            return cupel_fail_errno(err, "unmount %s", places[i]);
    }
    return 0;
}
