#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cupel/units.h"
#include "sandbox/run_internal.h"

/* Process 1 and the lane count as well: RLIMIT_NPROC is of the uid in the lane's user
 * namespace. */
#define OWN_PROCESSES 2

/* By which a cgroup is met first: it counts, and tells. */
#define PROCESSES_MARGIN 64

/* Less than any core takes. With 0 the kernel would write none either, but start the host's
 * program for crashes, as root, if kernel.core_pattern is a pipe: see core(5) and
 * fs/coredump.c. */
#define NO_CORE 1

/* One more process than the limit may start, and one more file be opened: seen, it tells that
 * the limit was not enough. */
#define EVIDENCE 1

/* Below this, a tenth of the limit is filled with huge pages in less time than it takes to see
 * and to stop it. */
#define HUGE_PAGES_BYTES (128ULL << 20)

_Static_assert(RLIM_NLIMITS == CUPEL_WIRE_RLIMITS, "every limit of the kernel is in the frame");

static void set_rlimits(const struct cupel_limits *limits,
                        uint64_t rlimits[static RLIM_NLIMITS])
{
    /* The supervisor's deadline comes first; this one ends what it should miss. */
    rlimits[RLIMIT_CPU] = limits->cpu_ns / CUPEL_NS_PER_S + 2;
    rlimits[RLIMIT_FSIZE] = limits->file_size_bytes;
    rlimits[RLIMIT_DATA] = RLIM_INFINITY;
    rlimits[RLIMIT_STACK] = limits->stack_bytes;
    rlimits[RLIMIT_CORE] = NO_CORE;
    rlimits[RLIMIT_RSS] = RLIM_INFINITY; /* without effect since Linux 2.4.30 */
    rlimits[RLIMIT_NPROC] = limits->processes + OWN_PROCESSES + EVIDENCE;
    rlimits[RLIMIT_NOFILE] = limits->open_files + EVIDENCE;
    rlimits[RLIMIT_MEMLOCK] = 65536;
    rlimits[RLIMIT_AS] = RLIM_INFINITY;    /* the watchdog counts page tables */
    rlimits[RLIMIT_LOCKS] = RLIM_INFINITY; /* without effect since Linux 2.4.25 */
    rlimits[RLIMIT_SIGPENDING] = 1024;
    rlimits[RLIMIT_MSGQUEUE] = 0;
    rlimits[RLIMIT_NICE] = 0;
    rlimits[RLIMIT_RTPRIO] = 0;
    rlimits[RLIMIT_RTTIME] = 0;
}

static void add_rule(struct cupel_wire_run *frame, const char *path,
                     enum cupel_wire_access access)
{
    if (frame->rule_count < CUPEL_WIRE_RULES)
        frame->rules[frame->rule_count++] = (struct cupel_wire_rule){path, access};
}

static void add_rules(struct cupel_wire_run *frame, const char *const *paths,
                      enum cupel_wire_access access)
{
    for (; paths != NULL && *paths != NULL; paths++)
        add_rule(frame, *paths, access);
}

/* "null" becomes "/dev/null"; the texts live in storage until the frame is encoded. */
static void add_devices(struct cupel_wire_run *frame, char *const *devices,
                        char storage[static CUPEL_WIRE_RULES][32])
{
    for (size_t i = 0; i < CUPEL_WIRE_RULES && devices[i] != NULL; i++) {
        (void)snprintf(storage[i], sizeof(storage[i]), "/dev/%.20s", devices[i]);
        add_rule(frame, storage[i], CUPEL_WIRE_DEVICE);
    }
}

bool run_listens(const struct cupel_run *run)
{
    const struct cupel_filter *filter = run->request.notify_filter;

    return filter != NULL && filter->count > 0;
}

bool run_has_small_pages(const struct cupel_run *run)
{
    return !run_has_controllers(run, CUPEL_CGROUP_MEMORY) &&
           run->request.limits.memory_bytes < HUGE_PAGES_BYTES;
}

int run_encode(const struct cupel_run *run, void *buf, size_t size, struct cupel_error *err)
{
    const struct cupel_run_request *request = &run->request;
    const struct cupel_policy *policy = request->policy;
    char devices[CUPEL_WIRE_RULES][32];
    struct cupel_wire_run frame = {
        .fresh_box = request->box == CUPEL_BOX_FRESH,
        .loopback = run->cell->network == CUPEL_NETWORK_LOOPBACK &&
                    policy->network == CUPEL_NETWORK_LOOPBACK,
        .has_cgroup = run->leaf.cgroup != NULL,
        .has_report = request->report_fd > 0,
        .has_broker = request->has_broker,
        .keeps_files = request->keeps_files,
        .small_pages = run_has_small_pages(run),
        .more = request->more,
        .disk_bytes = request->limits.disk_bytes,
        .inodes = request->limits.inodes,
        .argv = (const char **)(uintptr_t)request->argv, /* the vectors are only read */
        .environment = (const char **)(uintptr_t)request->environment,
        .chdir = request->chdir == NULL ? "/box" : request->chdir,
        .filter = request->filter->instructions,
        .filter_count = request->filter->count,
    };

    if (run_listens(run)) {
        frame.notify_filter = request->notify_filter->instructions;
        frame.notify_filter_count = request->notify_filter->count;
    }
    set_rlimits(&request->limits, frame.rlimits);
    if (run_has_controllers(run, CUPEL_CGROUP_PIDS))
        frame.rlimits[RLIMIT_NPROC] += PROCESSES_MARGIN;
    add_rule(&frame, "/etc", CUPEL_WIRE_READ);
    add_rule(&frame, "/proc", CUPEL_WIRE_INSPECT);
    add_rule(&frame, "/", CUPEL_WIRE_LIST); /* the cell's root shows what is mounted anyway */
    add_rules(&frame, (const char *const *)policy->read_only, CUPEL_WIRE_READ);
    add_rules(&frame, (const char *const *)policy->writable, CUPEL_WIRE_WRITE);
    add_rules(&frame, request->extra_read_only, CUPEL_WIRE_READ);
    add_rules(&frame, request->extra_writable, CUPEL_WIRE_WRITE);
    for (size_t i = 0; i < run->cell->alias_count; i++)
        add_rule(&frame, run->cell->aliases[i].path, CUPEL_WIRE_WRITE);
    if (request->has_broker)
        add_rule(&frame, "/cupel/exec", CUPEL_WIRE_READ);
    add_devices(&frame, policy->devices, devices);
    if (frame.rule_count == CUPEL_WIRE_RULES)
        return cupel_fail(err, -E2BIG, "policy %s names too many paths", policy->name);
    int len = -ENOMEM;
    frame.files = run_files_list(request, &frame.file_count);
    if (frame.files != NULL || frame.file_count == 0)
        len = cupel_wire_encode_run(&frame, buf, size);
    free(frame.files);
    if (len == -E2BIG)
        return cupel_fail(err, len,
                          "arguments, environment, paths of files and filter do not fit in a "
                          "frame of %d bytes",
                          CUPEL_WIRE_MAX);
    return len < 0 ? cupel_fail(err, len, "ask for a run: %s", strerrordesc_np(-len)) : len;
}
