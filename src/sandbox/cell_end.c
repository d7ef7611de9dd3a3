/*
 * The end of a cell. Each of its processes asks the kernel to die with the one above it, so one
 * that is as it should be ends as a whole when its first process is killed; but a process that
 * was stopped from outside before it came to that would stay for ever, and hold the cell's
 * channel and uid, so those below are killed as well. A cell that was taken over may have
 * processes that were to stay: others of its uid, if one was leased to it, are killed by that;
 * and it may keep its first process from being reaped, by tracing it. So nothing here waits
 * without end.
 *
 * A cell with no run at work is told to end, and has some time for it: then each of its
 * processes is reaped by the one above it, where those of a killed one are left to whoever
 * reaps orphans.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "sandbox/cell_internal.h"
#include "sandbox/proc_text.h"
#include "sandbox/uid_lease.h"

#define GONE_NS  (5 * CUPEL_NS_PER_S)
#define LEAVE_MS 500
#define SWEEP_NS (CUPEL_NS_PER_S / 5)
#define PAUSE_NS 100000
#define TRIES    10

/* Generations below a cell with several lanes, and below each lane. */
#define LANES 1
#define INITS 1

/* Processes of the cell have one thread each. -errno where the kernel keeps no such list. */
static int read_children(pid_t pid, char text[static PROC_TEXT_SIZE])
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    return proc_read(AT_FDCWD, path, text);
}

static bool is_child(pid_t parent, pid_t child)
{
    CUPEL_AUTO_FREE char *text = malloc(PROC_TEXT_SIZE);
    struct proc_stat stat = {0};
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", child);
    return text != NULL && proc_read(AT_FDCWD, path, text) == 0 &&
           proc_parse_stat(text, &stat) == 0 && stat.parent == (uint64_t)parent;
}

/* Of who is not reaped, the number is its own. */
static bool is_there(int pidfd)
{
    return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) == 0;
}

static void kill_below(pid_t pid, int pidfd, unsigned generations);

/* A pid may have been given anew since it was read, the parent's as well: what was read of both
 * holds if the parent is there yet. */
