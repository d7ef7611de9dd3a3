/*
 * CPU time and memory of a run, where no control group limits them. Both can only be looked at;
 * so the check timer is set to the earliest time at which a limit can be reached: what is left
 * of the CPU time divided by the processors, what is left of the memory divided by the speed at
 * which memory can be filled. A program far from its limits is looked at a few times, one close
 * to them more and more often, and one that sleeps less and less often: see arm().
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/units.h"
#include "sandbox/loop_internal.h"
#include "sandbox/run_internal.h"
#include "sandbox/sample.h"

/* How fast one processor fills memory at the most, measured with madvise(MADV_POPULATE_WRITE):
 * with huge pages, and with small ones; and all processors together. */
#define HUGE_BYTES_PER_US  12288U
#define SMALL_BYTES_PER_US 4096U
#define ALL_BYTES_PER_US   65536U

/* Looks that are closer than this cost more than they tell. */
#define CPU_NS_MIN    250000U
#define MEMORY_NS_MIN 120000U

/* Many processes take long to look at for the first time; so they are met early: the run's age
 * is doubled at the most between two looks. */
#define FIRST_LOOK_NS 2000000U

/* How long a run that sleeps may run unseen. */
#define ASLEEP_CPU_NS_MAX 2000000U

/* Parts of the memory limit that a run may exceed it by, between two looks: awake, and waking
 * up. */
#define AWAKE_PART  32U
#define ASLEEP_PART 16U

/* Looks take at most half of a processor's time; four fifths while the run is about to exceed
 * its memory limit. */
#define PAUSE_PART         1U
#define PAUSE_FILLING_PART 4U

/* Looks that are due so soon must not be late. */
#define URGENT_NS 10000000U

/* A run that could fill what is left of its memory while it is looked at is stopped for the
 * look, unless that is over sooner than it would be stopped; a look may take this much longer
 * than the last one. */
#define PAUSE_COST_NS 250000U
#define PAUSE_LATE    8UL

/* What it takes to look at a process for the first time. */
#define PROCESS_NS 100000UL

/* How long it takes to stop a run, and at the most. */
#define STOPPING_NS     100000U
#define STOPPING_NS_MAX 20000000U

/* Exact figures are worth this part of the time that passes, where no limit is near, and where
 * one is, so that little is left to settle when it is passed. */
#define SETTLE_PART      50U
#define SETTLE_NEAR_PART 4U

/* What settling all over again is worth, where a limit is near. */
#define SETTLE_ALL_PART 10U

