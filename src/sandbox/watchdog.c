/*
 * CPU time and memory of a run, where no control group limits them. Both can only be looked at;
 * so the check timer is set to the earliest time at which a limit can be reached: what is left
 * of the CPU time divided by the processors, what is left of the memory divided by the speed at
 * which memory can be filled. A program far from its limits is looked at a few times, one close
 * to them more and more often.
 */
#include <errno.h>
#include <linux/magic.h>
#include <sys/epoll.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "sandbox/run_internal.h"
#include "sandbox/sample.h"

/* How fast one processor fills memory at the most: huge pages cleared by the kernel, with room.
 */
#define FILL_BYTES_PER_US 8192U

/* Looking more often than this costs more than it tells. */
#define CHECK_NS_MIN 2000000U

static uint64_t left(uint64_t limit, uint64_t used)
{
    return used < limit ? limit - used : 0;
}

static void arm_check(struct cupel_run *run, uint64_t cpu_ns, uint64_t memory_bytes)
{
    const struct cupel_limits *limits = &run->request.limits;
    unsigned count = run->cell->processors;
    uint64_t cpu_after = left(limits->cpu_ns, cpu_ns) / count;
    uint64_t memory_after =
        left(limits->memory_bytes, memory_bytes) / FILL_BYTES_PER_US * 1000U / count;
    uint64_t after = cpu_after;

    if (memory_after < after)
        after = memory_after;
    /* A run that sleeps just below its limit must not keep us busy. */
    run_watch_arm(&run->check, after < CHECK_NS_MIN ? CHECK_NS_MIN : after);
}

/* What the run keeps in tmpfs is memory as well. */
static uint64_t scratch_bytes(int fd, uint64_t *ret_size)
{
    struct statfs fs;

    *ret_size = 0;
    if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != TMPFS_MAGIC)
        return 0; /* a folder of the host's may be bound at /box */
    *ret_size = (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize;
    return (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
}

static uint64_t box_bytes(const struct cupel_run *run)
{
    uint64_t size;

    return scratch_bytes(run->cell->box_fd, &size);
}

static uint64_t tmpfs_bytes(const struct cupel_run *run)
{
    uint64_t size;
    uint64_t bytes = scratch_bytes(run->scratch_fd, &size);

    /* It is larger than the quota by the copy of the box in it. */
    bytes = left(bytes, left(size, run->request.limits.disk_bytes));
    if (run->request.box == CUPEL_BOX_DIRECT)
        bytes += left(box_bytes(run), run->scratch_base_bytes);
    return bytes;
}

/* Pages that several processes share were counted for each: look again, exactly, before
 * judging. */
static int settle_memory(const struct cupel_run *run, struct sample *sample,
                         struct cupel_error *err)
{
    if (sample->memory_bytes + tmpfs_bytes(run) <= run->request.limits.memory_bytes ||
        sample->processes < 2)
        return 0;
    return sample_proportional_memory(run->proc_fd, &sample->memory_bytes, err);
}

static void check_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    const struct cupel_limits *limits = &run->request.limits;
    struct cupel_error error = {0};
    struct sample sample = {0};
    uint64_t expirations;

    (void)events;
    if (read(source->fd, &expirations, sizeof(expirations)) < 0)
        return;
    int r = sample_take(run->proc_fd, &sample, &error);
    if (r == 0)
        r = settle_memory(run, &sample, &error);
    if (r < 0 && r != -ESRCH) {
        run_fail(run, &error);
        return;
    }
    uint64_t memory = sample.memory_bytes + tmpfs_bytes(run);
    if (sample.cpu_ns > run->cpu_ns)
        run->cpu_ns = sample.cpu_ns;
    if (memory > run->memory_peak_bytes)
        run->memory_peak_bytes = memory;
    if (sample.processes > run->processes_peak)
        run->processes_peak = sample.processes;
    if (memory > limits->memory_bytes)
        run_breach(run, CUPEL_LIMIT_MEMORY);
    else if (run->cell->is_root && sample.processes > limits->processes)
        run_breach(run, CUPEL_LIMIT_PROCESSES);
    else if (sample.cpu_ns >= limits->cpu_ns)
        run_breach(run, CUPEL_LIMIT_CPU_TIME);
    else
        arm_check(run, sample.cpu_ns, memory);
}

int watchdog_open(struct cupel_run *run, struct cupel_error *err)
{
    run->check = (struct cupel_source){-1, check_ready, run};
    int r = run_watch_open_timer(run, &run->check, err);
    if (r == 0 && run->request.box == CUPEL_BOX_DIRECT)
        run->scratch_base_bytes = box_bytes(run);
    return r;
}

void watchdog_started(struct cupel_run *run)
{
    arm_check(run, 0, 0);
}
