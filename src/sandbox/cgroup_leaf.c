#include "sandbox/cgroup_leaf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/outcome.h"
#include "cupel/units.h"
#include "sandbox/cgroup_files.h"
#include "sandbox/cgroup_internal.h"

#define EMPTY_MS 5000

/* Microseconds; the kernel's default, and fine enough that a run is never held for long. */
#define CPU_PERIOD_US 100000

static int limit_memory(int leaf_fd, const struct cupel_limits *limits)
{
    int r = cgroup_write_number(leaf_fd, "memory.max", limits->memory_bytes);
    if (r == 0)
        r = cgroup_write(leaf_fd, "memory.oom.group", "1");
    if (r < 0)
        return r;
    r = cgroup_write(leaf_fd, "memory.swap.max", "0");
    return r == -ENOENT ? 0 : r; /* a kernel that cannot swap */
}

static int limit_cpu(int leaf_fd, const struct cupel_limits *limits)
{
    char text[48];

    if (limits->cpus_milli == CUPEL_CPUS_ALL)
        return 0;
    (void)snprintf(text, sizeof(text), "%" PRIu64 " %d",
                   limits->cpus_milli * CPU_PERIOD_US / 1000, CPU_PERIOD_US);
    return cgroup_write(leaf_fd, "cpu.max", text);
}

static int set_limits(const struct cgroup_leaf *leaf, const struct cupel_limits *limits,
                      struct cupel_error *err)
{
    unsigned controllers = cupel_cgroup_controllers(leaf->cgroup);
    int r = 0;

    if ((controllers & CUPEL_CGROUP_MEMORY) != 0)
        r = limit_memory(leaf->fd, limits);
    if (r == 0 && (controllers & CUPEL_CGROUP_PIDS) != 0)
        r = cgroup_write_number(leaf->fd, "pids.max", limits->processes);
    if (r == 0 && (controllers & CUPEL_CGROUP_CPU) != 0)
        r = limit_cpu(leaf->fd, limits);
    return r < 0 ? cupel_fail(err, r, "limit the cgroup of a run: %s", strerrordesc_np(-r)) : 0;
}

int cgroup_leaf_make(struct cupel_cgroup *cgroup, const struct cupel_limits *limits,
                     struct cgroup_leaf *ret, struct cupel_error *err)
{
    struct cgroup_leaf leaf = {.cgroup = cgroup, .fd = -1, .cpu_fd = -1};

    (void)snprintf(leaf.name, sizeof(leaf.name), "run-%" PRIu64, ++cgroup->run_count);
    leaf.fd = cgroup_job_make_leaf(&cgroup->job, leaf.name);
    if (leaf.fd < 0)
        return cupel_fail(err, leaf.fd, "make the cgroup of a run: %s",
                          strerrordesc_np(-leaf.fd));
    leaf.cpu_fd = openat(leaf.fd, "cpu.stat", O_RDONLY | O_CLOEXEC);
    int r = leaf.cpu_fd < 0 ? cupel_fail_errno(err, "open cpu.stat of a run")
                            : set_limits(&leaf, limits, err);
    if (r < 0) {
        cgroup_leaf_remove(&leaf);
        return r;
    }
    *ret = leaf;
    return 0;
}

void cgroup_leaf_kill(const struct cgroup_leaf *leaf)
{
    if (leaf->cgroup != NULL)
        (void)!cgroup_write(leaf->fd, "cgroup.kill", "1"); /* its init kills as well */
}

int cgroup_leaf_freeze(const struct cgroup_leaf *leaf, bool now)
{
    return cgroup_write(leaf->fd, "cgroup.freeze", now ? "1" : "0");
}

static int read_cpu(const struct cgroup_leaf *leaf, char text[static CGROUP_TEXT])
{
    ssize_t n = pread(leaf->cpu_fd, text, CGROUP_TEXT - 1, 0);

    if (n < 0)
        return -errno;
    text[n] = '\0';
    return 0;
}

int cgroup_leaf_cpu(const struct cgroup_leaf *leaf, uint64_t *ret_ns)
{
    char text[CGROUP_TEXT];
    int r = read_cpu(leaf, text);

    if (r < 0)
        return r;
    uint64_t used_us = cgroup_find_key(text, "usage_usec");
    if (used_us == UINT64_MAX)
        return -EPROTO;
    *ret_ns = used_us * CUPEL_NS_PER_US;
    return 0;
}

int cgroup_leaf_memory(const struct cgroup_leaf *leaf, uint64_t *ret)
{
    return cgroup_read_number(leaf->fd, "memory.current", ret);
}

/* Whether a file of events counts one of those named. */
static bool has_happened(int leaf_fd, const char *file, const char *const *events)
{
    char text[CGROUP_TEXT];

    if (cgroup_read(leaf_fd, file, text, sizeof(text)) < 0)
        return false;
    for (; *events != NULL; events++) {
        uint64_t count = cgroup_find_key(text, *events);
        if (count != UINT64_MAX && count > 0)
            return true;
    }
    return false;
}

static uint64_t read_peak(int leaf_fd, const char *file)
{
    uint64_t peak;

    return cgroup_read_number(leaf_fd, file, &peak) == 0 ? peak : CUPEL_UNKNOWN;
}

int cgroup_leaf_read(const struct cgroup_leaf *leaf, struct cgroup_figures *ret)
{
    static const char *const own_events[] = {"oom", NULL}; /* at the run's own limit */
    static const char *const kill_events[] = {"oom_kill", "oom_group_kill", NULL};
    static const char *const pids_events[] = {"max", NULL};
    char text[CGROUP_TEXT];
    int r = read_cpu(leaf, text);

    if (r < 0)
        return r;
    uint64_t user_us = cgroup_find_key(text, "user_usec");
    uint64_t system_us = cgroup_find_key(text, "system_usec");
    if (user_us == UINT64_MAX || system_us == UINT64_MAX)
        return -EPROTO;
    *ret = (struct cgroup_figures){
        .user_ns = user_us * CUPEL_NS_PER_US,
        .system_ns = system_us * CUPEL_NS_PER_US,
        .memory_peak_bytes = read_peak(leaf->fd, "memory.peak"),
        .processes_peak = read_peak(leaf->fd, "pids.peak"),
        .out_of_memory = has_happened(leaf->fd, "memory.events", own_events),
        .killed_for_memory = has_happened(leaf->fd, "memory.events", kill_events),
        .out_of_processes = has_happened(leaf->fd, "pids.events", pids_events),
    };
    return 0;
}

void cgroup_leaf_remove(struct cgroup_leaf *leaf)
{
    if (leaf->cgroup == NULL)
        return;
    int r = unlinkat(leaf->cgroup->job.fd, leaf->name, AT_REMOVEDIR);
    if (r < 0 && errno == EBUSY) { /* processes are there yet */
        cgroup_leaf_kill(leaf);
        if (cgroup_wait_empty(leaf->fd, EMPTY_MS) == 0)
            (void)unlinkat(leaf->cgroup->job.fd, leaf->name, AT_REMOVEDIR);
    }
    cupel_close_p(&leaf->cpu_fd);
    cupel_close_p(&leaf->fd);
    *leaf = (struct cgroup_leaf){.cgroup = NULL, .fd = -1, .cpu_fd = -1};
}