static uint64_t left(uint64_t limit, uint64_t used)
{
    return used < limit ? limit - used : 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What looks cost, whoever else wants the processor. */
static uint64_t own_cpu_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * CUPEL_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* No more processors fill than there are threads. */
static uint64_t processors(const struct cupel_run *run)
{
    return larger(1, smaller(run->cell->processors, run->request.limits.processes));
}

/* At the fastest that processors fill, or as fast as it was seen to be: what buffers of sockets
 * count as is more than is filled of them. */
static uint64_t fill_ns(const struct cupel_run *run, uint64_t bytes)
{
    uint64_t one = run_has_small_pages(run) ? SMALL_BYTES_PER_US : HUGE_BYTES_PER_US;
    uint64_t all = larger(smaller(one * processors(run), ALL_BYTES_PER_US),
                          larger(1, run->watchdog.growth_per_us));

    return bytes / all * 1000U + bytes % all * 1000U / all;
}

static uint64_t growth_per_us(const struct run_watchdog *watchdog, const struct sample *sample)
{
    uint64_t grown = left(sample->memory_bytes, watchdog->last.memory_bytes);
    uint64_t passed_ns = watchdog->looked_ns - watchdog->looked_before_ns;

    return grown / larger(1, passed_ns / 1000U);
}

/*
 * Set the next look. One that found the run asleep is followed by another after twice the time,
 * up to what it takes to fill what is left and a sixteenth of the limit: so much can be
 * exceeded by a run that wakes up right after a look.
 */
static void arm(struct cupel_run *run, const struct sample *sample, uint64_t cost_ns)
{
    struct run_watchdog *watchdog = &run->watchdog;
    const struct cupel_limits *limits = &run->request.limits;
    uint64_t cpu_ns = left(limits->cpu_ns, sample->cpu_ns) / processors(run);
    uint64_t room = left(limits->memory_bytes, sample->memory_bytes);
    watchdog->growth_per_us = growth_per_us(watchdog, sample);
    uint64_t awake_ns =
        larger(MEMORY_NS_MIN, fill_ns(run, larger(room, limits->memory_bytes / AWAKE_PART)));
    uint64_t now_ns = base_now_ns();
    uint64_t age_ns = now_ns - run->started_ns;
    bool is_filling = watchdog->growth_per_us * (2 * cost_ns / 1000U) > room;
    uint64_t pause = cost_ns / (is_filling ? PAUSE_FILLING_PART : PAUSE_PART);
    uint64_t asleep_ns =
        larger(awake_ns, fill_ns(run, room + limits->memory_bytes / ASLEEP_PART));

    watchdog->look_ns = sample->asleep ? smaller(watchdog->look_ns * 2, asleep_ns) : awake_ns;
    cpu_ns = larger(cpu_ns, sample->asleep ? smaller(watchdog->look_ns, ASLEEP_CPU_NS_MAX)
                                           : CPU_NS_MIN);
    watchdog->look_ns = larger(smaller(watchdog->look_ns, cpu_ns), pause);
    watchdog->pauses =
        !sample->asleep && cost_ns > PAUSE_COST_NS &&
        (cost_ns > fill_ns(run, room) ||
         watchdog->growth_per_us * ((watchdog->look_ns + PAUSE_LATE * cost_ns) / 1000U) > room);
    loop_set_urgent(run->loop, &watchdog->urgent, watchdog->look_ns <= URGENT_NS);
    /* What was seen is as old as the look is long. */
    uint64_t next_ns = left(smaller(watchdog->look_ns, larger(FIRST_LOOK_NS, age_ns)),
                            now_ns - watchdog->looked_ns);
    run_watch_arm(run, &run->check, larger(next_ns, larger(pause, MEMORY_NS_MIN)));
}

static int settle_once(struct cupel_run *run, bool all, struct sampler_settled *ret,
                       struct cupel_error *err)
{
    struct run_watchdog *watchdog = &run->watchdog;
    uint64_t start_ns = own_cpu_ns();

    int r = sampler_settle(watchdog->sampler, all, ret, err);
    uint64_t cost_ns = own_cpu_ns() - start_ns;
    watchdog->settle_ns += cost_ns;
    if (r == 0 && ret->complete)
        watchdog->settle_all_due_ns = base_now_ns() + SETTLE_ALL_PART * cost_ns;
    return r;
}

/*
 * What was counted several times, or by its upper bound, is looked at again before it is
 * judged, and for the figures as long as this takes next to no time.
 */
static int settle(struct cupel_run *run, struct sample *sample, struct cupel_error *err)
{
    struct run_watchdog *watchdog = &run->watchdog;
    struct sampler_settled settled;
    uint64_t limit = run->request.limits.memory_bytes;
    uint64_t tmpfs = run_scratch_bytes(run);
    uint64_t now_ns = base_now_ns();
    uint64_t part = sample->memory_bytes + tmpfs > limit / 2 ? SETTLE_NEAR_PART : SETTLE_PART;

    sample->memory_bytes += tmpfs;
    if (!sample->rough || sample->memory_bytes <= run->memory_peak_bytes)
        return 0;
    if (sample->memory_bytes <= limit &&
        watchdog->settle_ns > (now_ns - run->started_ns) / part)
        return 0;
    int r = settle_once(run, now_ns >= watchdog->settle_all_due_ns, &settled, err);
    bool is_sure = r == 0 && settled.sure_bytes + tmpfs > limit;
    if (r == 0 && !settled.complete && !is_sure && settled.bytes + tmpfs > limit)
        r = settle_once(run, true, &settled, err);
    if (r < 0)
        return r;
    sample->memory_bytes = tmpfs + (is_sure ? settled.sure_bytes : settled.bytes);
    sample->rough = !is_sure && !settled.complete;
    return 0;
}

static void judge(struct cupel_run *run, const struct sample *sample, uint64_t cost_ns)
{
    const struct cupel_limits *limits = &run->request.limits;

    run->cpu_ns = larger(run->cpu_ns, sample->cpu_ns);
    run->processes_peak = larger(run->processes_peak, sample->processes);
    if (!sample->rough)
        run->memory_peak_bytes = larger(run->memory_peak_bytes, sample->memory_bytes);
    if (sample->memory_bytes > limits->memory_bytes)
        run_breach(run, CUPEL_LIMIT_MEMORY);
    else if (run->cell->is_root && sample->processes > limits->processes)
        run_breach(run, CUPEL_LIMIT_PROCESSES);
    else if (sample->cpu_ns >= limits->cpu_ns)
        run_breach(run, CUPEL_LIMIT_CPU_TIME);
    else
        arm(run, sample, cost_ns);
}

/* How often init has stopped the run. */
static uint64_t pauses(const struct cupel_run *run)
{
    uint64_t words[2] = {0};

    return pread(run->reaped_fd, words, sizeof(words), 0) == sizeof(words) ? words[1] : 0;
}

/* The programs notice: waits end with EINTR, and parents get SIGCHLD. */
static void pause_run(struct cupel_run *run)
{
    run->watchdog.paused = true;
    run->watchdog.pauses_before = pauses(run);
    run->watchdog.pause_due_ns = base_now_ns() + STOPPING_NS_MAX;
    run_signal_init(run, CUPEL_WIRE_PAUSE_SIGNAL);
    run_watch_arm(run, &run->check, STOPPING_NS);
}

static bool is_stopping(const struct cupel_run *run)
{
    return run->watchdog.paused && pauses(run) == run->watchdog.pauses_before &&
           base_now_ns() < run->watchdog.pause_due_ns;
}

static void resume_run(struct cupel_run *run)
{
    if (run->watchdog.paused)
        run_signal_init(run, CUPEL_WIRE_RESUME_SIGNAL);
    run->watchdog.paused = false;
}

/* Whether the run could fill what is left while its new processes are looked at. */
static bool outruns(const struct cupel_run *run)
{
    const struct run_watchdog *watchdog = &run->watchdog;
    uint64_t room = left(run->request.limits.memory_bytes, watchdog->last.memory_bytes);

    return PAUSE_LATE * PROCESS_NS * sampler_count(watchdog->sampler) > fill_ns(run, room);
}

static void look(struct cupel_run *run)
{
    struct cupel_error error = {0};
    struct sample sample = {0};
    uint64_t start_ns = own_cpu_ns();
    run->watchdog.looked_before_ns = run->watchdog.looked_ns;
    run->watchdog.looked_ns = base_now_ns();
    int r = sampler_look(run->watchdog.sampler, &sample, &error);
    if (r == -EAGAIN && !run->watchdog.paused && outruns(run)) {
        pause_run(run);
        return;
    }
    if (r == -EAGAIN)
        r = sampler_look(run->watchdog.sampler, &sample, &error);
    if (r == 0 && sample.asleep)
        sample = run->watchdog.last;
    else if (r == 0)
        r = settle(run, &sample, &error);
    if (r < 0 && r != -ESRCH) {
        run_fail(run, &error);
        return;
    }
    judge(run, &sample, own_cpu_ns() - start_ns);
    if (run->breach == CUPEL_LIMIT_NONE)
        resume_run(run);
    run->watchdog.last = sample;
    run->watchdog.last.asleep = true; /* which it is when this is needed again */
}

static void check_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    uint64_t expirations;

    (void)events;
    if (read(source->fd, &expirations, sizeof(expirations)) < 0)
        return;
    if (run->watchdog.pauses && !run->watchdog.paused)
        pause_run(run);
    else if (is_stopping(run))
        run_watch_arm(run, &run->check, STOPPING_NS);
    else
        look(run);
}

