#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "sandbox/sample_internal.h"

/* From Linux 6.11 on; Debian 12's headers do not have it. */
#ifndef NS_GET_TGID_FROM_PIDNS
#define NS_GET_TGID_FROM_PIDNS _IOR(0xb7, 0x7, int)
#endif

/* CLOCK_PROCESS_CPUTIME_ID of another process, as clock_getcpuclockid(3) makes it. */
#define CPU_CLOCK_OF(pid) ((clockid_t)((~(unsigned)(pid) << 3) | 2U))

/* Without clocks a thread that runs is seen to by the scheduler's tick alone, 10 ms at the
 * most.
 */
#define TICKS_SURE_NS 20000000U

#define KEPT_OPEN_MAX 64U /* files, of all processes of a run */

#define STACK_BYTES 16384U /* of a thread in the kernel, on x86-64 and arm64 */

/* Before any process is found in it, the pid namespace cannot be asked. */
static void find_namespace(struct sampler *sampler, int pid)
{
    char path[32];

    if (sampler->pidns_fd >= 0)
        return;
    (void)snprintf(path, sizeof(path), "%d/ns/pid", pid);
    sampler->pidns_fd = openat(sampler->sources.proc_fd, path, O_RDONLY | O_CLOEXEC);
}

int sample_process_own_pid(struct sampler *sampler, int pid)
{
    find_namespace(sampler, pid);
    return sampler->pidns_fd < 0 ? -1 : ioctl(sampler->pidns_fd, NS_GET_TGID_FROM_PIDNS, pid);
}

bool sample_process_exists(const struct sampler *sampler, const struct sample_process *process)
{
    char path[16];

    if (process->has_clock)
        return ioctl(sampler->pidns_fd, NS_GET_TGID_FROM_PIDNS, process->pid) > 0;
    (void)snprintf(path, sizeof(path), "%d", process->pid);
    return faccessat(sampler->sources.proc_fd, path, F_OK, 0) == 0;
}

/*
 * The process's CPU clock, which needs its pid in our own namespace: of all threads, those that
 * ended included.
 */
static bool read_clock(struct sampler *sampler, int pid, uint64_t *ret)
{
    struct timespec time;

    int own_pid = sample_process_own_pid(sampler, pid);
    if (own_pid <= 0 || clock_gettime(CPU_CLOCK_OF(own_pid), &time) < 0)
        return false;
    *ret = (uint64_t)time.tv_sec * CUPEL_NS_PER_S + (uint64_t)time.tv_nsec;
    return true;
}

/* Opening a file of /proc takes longer than reading it. */
static int read_kept(struct sampler *sampler, int pid, const char *file, int *kept_fd)
{
    char path[32];

    if (*kept_fd >= 0)
        return proc_read_again(*kept_fd, sampler->text);
    (void)snprintf(path, sizeof(path), "%d/%s", pid, file);
    if (sampler->kept_open >= KEPT_OPEN_MAX)
        return proc_read(sampler->sources.proc_fd, path, sampler->text);
    *kept_fd = openat(sampler->sources.proc_fd, path, O_RDONLY | O_CLOEXEC);
    if (*kept_fd < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    sampler->kept_open++;
    return proc_read_again(*kept_fd, sampler->text);
}

static void close_kept(struct sampler *sampler, int *kept_fd)
{
    if (*kept_fd >= 0)
        sampler->kept_open--;
    cupel_close_p(kept_fd);
    *kept_fd = -1;
}

static int read_stat(struct sampler *sampler, struct sample_process *process,
                     struct proc_stat *ret)
{
    int r = read_kept(sampler, process->pid, "stat", &process->stat_fd);

    return r == 0 ? proc_parse_stat(sampler->text, ret) : r;
}

/* What the scheduler knows of the threads that live. */
static struct proc_schedstat read_threads(struct sampler *sampler, int pid)
{
    struct proc_schedstat sum = {0};
    char path[300];

    (void)snprintf(path, sizeof(path), "%d/task", pid);
    DIR *folder = proc_open_folder(sampler->sources.proc_fd, path);
    if (folder == NULL)
        return sum;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        (void)snprintf(path, sizeof(path), "%s/schedstat", entry->d_name);
        if (entry->d_name[0] == '.' || proc_read(dirfd(folder), path, sampler->text) < 0)
            continue;
        struct proc_schedstat thread = proc_parse_schedstat(sampler->text);
        sum.cpu_ns += thread.cpu_ns;
        sum.slices += thread.slices;
    }
    (void)closedir(folder);
    return sum;
}

static uint64_t tick_ns(void)
{
    return CUPEL_NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
}

static int read_slices(struct sampler *sampler, struct sample_process *process, uint64_t *ret)
{
    if (process->threads != 1) {
        *ret = read_threads(sampler, process->pid).slices;
        return 0;
    }
    int r = read_kept(sampler, process->pid, "schedstat", &process->schedstat_fd);
    if (r == 0)
        *ret = proc_parse_schedstat(sampler->text).slices;
    return r;
}

