#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

static int send_exited(const struct cell_server *server, const struct cupel_wire_exited *exited)
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

/* Start init, wait until it and with it every process of the run is dead. */
static int run_init(const struct cell_server *server, int *ret_status, struct rusage *ret_usage,
                    struct cupel_error *err)
{
    const int pid_and_ipc = cell_layer_flags(CELL_LAYER_PID, CLONE_NEWPID) |
                            cell_layer_flags(CELL_LAYER_IPC, CLONE_NEWIPC);
    struct clone_args args = {.flags = CLONE_NEWNS | (__u64)pid_and_ipc,
                              .exit_signal = SIGCHLD};
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

    if (pid < 0)
        return cupel_fail_errno(err, "clone pid, mount and ipc namespaces");
    if (pid == 0)
        cell_init_main(server);
    if (TEMP_FAILURE_RETRY(wait4(pid, ret_status, 0, ret_usage)) < 0)
        return cupel_fail_errno(err, "wait for init");
    return 0;
}

/* Init ended before it was asked for a run: whoever asks next is told. */
static int refuse(const struct cell_server *server, const struct cupel_error *error)
{
    int r = wire_receive(server->lane->channel_fd, server->frame);

    if (r <= 0)
        return r;
    wire_frame_close(server->frame);
    r = cell_lane_send_failed(server->lane->channel_fd, error);
    return r < 0 ? r : 1;
}

/* Returns 1; 0 if the channel has ended. */
static int serve_run(const struct cell_server *server, struct cupel_error *err)
{
    struct cell_report *report = server->report;
    struct cupel_error error = {0};
    struct rusage usage = {0};
    int status = 0;

    int r = run_init(server, &status, &usage, &error);
    if (r == 0 && report->error.code != 0)
        error = report->error;
    if (report->stage == CELL_DISMISSED)
        return 0;
    if (report->stage == CELL_MISLED)
        return cupel_fail(err, error.code, "%s", error.text);
    if (error.code == 0 && report->stage == CELL_PREPARING)
        (void)cupel_fail(&error, -ECHILD, "process 1 of a run ended before the run was there");
    if (report->stage == CELL_PREPARING)
        return refuse(server, &error);
    if (error.code != 0) {
        r = cell_lane_send_failed(server->lane->channel_fd, &error);
    } else {
        struct cupel_wire_exited exited = describe(report, status, &usage);
        r = send_exited(server, &exited);
    }
    return r < 0 ? cupel_fail(err, r, "answer a RUN: %s", strerrordesc_np(-r)) : 1;
}

/* What the supervisor has been told of a run stays as it is until the next one begins. */
static void clear_report(struct cell_report *report)
{
    const size_t kept = offsetof(struct cell_report, stage);

    memset((char *)report + kept, 0, sizeof(*report) - kept);
}

/* See keep_mounts() of place.c. */
static void drop_mounts(const struct cell_server *server)
{
    (void)!recv(server->keep_fds[0], NULL, 0, MSG_DONTWAIT | MSG_TRUNC);
}

/* Nothing is made ahead of a run that may not come. Returns false at the channel's end. */
static bool await_request(const struct cell_server *server)
{
    char byte;

    return TEMP_FAILURE_RETRY(recv(server->lane->channel_fd, &byte, sizeof(byte), MSG_PEEK)) >
           0;
}

static int serve(struct cell_server *server, struct wire_frame frames[static 2],
                 struct cupel_error *err)
{
    struct cell_report *report = server->report;
    size_t next = 0;
    int r = 1;

    while (r > 0) {
        server->frame = &frames[next];
        r = serve_run(server, err);
        drop_mounts(server);
        server->previous = report->more ? &frames[next] : NULL;
        next = 1 - next;
        clear_report(report);
        if (r > 0 && server->previous == NULL && !await_request(server))
            return 0;
    }
    return r;
}

/* Shared memory, zeroed; NULL with errno. */
static void *map(size_t size, int fd)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

    return at == MAP_FAILED ? NULL : at;
}

int cell_lane_serve(const struct cell_lane *lane, struct cupel_error *err)
{
    CUPEL_AUTO_FD own_pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    CUPEL_AUTO_FD report_fd = memfd_create("report", MFD_CLOEXEC);
    CUPEL_AUTO_FD courier_fd = duplicate_channel(lane->channel_fd);
    struct wire_frame *frames = map(2 * sizeof(*frames), -1);
    struct cell_server server = {lane, .report_fd = report_fd, .own_pidfd = own_pidfd,
                                 .courier_fd = courier_fd};

    if (frames == NULL || own_pidfd < 0 || report_fd < 0 || courier_fd < 0 ||
        ftruncate(report_fd, sizeof(*server.report)) < 0 ||
        socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, server.keep_fds) < 0) {
        (void)cupel_fail_errno(err, "prepare a lane");
        return cell_lane_refuse(lane->channel_fd, err);
    }
    server.report = map(sizeof(*server.report), report_fd);
    if (server.report == NULL) {
        (void)cupel_fail_errno(err, "map a lane's report");
        return cell_lane_refuse(lane->channel_fd, err);
    }
    return serve(&server, frames, err); /* all of it ends with the process */
}
