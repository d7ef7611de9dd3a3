#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
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
static int take_request(const struct cell_server *server, struct cupel_wire_run *request,
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

/*
 * The command's process begins in its cgroup, at which a cgroup namespace of its own is rooted;
 * init stays outside, since a cgroup is killed as a whole. Making that namespace is the last
 * thing that init has a capability for: it gives all of them up as soon as it goes on, which is
 * when the command executes.
 *
 * Until then both have one table of descriptors, so that the listener of the command's filter,
 * which may not allow the command's process to send anything, is init's as well. execve(2)
 * gives the command a table of its own, without what is close-on-exec: all but 0, 1 and 2, and
 * 3 where the command was given one.
 */
static pid_t start_command(const struct cell_run *run, struct cupel_error *err)
{
    struct clone_args args = {.flags = CLONE_VFORK | CLONE_FILES, .exit_signal = SIGCHLD};

    args.flags |= (__u64)cell_layer_flags(CELL_LAYER_CGROUP, CLONE_NEWCGROUP);
    if (run->cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (__u64)run->cgroup_fd;
    }
    run->report->init_setup_ns = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (pid == 0)
        _exit(cell_command_main(run));
    if (pid < 0)
        return cupel_fail_errno(err, "start the command's process");
    return cell_privileges_drop(err) < 0 ? err->code : pid;
}

/* A command that was not executed is never asked about. Of one that was, each call that is
 * denied would end as if the kernel had no such call. */
static int hand_over_listener(const struct cell_run *run, struct cupel_error *err)
{
    unsigned char frame[64];

    if (run->report->listener_fd <= 0 || run->report->exec_errno != 0)
        return 0;
    int len = cupel_wire_encode_listener(frame, sizeof(frame));
    int r = len < 0
                ? len
                : wire_send(run->courier_fd, frame, (size_t)len, &run->report->listener_fd, 1);
    return r < 0 ? cupel_fail(err, r, "send LISTENER: %s", strerrordesc_np(-r)) : 0;
}

static uint64_t reaped_ns(void)
{
    struct rusage usage = {0};

    (void)getrusage(RUSAGE_CHILDREN, &usage);
    return cell_timeval_ns(&usage.ru_utime) + cell_timeval_ns(&usage.ru_stime);
}

/* Of a command that could not be executed, as env(1) has it; its process ends with 0. */
static int command_status(int status, int exec_errno)
{
    if (status != 0 || exec_errno == 0)
        return status;
    return W_EXITCODE(exec_errno == ENOENT ? 127 : 126, 0);
}

/* Reap until no child is left to wait for. Returns false when there is none at all. */
static bool reap(pid_t command, int options, struct cell_report *report)
{
    int status = 0;
    pid_t pid;

    while ((pid = (pid_t)TEMP_FAILURE_RETRY(waitpid(-1, &status, options))) > 0) {
        report->reaped_ns = reaped_ns();
        if (pid != command) {
            report->left += report->ended ? 1 : 0;
            continue;
        }
        report->end_ns = cell_clock_ns(CLOCK_MONOTONIC);
        report->wait_status = command_status(status, report->exec_errno);
        report->ended = true;
    }
    return pid == 0;
}

static void signal_all(int signal_number)
{
    if (cell_layer_is_off(CELL_LAYER_PID))
        cell_layers_signal_descendants(signal_number);
    else
        (void)kill(-1, signal_number);
}

/* After a pause, all are told to go on again so often, after twice the time each time: a
 * process that is made by fork(2) all the while begins with the SIGSTOP, and the kernel forgets
 * the SIGCONT (Linux 6.18: it ignores that before it looks for forks that are under way). */
#define NUDGES         8U
#define FIRST_NUDGE_NS 10000000L

/* The next signal; -1 where there was none, and all were told to go on. */
static int next_signal(const sigset_t *signals, unsigned *nudges)
{
    if (*nudges == 0)
        return sigwaitinfo(signals, NULL);
    long after_ns = FIRST_NUDGE_NS << (NUDGES - *nudges);
    const struct timespec after = {.tv_sec = after_ns / 1000000000L,
                                   .tv_nsec = after_ns % 1000000000L};
    int signal_number = sigtimedwait(signals, NULL, &after);
    if (signal_number < 0 && errno == EAGAIN) {
        signal_all(SIGCONT);
        (*nudges)--;
    }
    return signal_number;
}

/*
 * Until the command ends, or the supervisor has had enough. It asks instead of killing init,
 * since the kernel forgets what the processes used that die with their init. Where Landlock
 * does not scope signals, the run itself can ask as well, and then gets it: a signal of its own
 * that was ignored while pending would take the supervisor's with it.
 */
static void wait_for_command(pid_t command, const sigset_t *signals, struct cell_report *report)
{
    unsigned nudges = 0;

    while (!report->ended && reap(command, WNOHANG, report) && !report->ended) {
        switch (next_signal(signals, &nudges)) {
        case CUPEL_WIRE_PAUSE_SIGNAL:
            nudges = 0;
            signal_all(SIGSTOP);
            report->pauses++;
            break;
        case CUPEL_WIRE_RESUME_SIGNAL:
            nudges = NUDGES;
            signal_all(SIGCONT);
            break;
        case CUPEL_WIRE_STOP_SIGNAL:
            report->stopped = true;
            return;
        default:
            break;
        }
    }
}

static void kill_the_rest(pid_t command, uint64_t file_size_bytes, struct cell_report *report)
{
    struct rusage usage;

    signal_all(SIGKILL);
    (void)reap(command, 0, report);
    if (getrusage(RUSAGE_CHILDREN, &usage) < 0)
        return;
    report->user_ns = cell_timeval_ns(&usage.ru_utime);
    report->system_ns = cell_timeval_ns(&usage.ru_stime);
    if (!report->ended || report->stopped || report->wait_status != 0) {
        report->disk_full = cell_evidence_disk_full();
        report->file_at_limit = cell_evidence_file_at_limit(file_size_bytes);
    }
    report->complete = true;
}

/* A pipe that init held open would never end; but that the outputs have ended shall not wake
 * the supervisor before it is told of the end of the run. */
static int keep_outputs_only(struct cupel_error *err)
{
    if (close(STDIN_FILENO) < 0 || close_range(STDERR_FILENO + 1, ~0U, 0) < 0)
        return cupel_fail_errno(err, "close_range");
    return 0;
}

_Noreturn void cell_init_main(const struct cell_server *server)
{
    struct cell_report *report = server->report;
    struct cupel_wire_run request;
    struct cell_run run;
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGCHLD);
    (void)sigaddset(&signals, CUPEL_WIRE_STOP_SIGNAL);
    (void)sigaddset(&signals, CUPEL_WIRE_PAUSE_SIGNAL);
    (void)sigaddset(&signals, CUPEL_WIRE_RESUME_SIGNAL);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL); /* a blocked signal reaches process 1 */
    if (take_request(server, &request, &run, &report->error) < 0)
        _exit(1);
    if (run.ruleset_fd < 0)
        run.ruleset_fd =
            cell_landlock_make(&request, server->lane->landlock_abi, &report->error);
    pid_t command = report->error.code < 0 ? -1 : start_command(&run, &report->error);
    if (command < 0)
        _exit(1);
    if (hand_over_listener(&run, &report->error) < 0)
        _exit(1);
    if (keep_outputs_only(&report->error) < 0)
        _exit(1);
    wait_for_command(command, &signals, report);
    kill_the_rest(command, request.rlimits[RLIMIT_FSIZE], report);
    _exit(0);
}
