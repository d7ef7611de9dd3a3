/* The cgroup of one run: its limits while it lasts, and what the kernel counted. */
#ifndef CUPEL_SANDBOX_CGROUP_LEAF_H
#define CUPEL_SANDBOX_CGROUP_LEAF_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/cgroup.h"
#include "cupel/limits.h"

struct cgroup_leaf {
    const struct cupel_cgroup *cgroup; /* NULL: there is none */
    int fd;
    int cpu_fd; /* cpu.stat */
    char name[32];
};

/* What was used; CUPEL_UNKNOWN where this kernel has no such file. */
struct cgroup_figures {
    uint64_t user_ns;
    uint64_t system_ns;
    uint64_t memory_peak_bytes;
    uint64_t processes_peak;
    bool out_of_memory;     /* an allocation failed, or processes were killed, at memory.max */
    bool killed_for_memory; /* processes were killed, there or where all of the host is counted
                             */
    bool out_of_processes;  /* a fork failed at pids.max */
};

/* Make a leaf with these limits, those for which the job has a controller. Returns 0; -errno
 * with err. */
CUPEL_MUST_CHECK int cgroup_leaf_make(struct cupel_cgroup *cgroup,
                                      const struct cupel_limits *limits,
                                      struct cgroup_leaf *ret, struct cupel_error *err);

/* Kill all that is in it, at once. */
void cgroup_leaf_kill(const struct cgroup_leaf *leaf);

/* Stop all that is in it, or let it go on: calls that wait are interrupted, and no signal is
 * sent. -errno; kernels before 5.2 cannot. */
CUPEL_MUST_CHECK int cgroup_leaf_freeze(const struct cgroup_leaf *leaf, bool now);

/* CPU time used so far. Returns 0 and sets *ret, or -errno. */
CUPEL_MUST_CHECK int cgroup_leaf_cpu(const struct cgroup_leaf *leaf, uint64_t *ret_ns);

/* Memory that it holds now, in bytes. Returns 0 and sets *ret, or -errno. */
CUPEL_MUST_CHECK int cgroup_leaf_memory(const struct cgroup_leaf *leaf, uint64_t *ret);

/* All figures. Returns 0 and sets *ret, or -errno. */
CUPEL_MUST_CHECK int cgroup_leaf_read(const struct cgroup_leaf *leaf,
                                      struct cgroup_figures *ret);

/* Kill what is left, remove the cgroup, close. */
void cgroup_leaf_remove(struct cgroup_leaf *leaf);

#endif
