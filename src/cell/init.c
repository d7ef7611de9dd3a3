#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cell/layers.h"
#include "cupel/cleanup.h"
#include "wire/channel.h"

/*
 * The command's process begins in its cgroup, at which a cgroup namespace of its own is rooted;
 * init stays outside, since a cgroup is killed as a whole. Making that namespace is the last
 * thing that init has a capability for: it gives all of them up as soon as it goes on, which is
 * when the command executes.
 *
 * Until then both have one table of descriptors, so that the listener of the command's filter,
 * which may not allow the command's process to send anything, is init's as well. execve(2)
 * gives the command a memory of its own, and a table of its own, without what is close-on-exec:
 * all but 0, 1 and 2, and 3 where the command was given one.
 */
static pid_t start_command(const struct cell_run *run, struct cupel_error *err)
{
    struct clone_args args = {.flags = CLONE_FILES, .exit_signal = SIGCHLD};

    args.flags |= (__u64)cell_layer_flags(CELL_LAYER_CGROUP, CLONE_NEWCGROUP);
    if (run->cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (__u64)run->cgroup_fd;
    }
    run->report->init_setup_ns = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    long pid = cell_clone_sharing(&args, run);
    if (pid < 0)
        return cupel_fail(err, (int)pid, "start the command's process: %s",
                          strerrordesc_np((int)-pid));
    return cell_privileges_drop(err) < 0 ? err->code : (pid_t)pid;
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
    if (cell_place_take(server, &request, &run, &report->error) < 0)
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