/*
 * Whether a process whose CPU time is what it was may have run nevertheless. The time of a
 * thread that runs is brought up to date by the scheduler's tick; how often threads got a
 * processor, at once. So a process runs if that has changed, if its only thread runs now, or,
 * with more than one, if they may have run on without a tick.
 */
static int runs_unseen(struct sampler *sampler, struct sample_process *process, uint64_t now)
{
    struct proc_stat stat = {0};
    uint64_t slices = 0;

    int r = read_slices(sampler, process, &slices);
    if (r < 0)
        return r;
    if (slices != process->slices) {
        process->slices = slices;
        process->changed_ns = now;
        return 1;
    }
    if (now - process->changed_ns >= TICKS_SURE_NS)
        return 0;
    if (process->threads != 1)
        return 1;
    r = read_stat(sampler, process, &stat);
    return r < 0 ? r : stat.running;
}

/* Without clocks: what ended threads used is in ticks alone. */
static int read_cpu(struct sampler *sampler, struct sample_process *process, uint64_t *ret)
{
    struct proc_stat stat = {0};

    int r = read_stat(sampler, process, &stat);
    if (r < 0)
        return r;
    uint64_t threads_ns = read_threads(sampler, process->pid).cpu_ns;
    uint64_t ticks_ns = stat.own_ticks * tick_ns();
    *ret = threads_ns > ticks_ns ? threads_ns : ticks_ns;
    if (*ret < process->cpu_ns) /* a thread has ended */
        *ret = process->cpu_ns;
    return 0;
}

int sample_process_wake(struct sampler *sampler, struct sample_process *process)
{
    uint64_t now = base_now_ns();
    uint64_t cpu_ns = 0;
    int r = 0;

    process->has_clock = read_clock(sampler, process->pid, &cpu_ns);
    if (!process->has_clock)
        r = read_cpu(sampler, process, &cpu_ns);
    if (r < 0)
        return r;
    if (process->changed_ns == 0 || cpu_ns != process->cpu_ns) {
        process->cpu_ns = cpu_ns;
        process->changed_ns = now;
        return 1;
    }
    return runs_unseen(sampler, process, now);
}

/* Who has ended has no memory. */
static bool has_memory(const char *status)
{
    return proc_has(status, "RssAnon");
}

/* A process whose first thread has ended goes on with the others, and shows its memory and its
 * descriptors by those alone. */
bool sample_process_find_view(struct sampler *sampler, struct sample_process *process)
{
    char path[300];
    bool found = false;

    close_kept(sampler, &process->status_fd);
    (void)snprintf(path, sizeof(path), "%d/task", process->pid);
    DIR *folder = proc_open_folder(sampler->sources.proc_fd, path);
    if (folder == NULL)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;) {
        (void)snprintf(path, sizeof(path), "%s/status", entry->d_name);
        if (entry->d_name[0] == '.' || proc_read(dirfd(folder), path, sampler->text) < 0)
            continue;
        found = has_memory(sampler->text);
        if (found)
            process->view = (int)strtol(entry->d_name, NULL, 10);
    }
    (void)closedir(folder);
    return found;
}

static int read_status(struct sampler *sampler, struct sample_process *process)
{
    const char *text = sampler->text;

    int r = read_kept(sampler, process->view, "status", &process->status_fd);
    bool is_blind = r == -ESRCH ? process->view != process->pid
                                : r == 0 && process->threads > 1 && !has_memory(text);
    if (is_blind && sample_process_find_view(sampler, process))
        r = 0;
    else if (is_blind && process->threads > 1)
        return 0; /* its threads come and go: what was seen of it stays */
    if (r < 0)
        return r;
    process->anonymous_bytes = proc_parse_kib(text, "RssAnon") + proc_parse_kib(text, "VmSwap");
    process->shared_bytes = proc_parse_kib(text, "RssShmem");
    process->kernel_bytes = proc_parse_kib(text, "VmPTE") +
                            proc_parse_kib(text, "HugetlbPages") +
                            process->threads * STACK_BYTES + process->objects_bytes;
    return 0;
}

int sample_process_see(struct sampler *sampler, struct sample_process *process)
{
    struct proc_stat stat = {0};

    int r = read_stat(sampler, process, &stat);
    if (r < 0)
        return r;
    process->reaped_ns = stat.reaped_ticks * tick_ns();
    process->threads = stat.threads;
    return read_status(sampler, process);
}

int sample_process_read(struct sampler *sampler, struct sample_process *process)
{
    int r = sample_process_see(sampler, process);

    if (r < 0)
        return r;
    process->settled = false;
    sample_objects_ran(sampler, process);
    return sample_held_read(sampler, process);
}

void sample_process_clear(struct sampler *sampler, struct sample_process *process)
{
    close_kept(sampler, &process->stat_fd);
    close_kept(sampler, &process->status_fd);
    close_kept(sampler, &process->schedstat_fd);
    process->view = process->pid;
    free(process->held);
    process->held = NULL;
    process->held_count = 0;
}
