/*
 * The place of a run: its mounts and what the supervisor sees of it. What needs no RUN, and if
 * it is like the last one also what that needed, is made before the RUN comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cell/layers.h"
#include "cupel/cleanup.h"
#include "wire/channel.h"

/* A run sees its own processes alone, and not even init: that one is not dumpable. */
static int mount_proc(int *ret_fd, struct cupel_error *err)
{
    if (cell_layer_is_off(CELL_LAYER_PID))
        return cell_layers_share_pids(ret_fd, err);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
              "subset=pid,hidepid=invisible") < 0)
        return cupel_fail_errno(err, "mount the run's /proc");
    int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "open /proc");
    *ret_fd = fd;
    return 0;
}

/* What the supervisor looks at to see what the run holds. */
struct views {
    struct cell_box box;
    int own_pidfd;
    int proc_fd;
    int sockets_fd;
    int segments_fd;
    int ruleset_fd; /* no view: Landlock's, made ahead; -1: none */
    int box_fd;     /* -1: not asked for */
};

static void close_views(struct views *views)
{
    cupel_close_p(&views->own_pidfd);
    cupel_close_p(&views->proc_fd);
    cupel_close_p(&views->box.scratch_fd);
    cupel_close_p(&views->box.broker_fd);
    cupel_close_p(&views->sockets_fd);
    cupel_close_p(&views->segments_fd);
    cupel_close_p(&views->ruleset_fd);
    cupel_close_p(&views->box_fd);
}

static int or_null(int fd)
{
    return fd >= 0 ? fd : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Namespaces are those of whoever opens these. The run's own /proc does not show segments. */
static int open_views_of_ipc(struct views *views, struct cupel_error *err)
{
    bool has_ipc = !cell_layer_is_off(CELL_LAYER_IPC);
    bool has_network = !cell_layer_is_off(CELL_LAYER_NETWORK);

    views->segments_fd =
        or_null(has_ipc ? open("/proc/sysvipc/shm", O_RDONLY | O_CLOEXEC) : -1);
    views->sockets_fd = or_null(
        has_network ? socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG) : -1);
    if (views->segments_fd < 0 || views->sockets_fd < 0)
        return cupel_fail_errno(err, "open /dev/null");
    return 0;
}

/*
 * Whoever is the last to have a mount namespace waits until the kernel has taken it apart, for
 * which it waits for all processors. That shall not be init, whose end the supervisor waits
 * for: the lane drops the namespace when it has told of that.
 */
static int keep_mounts(const struct cell_server *server, struct cupel_error *err)
{
    static const char byte = 0;
    CUPEL_AUTO_FD fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return cupel_fail_errno(err, "open /proc/self/ns/mnt");
    int r = wire_send(server->keep_fds[1], &byte, sizeof(byte), &fd, 1);
    (void)close(server->keep_fds[0]);
    (void)close(server->keep_fds[1]);
    return r < 0 ? cupel_fail(err, r, "keep the mounts of a run: %s", strerrordesc_np(-r)) : 0;
}

/* What a run like the last one will need. The box has no aliases that a rule could name: those
 * are made when files are placed. */
static int prepare_like(const struct cell_server *server, const struct cupel_wire_run *last,
                        struct views *views, struct cupel_error *err)
{
    const struct cell_lane *lane = server->lane;
    struct cell_box_plan plan = cell_box_plan(last);
    int r = cell_box_mount(&views->box, &plan, lane->setup->copy_box, err);

    if (r == 0)
        r = mount_proc(&views->proc_fd, err);
    if (r == 0 && lane->setup->alias_count == 0) {
        views->ruleset_fd = cell_landlock_make(last, lane->landlock_abi, err);
        r = err->code;
    }
    return r;
}

/* What needs no RUN. last: NULL if the next one may be unlike it. */
static int prepare(const struct cell_server *server, const struct cupel_wire_run *last,
                   struct views *views, struct cupel_error *err)
{
    int r = cell_identity_die_with(server->own_pidfd, err);
    if (r == 0)
        r = open_views_of_ipc(views, err);
    if (r == 0)
        r = keep_mounts(server, err);
    if (r == 0)
        r = last != NULL ? prepare_like(server, last, views, err)
                         : mount_proc(&views->proc_fd, err);
    if (r == 0 && prctl(PR_SET_DUMPABLE, 0) < 0)
        r = cupel_fail_errno(err, "prctl PR_SET_DUMPABLE");
    if (r < 0)
        return r;
    views->own_pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    return views->own_pidfd < 0 ? cupel_fail_errno(err, "pidfd_open") : 0;
}

