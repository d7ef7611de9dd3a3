#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cell/layers.h"
#include "cupel/cleanup.h"
#include "wire/channel.h"

/* Behind the descriptors that a strict limit leaves the command, and still in the small table
 * that a process has from the start. */
#define COURIER_FD 60

static int duplicate_channel(int channel_fd)
{
    int fd = fcntl(channel_fd, F_DUPFD_CLOEXEC, COURIER_FD);

    if (fd < 0 && errno == EINVAL) /* the host's limit is as strict */
        fd = fcntl(channel_fd, F_DUPFD_CLOEXEC, channel_fd + 1);
    return fd;
}

/* What serving needs, made once and used for each run. */
struct server {
    const struct cell_lane *lane;
    struct wire_frame *frame;
    int report_fd;              /* memfd, shared with init and the supervisor */
    struct cell_report *report; /* the same, mapped */
    int own_pidfd;
    int courier_fd;
};

int cell_lane_send_failed(int channel_fd, const struct cupel_error *error)
{
    struct cupel_wire_failed failed = {.code = error->code};
    unsigned char bytes[512];

    (void)snprintf(failed.text, sizeof(failed.text), "%s", error->text);
    int len = cupel_wire_encode_failed(&failed, bytes, sizeof(bytes));
    return len < 0 ? len : wire_send(channel_fd, bytes, (size_t)len, NULL, 0);
}

int cell_lane_refuse(int channel_fd, const struct cupel_error *error)
{
    CUPEL_AUTO_FREE struct wire_frame *frame = malloc(sizeof(*frame));
    int r = 0;

    while (r == 0 && frame != NULL && (r = wire_receive(channel_fd, frame)) == 1) {
        wire_frame_close(frame);
        r = cell_lane_send_failed(channel_fd, error);
    }
    return frame == NULL ? -ENOMEM : r;
}

static int send_exited(const struct server *server, const struct cupel_wire_exited *exited)
{
    unsigned char bytes[128];

    int len = cupel_wire_encode_exited(exited, bytes, sizeof(bytes));
    return len < 0 ? len : wire_send(server->lane->channel_fd, bytes, (size_t)len, NULL, 0);
}

/* usage: of init and all that it reaped, from wait4(2): the only figures if init was killed. */
static struct cupel_wire_exited describe(const struct cell_report *report, int init_status,
                                         const struct rusage *usage)
{
    struct cupel_wire_exited exited = {
        .wait_status = report->ended ? report->wait_status : init_status,
        .exec_errno = report->exec_errno,
        .command_ended = report->ended,
        .stopped = report->stopped,
        .disk_full = report->disk_full,
        .file_at_limit = report->file_at_limit,
        .user_ns = report->complete ? report->user_ns : cell_timeval_ns(&usage->ru_utime),
        .system_ns = report->complete ? report->system_ns : cell_timeval_ns(&usage->ru_stime),
        .left = report->left,
        .setup_ns = report->command_setup_ns + (report->complete ? 0 : report->init_setup_ns),
        .max_rss_bytes = (uint64_t)usage->ru_maxrss * 1024U,
    };

    bool has_begun = report->start_ns != 0; /* or it was killed before that */
    if (report->ended && !report->stopped && has_begun && report->end_ns > report->start_ns)
        exited.wall_ns = report->end_ns - report->start_ns;
    return exited;
}

/* Who feeds a run, or listens to it, sees when it has let go. That its outputs have ended is
 * not told before the run has: the supervisor wakes up once. */
static void keep_output_only(struct wire_frame *frame)
{
    for (size_t i = 0; i < frame->fd_count; i++) {
        if (i == 1 || i == 2)
            continue;
        cupel_close_p(&frame->fds[i]);
        frame->fds[i] = -1;
    }
}

/* Start init, wait until it and with it every process of the run is dead. */
static int run_init(const struct cell_run *run, struct wire_frame *frame, int *ret_status,
                    struct rusage *ret_usage, struct cupel_error *err)
{
    const int pid_and_ipc = cell_layer_flags(CELL_LAYER_PID, CLONE_NEWPID) |
                            cell_layer_flags(CELL_LAYER_IPC, CLONE_NEWIPC);
    struct clone_args args = {.flags = CLONE_NEWNS | (__u64)pid_and_ipc,
                              .exit_signal = SIGCHLD};
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

