/*
 * What a run's processes use right now, read from the run's own /proc. Serves the CPU deadline
 * and the memory watchdog where no cgroup does.
 */
#ifndef CUPEL_SANDBOX_SAMPLE_H
#define CUPEL_SANDBOX_SAMPLE_H

#include <stdint.h>

#include "cupel/error.h"

struct sample {
    uint64_t cpu_ns; /* of living processes, and of those that they or init have reaped */
    uint64_t
        memory_bytes;   /* anonymous and shared memory; shared pages count for each process */
    uint64_t processes; /* threads count as well; init does not */
};

/*
 * proc_fd: the run's /proc (borrowed). ret: on success only. Processes that end meanwhile are
 * left out. Returns 0; -ESRCH if the run has ended; -errno.
 */
CUPEL_MUST_CHECK int sample_take(int proc_fd, struct sample *ret, struct cupel_error *err);

/* As memory_bytes, but shared pages are divided among those that share them (slow). */
CUPEL_MUST_CHECK int sample_proportional_memory(int proc_fd, uint64_t *ret,
                                                struct cupel_error *err);

/*
 * Figures of one /proc/PID/stat: CPU time of the process (own_ticks) and of what it reaped
 * (reaped_ticks), in clock ticks, and its threads. Pure. Returns 0 or -EPROTO. Source: proc(5).
 */
struct sample_stat {
    uint64_t own_ticks;
    uint64_t reaped_ticks;
    uint64_t threads;
};
CUPEL_MUST_CHECK int sample_parse_stat(const char *text, struct sample_stat *ret);

/* The number of KiB behind "NAME:" in a text of lines "NAME: N kB", in bytes; 0 if absent.
 * Pure. */
uint64_t sample_parse_kib(const char *text, const char *name);

#endif
