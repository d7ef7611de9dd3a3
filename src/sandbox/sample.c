#include "sandbox/sample.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "sandbox/sample_internal.h"

/* A process of a run is not in this many; a list that grows while it is read ends somewhere. */
#define PROCESSES_MAX 65536

/* So many processes, and twice as many as were known, take long to look at. */
#define CROWD 16U

/* A line each of kernel.shmmni segments, 4096; the file comes from a cell, which may lie. */
#define SEGMENTS_TEXT_MAX (1 << 20)

int sampler_new(const struct sampler_sources *sources, struct sampler **ret,
                struct cupel_error *err)
{
    struct stat st;
    CUPEL_AUTO_FD any = memfd_create("cupel", MFD_CLOEXEC);
    struct sampler *sampler = calloc(1, sizeof(*sampler));

    if (sampler == NULL)
        return cupel_fail_errno(err, "allocate a sampler");
    sampler->sources = *sources;
    sampler->pidns_fd = -1;
    if (any >= 0 && fstat(any, &st) == 0)
        sampler->memory_device = st.st_dev;
    if (fstat(sources->proc_fd, &st) == 0)
        sampler->proc_device = st.st_dev;
    *ret = sampler;
    return 0;
}

void sampler_free(struct sampler *sampler)
{
    if (sampler == NULL)
        return;
    for (size_t i = 0; i < sampler->count; i++)
        sample_process_clear(sampler, &sampler->processes[i]);
    free(sampler->processes);
    cupel_close_p(&sampler->pidns_fd);
    free(sampler);
}

static int compare_pids(const void *a, const void *b)
{
    const struct sample_process *one = a;
    const struct sample_process *other = b;

    return one->pid < other->pid ? -1 : one->pid > other->pid;
}

static int list_pids(int proc_fd, struct sample_process **ret, size_t *ret_count)
{
    DIR *folder = proc_open_folder(proc_fd, ".");
    struct sample_process *list = NULL;
    size_t count = 0;
    int r = 0;

    if (folder == NULL)
        return -errno;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && count < PROCESSES_MAX;) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid <= 1) /* init is ours */
            continue;
        if (count % 64 == 0) {
            struct sample_process *more = realloc(list, (count + 64) * sizeof(*list));
            if (more == NULL) {
                r = -ENOMEM;
                break;
            }
            list = more;
        }
        list[count++] = (struct sample_process){.pid = (int)pid,
                                                .view = (int)pid,
                                                .stat_fd = -1,
                                                .status_fd = -1,
                                                .schedstat_fd = -1};
    }
    (void)closedir(folder);
    if (r < 0) {
        free(list);
        return r;
    }
    if (count > 1)
        qsort(list, count, sizeof(*list), compare_pids);
    *ret = list;
    *ret_count = count;
    return 0;
}

static void forget(struct sampler *sampler, struct sample_process *process)
{
    sampler->gone_ns += process->cpu_ns;
    sample_process_clear(sampler, process);
}

int sample_list_refresh(struct sampler *sampler)
{
    struct sample_process *list = NULL;
    size_t count = 0;
    size_t old = 0;

    int r = list_pids(sampler->sources.proc_fd, &list, &count);
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        while (old < sampler->count && sampler->processes[old].pid < list[i].pid)
            forget(sampler, &sampler->processes[old++]);
        if (old < sampler->count && sampler->processes[old].pid == list[i].pid)
            list[i] = sampler->processes[old++];
    }
    while (old < sampler->count)
        forget(sampler, &sampler->processes[old++]);
    free(sampler->processes);
    sampler->processes = list;
    sampler->count = count;
    return 0;
}

static int refresh_process(struct sampler *sampler, struct sample_process *process)
{
    uint64_t before_ns = process->cpu_ns;

    int r = sample_process_wake(sampler, process);
    if (r >= 0 && process->cpu_ns < before_ns) { /* another one with its pid */
        sampler->gone_ns += before_ns;
        sample_process_clear(sampler, process);
    }
    if (r > 0 || (r == 0 && process->threads == 0))
        r = sample_process_read(sampler, process);
    if (r == 0 && sample_objects_due(process, base_now_ns()))
        sample_objects_read(sampler, process);
    return r;
}

/*
 * A process that ended while we looked may be counted in what its parent reaped. Those that are
 * still there after everything was read are not.
 */
static void drop_gone(struct sampler *sampler)
{
    size_t kept = 0;

    for (size_t i = 0; i < sampler->count; i++) {
        struct sample_process *process = &sampler->processes[i];
        if (process->threads > 0 && sample_process_exists(sampler, process))
            sampler->processes[kept++] = *process;
        else
            forget(sampler, process);
    }
    sampler->count = kept;
}

/* What init itself has reaped, in its own words: to the microsecond, where ticks are late. */
static void read_reaped(struct sampler *sampler)
{
    uint64_t ns;

    if (pread(sampler->sources.reaped_fd, &ns, sizeof(ns), 0) == (ssize_t)sizeof(ns))
        sampler->init_reaped_ns = ns;
}

