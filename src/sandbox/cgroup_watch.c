/*
 * CPU time of a run whose cgroup limits all else. There is no event for it, so the check timer
 * is set to the earliest time at which what is left can be used up: a program that uses one
 * processor is looked at a handful of times.
 */
#include <string.h>
#include <unistd.h>

#include "sandbox/run_internal.h"

/* The set-up of the command's process counts in its cgroup; it is taken off at the end. */
#define SETUP_NS_MAX 500000U

/* While it is at work the run is looked at no more often than this; while it sleeps, less. */
#define BUSY_NS_MIN 1000000U
#define IDLE_NS_MIN 4000000U

static void arm_check(struct cupel_run *run, uint64_t left_ns, uint64_t min_ns)
{
    uint64_t after_ns = left_ns / run->cell->processors;

    run_watch_arm(run, &run->check, after_ns > min_ns ? after_ns : min_ns);
}

static void check_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    uint64_t limit_ns = run->request.limits.cpu_ns + SETUP_NS_MAX;
    struct cupel_error error = {0};
    uint64_t expirations;
    uint64_t used_ns = 0;

    (void)events;
    if (read(source->fd, &expirations, sizeof(expirations)) < 0)
        return;
    int r = cgroup_leaf_cpu(&run->leaf, &used_ns);
    if (r < 0) {
        (void)cupel_fail(&error, r, "read cpu.stat of the run: %s", strerrordesc_np(-r));
        run_fail(run, &error);
        return;
    }
    if (used_ns >= limit_ns)
        run_breach(run, CUPEL_LIMIT_CPU_TIME);
    else
        arm_check(run, limit_ns - used_ns, used_ns > run->cpu_ns ? BUSY_NS_MIN : IDLE_NS_MIN);
    run->cpu_ns = used_ns;
}

int cgroup_watch_open(struct cupel_run *run, struct cupel_error *err)
{
    run->check = (struct cupel_source){-1, check_ready, run};
    return run_watch_open_timer(run, &run->check, err);
}

void cgroup_watch_started(struct cupel_run *run)
{
    arm_check(run, run->request.limits.cpu_ns, BUSY_NS_MIN);
}