/* Standard streams may be memory of our own. */
static void find_streams(const int stdio[static 3], struct sampler_stream ret[static 3])
{
    struct stat st;

    for (int i = 0; i < 3; i++) {
        if (fstat(stdio[i], &st) == 0)
            ret[i] = (struct sampler_stream){st.st_dev, st.st_ino};
    }
}

int watchdog_open(struct cupel_run *run, const int stdio[static 3], struct cupel_error *err)
{
    run->check = (struct cupel_source){-1, check_ready, run};
    find_streams(stdio, run->watchdog.streams);
    if (run->request.box == CUPEL_BOX_DIRECT)
        run->scratch_base_bytes = run_box_bytes(run);
    return run_watch_open_timer(run, &run->check, err);
}

void watchdog_started(struct cupel_run *run)
{
    struct sampler_sources sources = {.proc_fd = run->proc_fd,
                                      .sockets_fd = run->sockets_fd,
                                      .segments_fd = run->segments_fd,
                                      .reaped_fd = run->reaped_fd,
                                      .internet = run->cell->network == CUPEL_NETWORK_LOOPBACK};
    const struct sample nothing = {0};
    struct cupel_error error = {0};

    run->watchdog.looked_before_ns = run->watchdog.looked_ns = base_now_ns();
    memcpy(sources.streams, run->watchdog.streams, sizeof(sources.streams));
    if (sampler_new(&sources, &run->watchdog.sampler, &error) < 0)
        run_fail(run, &error);
    else
        arm(run, &nothing, 0);
}

void watchdog_killed(struct cupel_run *run)
{
    if (run->watchdog.sampler != NULL && run->breach == CUPEL_LIMIT_MEMORY)
        sampler_kill(run->watchdog.sampler);
    loop_set_urgent(run->loop, &run->watchdog.urgent, false);
}

void watchdog_close(struct cupel_run *run)
{
    loop_set_urgent(run->loop, &run->watchdog.urgent, false);
    sampler_free(run->watchdog.sampler);
    run->watchdog.sampler = NULL;
}