static int tell_started(const struct cell_server *server, const struct views *views,
                        struct cupel_error *err)
{
    unsigned char frame[64];
    int fds[8] = {views->own_pidfd,  views->proc_fd,     views->box.scratch_fd,
                  views->sockets_fd, views->segments_fd, server->report_fd};
    size_t count = 6;

    if (views->box_fd >= 0)
        fds[count++] = views->box_fd;
    if (views->box.broker_fd >= 0)
        fds[count++] = views->box.broker_fd;
    int len = cupel_wire_encode_started(frame, sizeof(frame));
    int r = len < 0 ? len : wire_send(server->lane->channel_fd, frame, (size_t)len, fds, count);
    return r < 0 ? cupel_fail(err, r, "send STARTED: %s", strerrordesc_np(-r)) : 0;
}

static int furnish(const struct cell_run *run, struct cupel_error *err)
{
    int r = cell_files_place(run->request, run->contents_fd, err);

    return r == 0 ? cell_files_alias(run->lane->setup, err) : r;
}

/*
 * What the run finds in its folders, and what is left in them for the supervisor to read. A
 * learner's build can give its files attributes for which overlayfs refuses to look at them,
 * and so to remove them. A copy of the box has no attributes.
 */
static int make_box(const struct cell_run *run, struct views *views, struct cupel_error *err)
{
    const struct cell_box_plan plan = cell_box_plan(run->request);
    struct cell_box *box = &views->box;
    int r = cell_box_fit(box, &plan, run->lane->setup->copy_box, err);
    if (r < 0)
        return r;
    r = furnish(run, err);
    if (r < 0 && plan.has_view && !box->is_copy) {
        *err = (struct cupel_error){0};
        r = cell_box_unmount(box, err);
        if (r == 0)
            r = cell_box_mount(box, &plan, true, err);
        if (r == 0)
            r = furnish(run, err);
    }
    if (r < 0 || !run->request->keeps_files)
        return r;
    views->box_fd = open("/box", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return views->box_fd < 0 ? cupel_fail_errno(err, "open /box") : 0;
}

/* What the RUN asks for. */
static int set_up(struct cell_run *run, const struct cupel_wire_run *last, struct views *views,
                  struct cupel_error *err)
{
    int r = make_box(run, views, err);
    /* If it is of the run's rules, and of the mounts that are there still. */
    if (r == 0 && views->ruleset_fd >= 0 && views->box.mounts == 1 &&
        cell_landlock_is_alike(last, run->request))
        run->ruleset_fd = cupel_take_fd(&views->ruleset_fd);
    /* What init has set, the command inherits. */
    if (r == 0 && run->request->small_pages && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) < 0 &&
        errno != EINVAL)
        r = cupel_fail_errno(err, "prctl PR_SET_THP_DISABLE");
    return r;
}

/* Wait for the RUN, and prepare all but the command. last: as above. */
static int take_run(const struct cell_server *server, const struct cupel_wire_run *last,
                    struct cupel_wire_run *request, struct cell_run *run,
                    struct cupel_error *err)
{
    struct cell_report *report = server->report;
    struct views views
        __attribute__((cleanup(close_views))) = {.box = {.scratch_fd = -1, .broker_fd = -1},
                                                 .own_pidfd = -1,
                                                 .proc_fd = -1,
                                                 .sockets_fd = -1,
                                                 .segments_fd = -1,
                                                 .ruleset_fd = -1,
                                                 .box_fd = -1};

    int r = prepare(server, last, &views, err);
    if (r == 0)
        r = cell_request_take(server, request, run, err);
    if (r < 0)
        return r;
    report->reaped_ns = report->pauses = 0;
    report->more = request->more;
    r = set_up(run, last, &views, err);
    return r == 0 ? tell_started(server, &views, err) : r;
}

/* The last RUN is decoded anew, since it was init of the last run that did so before. */
int cell_place_take(const struct cell_server *server, struct cupel_wire_run *request,
                    struct cell_run *run, struct cupel_error *err)
{
    const struct wire_frame *previous = server->previous;
    struct cupel_wire_run last;

    if (previous == NULL)
        return take_run(server, NULL, request, run, err);
    int r = cupel_wire_decode_run(previous->bytes, previous->len, &last);
    if (r < 0)
        return cupel_fail(err, r, "look at the last RUN: %s", strerrordesc_np(-r));
    r = take_run(server, &last, request, run, err);
    cupel_wire_run_clear(&last);
    return r;
}