static int refresh(struct sampler *sampler)
{
    size_t known = sampler->count;
    int r = sample_list_refresh(sampler);

    if (r == 0 && sampler->count >= CROWD && sampler->count >= 2 * known)
        return -EAGAIN;
    for (size_t i = 0; r == 0 && i < sampler->count; i++) {
        r = refresh_process(sampler, &sampler->processes[i]);
        if (r == -ESRCH) { /* it ended between two looks */
            sampler->processes[i].threads = 0;
            r = 0;
        }
    }
    read_reaped(sampler);
    drop_gone(sampler);
    return r;
}

/* Whether a process sleeps; what is known of it stays as the last look had it, but for its open
 * files. */
static bool sleeps(struct sampler *sampler, struct sample_process *process)
{
    struct sample_process copy = *process;
    int r = sample_process_wake(sampler, &copy);

    process->stat_fd = copy.stat_fd;
    process->status_fd = copy.status_fd;
    process->schedstat_fd = copy.schedstat_fd;
    return r == 0;
}

/* Who does not run can neither take memory nor start a process; but what it took before may not
 * be counted yet. */
static bool all_sleep(struct sampler *sampler)
{
    uint64_t now_ns = base_now_ns();

    for (size_t i = 0; i < sampler->count; i++) {
        struct sample_process *process = &sampler->processes[i];
        if (sample_objects_due(process, now_ns) || !sleeps(sampler, process))
            return false;
    }
    return sampler->count > 0;
}

static int add_held(struct sampler *sampler, struct sample *sample)
{
    struct sample_held *held = NULL;
    size_t count = 0;

    int r = sample_held_merge(sampler, &held, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        sample->memory_bytes += held[i].bytes;
        sample->rough = sample->rough || held[i].kind == SAMPLE_PIPE;
    }
    free(held);
    return r;
}

/*
 * At least so much the processes used that are gone. What was reaped is told in ticks, so late;
 * what was seen to go since it was told comes on top of it.
 */
static uint64_t ended_ns(struct sampler *sampler, uint64_t reaped_ns)
{
    sampler->ended_ns += sampler->gone_ns - sampler->gone_before_ns;
    sampler->gone_before_ns = sampler->gone_ns;
    if (reaped_ns > sampler->ended_ns)
        sampler->ended_ns = reaped_ns;
    return sampler->ended_ns;
}

static int add_up(struct sampler *sampler, struct sample *ret)
{
    struct sample sample = {.rough = sampler->count > 1};
    uint64_t reaped_ns = sampler->init_reaped_ns;

    for (size_t i = 0; i < sampler->count; i++) {
        const struct sample_process *process = &sampler->processes[i];
        sample.cpu_ns += process->cpu_ns;
        reaped_ns += process->reaped_ns;
        sample.processes += process->threads;
        sample.memory_bytes +=
            process->anonymous_bytes + process->shared_bytes + process->kernel_bytes;
        sample.rough = sample.rough || process->shared_bytes > 0;
    }
    sample.cpu_ns += ended_ns(sampler, reaped_ns);
    if (sample.cpu_ns < sampler->last.cpu_ns)
        sample.cpu_ns = sampler->last.cpu_ns;
    sample.memory_bytes +=
        sample_sockets(sampler->sources.sockets_fd, sampler->sources.internet);
    sample.memory_bytes += sample_segments(sampler);
    int r = add_held(sampler, &sample);
    if (r == 0)
        *ret = sample;
    return r;
}

size_t sampler_count(const struct sampler *sampler)
{
    return sampler->count;
}

int sampler_look(struct sampler *sampler, struct sample *ret, struct cupel_error *err)
{
    sampler->looks++;
    if (all_sleep(sampler)) {
        sampler->last.asleep = true;
        *ret = sampler->last;
        return 0;
    }
    int r = refresh(sampler);
    if (r == 0)
        r = add_up(sampler, &sampler->last);
    if (r == -EAGAIN)
        return r;
    if (r < 0)
        return cupel_fail(err, r, "measure the run: %s", strerrordesc_np(-r));
    *ret = sampler->last;
    return 0;
}

void sampler_kill(const struct sampler *sampler)
{
    char path[16];

    for (size_t i = 0; i < sampler->count; i++) {
        (void)snprintf(path, sizeof(path), "%d", sampler->processes[i].pid);
        CUPEL_AUTO_FD folder =
            openat(sampler->sources.proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0) /* such a folder serves as pidfd */
            (void)syscall(SYS_pidfd_send_signal, folder, SIGKILL, NULL, 0);
    }
}

uint64_t sample_segments(struct sampler *sampler)
{
    uint64_t bytes = 0;
    off_t at = 0;
    ssize_t n;

    if (sampler->sources.segments_fd < 0)
        return 0;
    /* Lines come whole, a page of them at a time. */
    while (at < SEGMENTS_TEXT_MAX && (n = pread(sampler->sources.segments_fd, sampler->text,
                                                PROC_TEXT_SIZE - 1, at)) > 0) {
        sampler->text[n] = '\0';
        bytes += proc_parse_segments(sampler->text);
        at += n;
    }
    return bytes;
}
