/*
 * What no cgroup limits of a run that has one: CPU time, and memory that the kernel bills to
 * nobody (sample_locks.c). There is no event for either, so the check timer is set to the
 * earliest time at which what is left of the CPU time can be used up, and for locks.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/run_internal.h"
#include "sandbox/sample.h"

/* The set-up of the command's process counts in its cgroup; it is taken off at the end. */
#define SETUP_NS_MAX 500000U

/* While it is at work the run is looked at no more often than this; while it sleeps, less. */
#define BUSY_NS_MIN 1000000U
#define IDLE_NS_MIN 4000000U

/* To count locks takes about as long as to make them: it is done so often, and in a fifth of
 * the time, or half of it where they take more than a part of the memory limit. What is less
 * than another part is not worth another look; of a run that had more, nothing moves while they
 * are counted, or it would make more of them, or end, before we know. */
#define LOCKS_NS   25000000U
#define LOCKS_PART 4U
#define MANY_PART  8U
#define FEW_PART   64U

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void arm_check(struct cupel_run *run, uint64_t left_ns, uint64_t min_ns)
{
    uint64_t after_ns = larger(left_ns / run->cell->processors, min_ns);
    uint64_t now_ns = base_now_ns();
    uint64_t locks_ns =
        run->locks_due_ns > now_ns ? larger(run->locks_due_ns - now_ns, min_ns) : LOCKS_NS;

    run_watch_arm(run, &run->check, after_ns < locks_ns ? after_ns : locks_ns);
}

static int ask_for_locks(struct cupel_run *run, uint64_t *ret, struct cupel_error *err)
{
    const struct sampler_sources sources = {.proc_fd = run->proc_fd,
                                            .sockets_fd = -1,
                                            .segments_fd = -1,
                                            .reaped_fd = run->reaped_fd};
    int r = 0;

    if (run->watchdog.sampler == NULL)
        r = sampler_new(&sources, &run->watchdog.sampler, err);
    return r < 0 ? r
                 : sampler_locks(run->watchdog.sampler, run->request.limits.memory_bytes, ret,
                                 err);
}

static int count_locks(struct cupel_run *run, uint64_t *ret, struct cupel_error *err)
{
    bool is_frozen = run->has_locks && cgroup_leaf_freeze(&run->leaf, true) == 0;
    int r = ask_for_locks(run, ret, err);
    int thawed = is_frozen ? cgroup_leaf_freeze(&run->leaf, false) : 0;

    if (r == 0 && thawed < 0)
        r = cupel_fail(err, thawed, "let a run go on: %s", strerrordesc_np(-thawed));
    return r;
}

static int look_for_locks(struct cupel_run *run, struct cupel_error *err)
{
    uint64_t limit = run->request.limits.memory_bytes;
    uint64_t start_ns = base_now_ns();
    uint64_t locks = 0;
    uint64_t billed = 0;

    run->locks_cpu_ns = run->cpu_ns;
    int r = count_locks(run, &locks, err);
    if (r < 0)
        return r == -ESRCH ? 0 : r; /* the run has ended */
    uint64_t now_ns = base_now_ns();
    uint64_t pauses = locks > limit / MANY_PART ? 1 : LOCKS_PART;
    run->locks_due_ns = now_ns + larger(LOCKS_NS, pauses * (now_ns - start_ns));
    run->has_locks = locks > limit / FEW_PART;
    if (!run->has_locks)
        return 0;
    r = cgroup_leaf_memory(&run->leaf, &billed);
    if (r < 0)
        return cupel_fail(err, r, "read memory.current of the run: %s", strerrordesc_np(-r));
    run->memory_peak_bytes = larger(run->memory_peak_bytes, billed + locks);
    if (billed + locks > limit)
        run_breach(run, CUPEL_LIMIT_MEMORY);
    return 0;
}

static int look(struct cupel_run *run, struct cupel_error *err)
{
    uint64_t limit_ns = run->request.limits.cpu_ns + SETUP_NS_MAX;
    uint64_t used_ns = 0;

    int r = cgroup_leaf_cpu(&run->leaf, &used_ns);
    if (r < 0)
        return cupel_fail(err, r, "read cpu.stat of the run: %s", strerrordesc_np(-r));
    bool is_busy = used_ns > run->cpu_ns;
    run->cpu_ns = used_ns;
    if (used_ns >= limit_ns)
        run_breach(run, CUPEL_LIMIT_CPU_TIME);
    else if (used_ns > run->locks_cpu_ns && base_now_ns() >= run->locks_due_ns)
        r = look_for_locks(run, err);
    if (r == 0 && run->breach == CUPEL_LIMIT_NONE)
        arm_check(run, limit_ns - used_ns, is_busy ? BUSY_NS_MIN : IDLE_NS_MIN);
    return r;
}

static void check_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct cupel_error error = {0};
    uint64_t expirations;

    (void)events;
    if (read(source->fd, &expirations, sizeof(expirations)) < 0)
        return;
    if (look(run, &error) < 0)
        run_fail(run, &error);
}

int cgroup_watch_open(struct cupel_run *run, struct cupel_error *err)
{
    run->check = (struct cupel_source){-1, check_ready, run};
    return run_watch_open_timer(run, &run->check, err);
}

void cgroup_watch_started(struct cupel_run *run)
{
    run->locks_due_ns = base_now_ns() + LOCKS_NS;
    arm_check(run, run->request.limits.cpu_ns, BUSY_NS_MIN);
}
