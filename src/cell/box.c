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
struct cell_box_plan cell_box_plan(const struct cupel_wire_run *run)
{
    return (struct cell_box_plan){.has_view = run->fresh_box,
                                  .has_broker = run->has_broker,
                                  .replaces = run->fresh_box && run->file_count > 0,
                                  .bytes = run->disk_bytes + cell_files_bytes(run),
                                  .inodes = run->inodes + OWN_INODES + cell_files_inodes(run) +
                                            run->has_broker};
}

static int look_at_box(struct cell_box *box, struct cupel_error *err)
{
    struct statfs st;

    if (statfs("/box", &st) < 0)
        return cupel_fail_errno(err, "look at the room that the box takes");
    box->held_bytes = (uint64_t)(st.f_blocks - st.f_bfree) * (uint64_t)st.f_bsize;
    box->held_inodes = (uint64_t)(st.f_files - st.f_ffree);
    return 0;
}

/*
 * The overlay marks what was removed of the box, each by a node, until its folder is gone. A
 * copy takes room that a view does not: what the box holds is no part of the run's quota.
 */
static struct room find_room(const struct cell_box *box)
{
    bool marks = box->plan.replaces && !box->is_copy;

    return (struct room){.bytes = box->plan.bytes + (box->is_copy ? box->held_bytes : 0),
                         .inodes =
                             box->plan.inodes + (box->is_copy || marks ? box->held_inodes : 0)};
}

/*
 * One tmpfs holds all that a run may write, so that one size limits it. It is mounted at /tmp,
 * with the parts in folders of it, and then covered by the part that is /tmp itself.
 */
static int mount_scratch(const struct cell_box *box, struct cupel_error *err)
{
    static const char *const parts[] = {"/tmp/tmp", "/tmp/upper", "/tmp/work"};
    struct room room = find_room(box);
    char options[96];

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

static int resize(const struct cell_box *box, struct cupel_error *err)
{
    struct room room = find_room(box);
    char options[96];

    (void)snprintf(options, sizeof(options), "size=%ju,nr_inodes=%ju", (uintmax_t)room.bytes,
                   (uintmax_t)room.inodes);
    if (mount(NULL, "/tmp", NULL, MS_REMOUNT | FLAGS, options) < 0)
        return cupel_fail_errno(err, "make room for a run");
    return 0;
}

/* Without extended attributes in the upper layer a folder cannot be removed and made again. */
static bool upper_has_attributes(void)
{
    return setxattr("/tmp/upper", "user.cupel", "1", 1, 0) == 0 &&
           removexattr("/tmp/upper", "user.cupel") == 0;
}

static int copy_box(struct cell_box *box, struct cupel_error *err)
{
    box->is_copy = true;
    int r = resize(box, err);
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

static int mount_view(struct cell_box *box, bool copy, struct cupel_error *err)
{
    if (!copy && upper_has_attributes() &&
        mount("overlay", "/box", "overlay", FLAGS,
              "lowerdir=/box,upperdir=/tmp/upper,workdir=/tmp/work,userxattr") == 0)
        return 0;
    return copy_box(box, err);
}

int cell_box_mount(struct cell_box *box, const struct cell_box_plan *plan, bool copy,
                   struct cupel_error *err)
{
    *box = (struct cell_box){
        .mounts = box->mounts + 1, .plan = *plan, .scratch_fd = -1, .broker_fd = -1};
    int r = plan->has_view ? look_at_box(box, err) : 0;
    if (r == 0)
        r = mount_scratch(box, err);
    if (r == 0 && plan->has_view)
        r = mount_view(box, copy, err);
    if (r == 0 && plan->has_broker)
        r = cell_broker_listen("/tmp/broker", &box->broker_fd, err);
    if (r < 0)
        return r;
    if (mount("/tmp/tmp", "/tmp", NULL, MS_BIND, NULL) < 0)
        return cupel_fail_errno(err, "mount /tmp");
    box->scratch_fd = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return box->scratch_fd < 0 ? cupel_fail_errno(err, "open /tmp") : 0;
}

int cell_box_unmount(struct cell_box *box, struct cupel_error *err)
{
    const char *const places[] = {"/tmp", "/tmp", box->plan.has_view ? "/box" : NULL,
                                  box->plan.has_broker ? CELL_BROKER : NULL};

    cupel_close_p(&box->scratch_fd);
    cupel_close_p(&box->broker_fd);
    box->scratch_fd = box->broker_fd = -1;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i] != NULL && umount2(places[i], MNT_DETACH) < 0)
            return cupel_fail_errno(err, "unmount %s", places[i]);
    }
    return 0;
}

int cell_box_fit(struct cell_box *box, const struct cell_box_plan *plan, bool copy,
                 struct cupel_error *err)
{
    if (box->scratch_fd < 0)
        return cell_box_mount(box, plan, copy, err);
    if (box->plan.has_view != plan->has_view || box->plan.has_broker != plan->has_broker) {
        int r = cell_box_unmount(box, err);
        return r < 0 ? r : cell_box_mount(box, plan, copy, err);
    }
    struct room before = find_room(box);
    box->plan = *plan;
    struct room room = find_room(box);
    return room.bytes == before.bytes && room.inodes == before.inodes ? 0 : resize(box, err);
}
