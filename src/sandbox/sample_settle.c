/* The slow and exact way to a run's memory: smaps(5). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "sandbox/sample_internal.h"

struct settlement {
    struct sampler *sampler;
    struct sample_held *held;
    size_t held_count;
};

/* What is in files of the run's own tmpfs is counted there, what is in segments and behind
 * descriptors likewise: of what is mapped, the rest is left. */
static bool is_counted_here(const struct settlement *settlement,
                            const struct proc_mapping *mapping)
{
    uint64_t device = makedev(mapping->major, mapping->minor);

    return device == settlement->sampler->memory_device && !mapping->is_segment &&
           !sample_held_has(settlement->held, settlement->held_count, device, mapping->inode);
}

/* Of a private mapping, what was written to is anonymous. */
static uint64_t without(uint64_t pss, uint64_t anonymous)
{
    return pss > anonymous ? pss - anonymous : 0;
}

/* Pages of the kernel's own tmpfs that are mapped, each divided among those that map it. */
static int add_mappings(const struct settlement *settlement, int pid, uint64_t *bytes)
{
    char path[32];
    struct proc_mapping mapping;
    char *line = NULL;
    size_t size = 0;
    uint64_t pss = 0;
    bool counts = false;

    (void)snprintf(path, sizeof(path), "%d/smaps", pid);
    int fd = openat(settlement->sampler->sources.proc_fd, path, O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (file == NULL) {
        int r = errno == ENOENT ? -ESRCH : -errno;
        cupel_close_p(&fd);
        return r;
    }
    while (getline(&line, &size, file) > 0) {
        if (proc_parse_mapping(line, &mapping))
            counts = is_counted_here(settlement, &mapping);
        else if (strncmp(line, "Pss:", 4) == 0)
            pss = proc_parse_kib(line, "Pss");
        else if (counts && strncmp(line, "Anonymous:", 10) == 0)
            *bytes += without(pss, proc_parse_kib(line, "Anonymous"));
    }
    free(line);
    (void)fclose(file);
    return 0;
}

/* A page that is shared counts half in pss at the most. */
static uint64_t unshared(uint64_t pss, uint64_t rss)
{
    return 2 * pss > rss ? 2 * pss - rss : 0;
}

struct settled {
    uint64_t bytes;
    uint64_t sure_bytes;
};

static int read_settled(const struct settlement *settlement,
                        const struct sample_process *process, struct settled *ret)
{
    struct sampler *sampler = settlement->sampler;
    char path[32];
    int r = 0;

    *ret = (struct settled){process->anonymous_bytes, process->anonymous_bytes};
    if (sampler->count > 1) { /* or there is nobody to share with */
        (void)snprintf(path, sizeof(path), "%d/smaps_rollup", process->view);
        r = proc_read(sampler->sources.proc_fd, path, sampler->text);
        ret->bytes = proc_parse_kib(sampler->text, "Pss_Anon") +
                     proc_parse_kib(sampler->text, "SwapPss");
        ret->sure_bytes = unshared(ret->bytes, proc_parse_kib(sampler->text, "Anonymous"));
    }
    return r == 0 && process->shared_bytes > 0
               ? add_mappings(settlement, process->view, &ret->bytes)
               : r;
}

static int settle_process(const struct settlement *settlement, struct sample_process *process)
{
    struct settled settled;

    int r = read_settled(settlement, process, &settled);
    if (r == -ESRCH && process->threads > 1) { /* of a thread that has just ended */
        if (sample_process_find_view(settlement->sampler, process))
            r = read_settled(settlement, process, &settled);
        if (r == -ESRCH) {
            settled = (struct settled){process->anonymous_bytes + process->shared_bytes, 0};
            r = 0;
        }
    }
    if (r < 0)
        return r;
    process->settled = true;
    process->settled_bytes = settled.bytes + process->kernel_bytes;
    process->sure_bytes = settled.sure_bytes + process->kernel_bytes;
    return 0;
}

static uint64_t held_bytes(const struct settlement *settlement)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < settlement->held_count; i++) {
        const struct sample_held *held = &settlement->held[i];
        bytes += held->kind == SAMPLE_PIPE ? sample_held_pipe(settlement->sampler, held)
                                           : held->bytes;
    }
    return bytes;
}

int sampler_settle(struct sampler *sampler, bool all, struct sampler_settled *ret,
                   struct cupel_error *err)
{
    struct settlement settlement = {.sampler = sampler};
    struct sampler_settled settled = {.complete = true};

    int r = sample_held_merge(sampler, &settlement.held, &settlement.held_count);
    for (size_t i = 0; r == 0 && i < sampler->count; i++) {
        struct sample_process *process = &sampler->processes[i];
        if (all || !process->settled)
            r = settle_process(&settlement, process);
        else
            settled.complete = false;
        if (r == 0) {
            settled.bytes += process->settled_bytes;
            settled.sure_bytes += process->sure_bytes;
        } else if (r == -ESRCH) { /* it ended between two looks */
            r = 0;
        }
    }
    uint64_t kernel_bytes =
        r == 0 ? held_bytes(&settlement) + sample_segments(sampler) +
                     sample_sockets(sampler->sources.sockets_fd, sampler->sources.internet)
               : 0;
    free(settlement.held);
    if (r < 0)
        return cupel_fail(err, r, "measure the run: %s", strerrordesc_np(-r));
    settled.bytes += kernel_bytes;
    settled.sure_bytes += kernel_bytes;
    *ret = settled;
    return 0;
}
