/* What a run may use. Pure data; a policy gives it, a grader narrows it, the sandbox enforces
 * it. */
#ifndef CUPEL_LIMITS_H
#define CUPEL_LIMITS_H

#include <stdint.h>

struct cupel_limits {
    uint64_t wall_ns;      /* real time from start to end */
    uint64_t cpu_ns;       /* user + system time of all processes of the run together */
    uint64_t memory_bytes; /* resident memory of all processes, and what they keep in tmpfs */
    uint64_t processes;    /* processes and threads at the same time */
    uint64_t open_files;   /* RLIMIT_NOFILE of each process */
    uint64_t file_size_bytes; /* RLIMIT_FSIZE of each file */
    uint64_t disk_bytes;      /* size of the tmpfs that holds what the run writes */
    uint64_t inodes;          /* nr_inodes of that tmpfs */
    uint64_t output_bytes;    /* standard output and standard error together */
    uint64_t stdout_bytes;    /* standard output alone; never above output_bytes */
    uint64_t stderr_bytes;    /* standard error alone; never above output_bytes */
    uint64_t stack_bytes;     /* RLIMIT_STACK */
    uint64_t cpus_milli;      /* thousandths of a processor at a time; needs a cgroup */
};

/* Of cpus_milli: as many as there are. */
#define CUPEL_CPUS_ALL 1024000U

/* Which limit ended a run; the names are those of the field `limit` in cupel.run/1. */
enum cupel_limit {
    CUPEL_LIMIT_NONE,
    CUPEL_LIMIT_WALL_TIME,
    CUPEL_LIMIT_CPU_TIME,
    CUPEL_LIMIT_MEMORY,
    CUPEL_LIMIT_PROCESSES,
    CUPEL_LIMIT_OUTPUT,
    CUPEL_LIMIT_DISK,
    CUPEL_LIMIT_FILE_SIZE,
    CUPEL_LIMIT_OPEN_FILES,
};

/* Indexed by the enum, NULL-terminated; that of CUPEL_LIMIT_NONE is "none". */
extern const char *const cupel_limit_names[];

/* "wall_time", "memory", …; NULL for CUPEL_LIMIT_NONE. Static storage. */
const char *cupel_limit_name(enum cupel_limit limit);

#endif