static void kill_child(pid_t parent, int parent_pidfd, pid_t pid, unsigned generations)
{
    CUPEL_AUTO_FD pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (pidfd < 0 || !is_child(parent, pid) || !is_there(parent_pidfd))
        return;
    if (generations > 1)
        kill_below(pid, pidfd, generations - 1);
    (void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

static void kill_below(pid_t pid, int pidfd, unsigned generations)
{
    CUPEL_AUTO_FREE char *text = malloc(PROC_TEXT_SIZE);

    if (text == NULL || read_children(pid, text) < 0)
        return;
    for (char *next = text;;) {
        char *end;
        pid_t child = (pid_t)strtol(next, &end, 10);
        if (end == next)
            return;
        next = end;
        kill_child(pid, pidfd, child, generations);
    }
}

/* What it has begun to do does not go on. */
static void kill_all(const struct cupel_cell *cell)
{
    unsigned lanes = cell->lane_count > 1 ? LANES : 0;

    if (cell->pid <= 0) /* which kill(2) takes for many */
        return;
    kill_below(cell->pid, cell->pidfd, lanes + INITS);
    /* It is reaped by cupel_cell_free() alone, so its id is its own. */
    if (cell->pidfd < 0 || syscall(SYS_pidfd_send_signal, cell->pidfd, SIGKILL, NULL, 0) < 0)
        (void)kill(cell->pid, SIGKILL);
}

void cell_break(struct cupel_cell *cell)
{
    if (!cell->broken)
        kill_all(cell);
    cell->broken = true;
}

void cell_break_for(struct cupel_cell *cell, const struct cupel_error *why)
{
    if (cell->why.code == 0)
        cell->why = *why;
    cell_break(cell);
}

int cell_fail_ended(const struct cupel_cell *cell, struct cupel_error *err)
{
    if (cell->why.code != 0)
        return cupel_fail(err, -EPIPE, "the sandbox was ended: %.220s", cell->why.text);
    return cupel_fail(err, -EPIPE, "cupel-cell ended unexpectedly");
}

static int left_ms(uint64_t due_ns)
{
    uint64_t now = base_now_ns();

    return now < due_ns ? (int)((due_ns - now) / 1000000U) + 1 : 0;
}

/* Of a child. Returns whether it ended before the time was over. */
static bool reap(pid_t pid, uint64_t due_ns, int *ret_status)
{
    pid_t reaped;

    while ((reaped = waitpid(pid, ret_status, WNOHANG)) == 0 && base_now_ns() < due_ns)
        (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    return reaped != 0;
}

/* Calls of the kernel's alone: the C library's change all threads, and we are a copy of one. */
static _Noreturn void kill_as(uid_t uid)
{
    bool killed = syscall(SYS_setgroups, 0, NULL) == 0 &&
                  syscall(SYS_setresuid, uid, uid, uid) == 0 && kill(-1, SIGKILL) == 0;

    for (;;)
        (void)syscall(SYS_exit_group, killed ? 0 : 1);
}

/* The kernel kills all at once: none has time to start another. But while who kills has their
 * uid, they can stop or kill it first. */
static void sweep(uid_t uid)
{
    bool done = false;

    for (int i = 0; i < TRIES && !done && uid_lease_has_processes(uid); i++) {
        int status = -1;
        pid_t pid = fork();
        if (pid == 0)
            kill_as(uid);
        if (pid < 0)
            return;
        if (!reap(pid, base_now_ns() + SWEEP_NS, &status)) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
        }
        done = status == 0;
    }
}

/* A channel hangs up when the last process of the cell that holds its other end is dead. */
static void await_hang_up(int fd, uint64_t due_ns)
{
    struct pollfd channel = {.fd = fd};

    if (fd < 0)
        return;
    (void)shutdown(fd, SHUT_WR); /* a lane that did not come to be does not die with its cell */
    (void)TEMP_FAILURE_RETRY(poll(&channel, 1, left_ms(due_ns)));
}

static bool is_idle(const struct cupel_cell *cell)
{
    bool idle = !cell->broken && cell->lane_count > 0;

    for (unsigned i = 0; i < cell->lane_count; i++)
        idle = idle && cell->lanes[i].state == CUPEL_WIRE_IDLE;
    return idle;
}

void cell_dismiss(const struct cupel_cell *cell)
{
    for (unsigned i = 0; i < cell->lane_count; i++)
        (void)shutdown(cell->lanes[i].fd, SHUT_WR);
    if (cell->main_fd >= 0)
        (void)shutdown(cell->main_fd, SHUT_WR);
}

/* Returns whether it ended by itself. What it left behind, as one that was taken over may, is
 * nobody's child that could be told from others. */
static bool let_leave(const struct cupel_cell *cell)
{
    struct pollfd end = {.fd = cell->pidfd, .events = POLLIN};

    if (cell->pidfd < 0 || !is_idle(cell))
        return false;
    cell_dismiss(cell);
    return TEMP_FAILURE_RETRY(poll(&end, 1, LEAVE_MS)) > 0;
}

void cell_end(struct cupel_cell *cell)
{
    struct pollfd end = {.fd = cell->pidfd, .events = POLLIN};
    uint64_t due_ns = base_now_ns() + GONE_NS;
    int status = 0;

    if (cell->pid <= 0)
        return;
    if (!let_leave(cell)) {
        cell_break(cell);
        if (cell->pidfd >= 0)
            (void)TEMP_FAILURE_RETRY(poll(&end, 1, left_ms(due_ns)));
    }
    bool reaped = reap(cell->pid, base_now_ns() + PAUSE_NS, &status);
    if (cell->lease_fd >= 0)
        sweep(cell->uid);
    if (!reaped) /* who traced it is dead by now */
        (void)reap(cell->pid, due_ns, &status);
    for (unsigned i = 0; i < cell->lane_count; i++)
        await_hang_up(cell->lanes[i].fd, due_ns);
}
