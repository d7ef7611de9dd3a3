/*
 * The end of a cell. One that is as it should be ends as a whole when its first process is
 * killed. One that was taken over may have processes that were to stay: others of its uid, if
 * one was leased to it, are killed by that; and it may keep its first process from being
 * reaped, by tracing it. So nothing here waits without end.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/units.h"
#include "sandbox/cell_internal.h"
#include "sandbox/uid_lease.h"

#define GONE_NS  (5 * CUPEL_NS_PER_S)
#define SWEEP_NS (CUPEL_NS_PER_S / 5)
#define PAUSE_NS 100000
#define TRIES    10

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

void cell_end(struct cupel_cell *cell)
{
    struct pollfd end = {.fd = cell->pidfd, .events = POLLIN};
    uint64_t due_ns = base_now_ns() + GONE_NS;
    int status = 0;

    if (cell->pid <= 0)
        return;
    cell_break(cell);
    if (cell->pidfd >= 0)
        (void)TEMP_FAILURE_RETRY(poll(&end, 1, left_ms(due_ns)));
    bool reaped = reap(cell->pid, base_now_ns() + PAUSE_NS, &status);
    if (cell->lease_fd >= 0)
        sweep(cell->uid);
    if (!reaped) /* who traced it is dead by now */
        (void)reap(cell->pid, due_ns, &status);
    for (unsigned i = 0; i < cell->lane_count; i++)
        await_hang_up(cell->lanes[i].fd, due_ns);
}