    if (pid < 0)
        return cupel_fail_errno(err, "clone pid, mount and ipc namespaces");
    if (pid == 0)
        cell_init_main(run);
    keep_output_only(frame);
    if (TEMP_FAILURE_RETRY(wait4(pid, ret_status, 0, ret_usage)) < 0)
        return cupel_fail_errno(err, "wait for init");
    return 0;
}

/* The descriptors of RUN behind 0, 1 and 2, in their order; -1: none. */
struct run_fds {
    int cgroup;
    int contents;
    int third;
};

static int sort_fds(const struct cupel_wire_run *request, const struct wire_frame *frame,
                    struct run_fds *ret)
{
    const bool given[] = {request->has_cgroup, request->file_count > 0, request->has_report};
    int *const places[] = {&ret->cgroup, &ret->contents, &ret->third};
    size_t next = 3;

    for (size_t i = 0; i < 3; i++)
        *places[i] = given[i] && next < frame->fd_count ? frame->fds[next++] : -1;
    size_t asked = 3U + given[0] + given[1] + given[2];
    return frame->fd_count == asked ? 0 : -EPROTO;
}

static int serve_run(const struct server *server, const struct cupel_wire_run *request,
                     const struct run_fds *fds)
{
    struct cell_run run = {.lane = server->lane,
                           .request = request,
                           .stdio = server->frame->fds,
                           .cgroup_fd = fds->cgroup,
                           .contents_fd = fds->contents,
                           .third_fd = fds->third,
                           .lane_pidfd = server->own_pidfd,
                           .report_fd = server->report_fd,
                           .courier_fd = server->courier_fd,
                           .report = server->report};
    struct cupel_error error = {0};
    struct rusage usage = {0};
    int status = 0;

    memset(server->report, 0, sizeof(*server->report));
    int r = run_init(&run, server->frame, &status, &usage, &error);
    if (r == 0 && server->report->error.code != 0)
        error = server->report->error;
    if (error.code != 0)
        return cell_lane_send_failed(server->lane->channel_fd, &error);
    struct cupel_wire_exited exited = describe(server->report, status, &usage);
    return send_exited(server, &exited);
}

static int serve_frame(const struct server *server, struct cupel_error *err)
{
    struct cupel_wire_run request;
    struct run_fds fds;

    int r = cupel_wire_decode_run(server->frame->bytes, server->frame->len, &request);
    if (r == -ENOMEM) {
        (void)cupel_fail(err, r, "take a RUN: out of memory");
        return cell_lane_send_failed(server->lane->channel_fd, err);
    }
    if (r < 0)
        return cupel_fail(err, r, "malformed RUN");
    if (sort_fds(&request, server->frame, &fds) < 0) {
        cupel_wire_run_clear(&request);
        return cupel_fail(err, -EPROTO, "a RUN without its descriptors");
    }
    r = serve_run(server, &request, &fds);
    cupel_wire_run_clear(&request);
    return r < 0 ? cupel_fail(err, r, "answer a RUN") : 0;
}

int cell_lane_serve(const struct cell_lane *lane, struct cupel_error *err)
{
    CUPEL_AUTO_FREE struct wire_frame *frame = malloc(sizeof(*frame));
    CUPEL_AUTO_FD own_pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    CUPEL_AUTO_FD report_fd = memfd_create("report", MFD_CLOEXEC);
    CUPEL_AUTO_FD courier_fd = duplicate_channel(lane->channel_fd);
    int r = 0;

    if (frame == NULL || own_pidfd < 0 || report_fd < 0 || courier_fd < 0 ||
        ftruncate(report_fd, sizeof(struct cell_report)) < 0) {
        (void)cupel_fail_errno(err, "prepare a lane");
        return cell_lane_refuse(lane->channel_fd, err);
    }
    struct cell_report *report =
        mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED, report_fd, 0);
    if (report == MAP_FAILED) {
        (void)cupel_fail_errno(err, "map a lane's report");
        return cell_lane_refuse(lane->channel_fd, err);
    }
    struct server server = {lane, frame, report_fd, report, own_pidfd, courier_fd};
    while (r == 0 && (r = wire_receive(lane->channel_fd, frame)) == 1) {
        r = serve_frame(&server, err);
        wire_frame_close(frame);
    }
    (void)munmap(report, sizeof(*report));
    return r;
}
