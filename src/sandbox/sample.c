#include "sandbox/sample.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/units.h"

/* Before memory, status lists the groups, and a user may be in hundreds. */
#define TEXT_SIZE 65536

/* Numbers of /proc/PID/stat from the fourth on, by their place in proc(5). */
enum {
    FIRST_NUMBER = 4,
    UTIME = 14,
    STIME = 15,
    CUTIME = 16,
    CSTIME = 17,
    NUM_THREADS = 20,
};

int sample_parse_stat(const char *text, struct sample_stat *ret)
{
    uint64_t numbers[NUM_THREADS + 1] = {0};
    /* The name may hold blanks and parentheses; what follows the last one is the state. */
    const char *rest = strrchr(text, ')');

    if (rest == NULL || strlen(rest) < 4)
        return -EPROTO;
    rest += 3;
    for (size_t i = FIRST_NUMBER; i <= NUM_THREADS; i++) {
        char *end;
        numbers[i] = strtoull(rest, &end, 10); /* some are negative, none of those is used */
        if (end == rest)
            return -EPROTO;
        rest = end;
    }
    *ret = (struct sample_stat){numbers[UTIME] + numbers[STIME],
                                numbers[CUTIME] + numbers[CSTIME], numbers[NUM_THREADS]};
    return 0;
}

uint64_t sample_parse_kib(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = text; line != NULL;) {
        if (strncmp(line, name, len) == 0 && line[len] == ':')
            return strtoull(line + len + 1, NULL, 10) * 1024U;
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return 0;
}

/* Read a short file of a process. Returns 0; -ESRCH if the process has ended; -errno. */
static int read_text(int proc_fd, const char *pid, const char *file, char buf[static TEXT_SIZE])
{
    char path[64];

    (void)snprintf(path, sizeof(path), "%.20s/%s", pid, file);
    CUPEL_AUTO_FD fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, TEXT_SIZE - 1);
    if (n < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    buf[n] = '\0';
    return 0;
}

/* stat counts in ticks of 10 ms; the scheduler knows the nanoseconds, but by thread. */
static uint64_t own_cpu_ns(int proc_fd, const char *pid, const struct sample_stat *stat,
                           uint64_t tick_ns)
{
    char text[TEXT_SIZE] = {0};
    uint64_t ns = 0;

    if (stat->threads == 1 && read_text(proc_fd, pid, "schedstat", text) == 0)
        ns = strtoull(text, NULL, 10);
    uint64_t ticks_ns = stat->own_ticks * tick_ns;
    return ns > ticks_ns ? ns : ticks_ns;
}

static int add_process(int proc_fd, const char *pid, struct sample *sample)
{
    char text[TEXT_SIZE] = {0};
    struct sample_stat stat = {0};
    uint64_t tick_ns = CUPEL_NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);

    int r = read_text(proc_fd, pid, "stat", text);
    if (r == 0)
        r = sample_parse_stat(text, &stat);
    if (r < 0)
        return r;
    sample->cpu_ns += stat.reaped_ticks * tick_ns;
    if (strcmp(pid, "1") == 0) /* init itself is ours, what it has reaped is not */
        return 0;
    sample->cpu_ns += own_cpu_ns(proc_fd, pid, &stat, tick_ns);
    sample->processes += stat.threads;
    r = read_text(proc_fd, pid, "status", text);
    if (r < 0)
        return r;
    sample->memory_bytes += sample_parse_kib(text, "RssAnon") +
                            sample_parse_kib(text, "RssShmem") +
                            sample_parse_kib(text, "VmSwap");
    return 0;
}

typedef int visit_fn(int proc_fd, const char *pid, void *owner);

static int visit_processes(int proc_fd, visit_fn *visit, void *owner, struct cupel_error *err)
{
    int list_fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = list_fd < 0 ? NULL : fdopendir(list_fd);

    if (folder == NULL) {
        cupel_close_p(&list_fd);
        return cupel_fail_errno(err, "list the processes of the run");
    }
    int r = 0;
    for (struct dirent *entry; r == 0 && (entry = readdir(folder)) != NULL;) {
        if (isdigit((unsigned char)entry->d_name[0]))
            r = visit(proc_fd, entry->d_name, owner);
        if (r == -ESRCH) /* it ended between two looks */
            r = 0;
    }
    (void)closedir(folder);
    return r < 0 ? cupel_fail(err, r, "measure the run: %s", strerrordesc_np(-r)) : 0;
}

static int visit_sample(int proc_fd, const char *pid, void *owner)
{
    return add_process(proc_fd, pid, owner);
}

int sample_take(int proc_fd, struct sample *ret, struct cupel_error *err)
{
    struct sample sample = {0};

    int r = visit_processes(proc_fd, visit_sample, &sample, err);
    if (r == 0)
        *ret = sample;
    return r;
}

static int visit_proportional(int proc_fd, const char *pid, void *owner)
{
    char text[TEXT_SIZE] = {0};
    uint64_t *total = owner;

    if (strcmp(pid, "1") == 0)
        return 0;
    int r = read_text(proc_fd, pid, "smaps_rollup", text);
    if (r == 0)
        *total += sample_parse_kib(text, "Pss_Anon") + sample_parse_kib(text, "Pss_Shmem") +
                  sample_parse_kib(text, "SwapPss");
    return r;
}

int sample_proportional_memory(int proc_fd, uint64_t *ret, struct cupel_error *err)
{
    uint64_t total = 0;

    int r = visit_processes(proc_fd, visit_proportional, &total, err);
    if (r == 0)
        *ret = total;
    return r;
}
