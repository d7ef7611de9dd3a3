/*
 * Deadlines without fixed ticks: the wall clock is a timerfd, and so is the next look of what
 * has to be looked at (watchdog.c).
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "sandbox/run_internal.h"

#define SETUP_NS                                                                               \
    (10 * CUPEL_NS_PER_S) /* for a run's set-up, and for its end once it is killed */

void run_watch_arm(struct cupel_run *run, const struct cupel_source *timer, uint64_t after_ns)
{
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)(after_ns / CUPEL_NS_PER_S),
                                           .tv_nsec = (long)(after_ns % CUPEL_NS_PER_S)}};

    if (after_ns == 0)
        when.it_value.tv_nsec = 1; /* zero would disarm it */
    if (timerfd_settime(timer->fd, 0, &when, NULL) < 0 && run->error.code == 0)
        run_io_fail(run, "set a run's timer");
}

/* The wall time is up. Returns whether the run is to be ended for it: see run_late.c. */
static bool is_over(struct cupel_run *run)
{
    uint64_t allowed_ns = run->request.limits.wall_ns + run_away_ns(run);
    uint64_t passed_ns = base_now_ns() - run->started_ns;

    if (passed_ns < allowed_ns)
        run_watch_arm(run, &run->deadline, allowed_ns - passed_ns);
    return passed_ns >= allowed_ns;
}

static void deadline_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct cupel_error error = {0};

    (void)events;
    if (run->error.code != 0) {
        run_abandon(run);
        return;
    }
    if (run->init_pidfd >= 0 && run->breach == CUPEL_LIMIT_NONE && !run_init_is_stopped(run)) {
        if (is_over(run))
            run_breach(run, CUPEL_LIMIT_WALL_TIME);
        return;
    }
    if (run->init_pidfd >= 0 && run->breach == CUPEL_LIMIT_NONE)
        (void)cupel_fail(&error, -ETIMEDOUT, "process 1 of the run was stopped from outside");
    else
        (void)cupel_fail(&error, -ETIMEDOUT, "cupel-cell did not %s a run within %llu s",
                         run->init_pidfd < 0 ? "start" : "end", SETUP_NS / CUPEL_NS_PER_S);
    run_fail(run, &error);
}

int run_watch_open_timer(struct cupel_run *run, struct cupel_source *timer,
                         struct cupel_error *err)
{
    timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer->fd < 0)
        return cupel_fail_errno(err, "timerfd_create");
    return cupel_loop_add(run->loop, timer, EPOLLIN, err);
}

/* What a cgroup limits needs no watchdog. */
static bool is_by_cgroup(const struct cupel_run *run)
{
    return run_has_controllers(run, CUPEL_CGROUP_MEMORY | CUPEL_CGROUP_PIDS);
}

int run_watch_open(struct cupel_run *run, const int stdio[static 3], struct cupel_error *err)
{
    run->deadline = (struct cupel_source){-1, deadline_ready, run};
    int r = run_watch_open_timer(run, &run->deadline, err);
    if (r == 0)
        r = is_by_cgroup(run) ? cgroup_watch_open(run, err) : watchdog_open(run, stdio, err);
    if (r == 0)
        run_watch_arm(run, &run->deadline, SETUP_NS);
    return r;
}

void run_watch_started(struct cupel_run *run)
{
    run->started_ns = base_now_ns();
    run_watch_arm(run, &run->deadline, run->request.limits.wall_ns);
    if (is_by_cgroup(run))
        cgroup_watch_started(run);
    else
        watchdog_started(run);
}

void run_watch_killed(struct cupel_run *run)
{
    struct itimerspec never = {0};

    (void)timerfd_settime(run->check.fd, 0, &never, NULL);
    watchdog_killed(run);
    run_watch_arm(run, &run->deadline, SETUP_NS);
}

void run_watch_close(struct cupel_run *run)
{
    watchdog_close(run);
    cupel_loop_remove(run->loop, &run->deadline);
    cupel_loop_remove(run->loop, &run->check);
    cupel_close_p(&run->deadline.fd);
    cupel_close_p(&run->check.fd);
    run->deadline.fd = -1;
    run->check.fd = -1;
}
