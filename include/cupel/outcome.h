/* How a run ended, with measured figures: the in-memory form of a cupel.run/1 report. */
#ifndef CUPEL_OUTCOME_H
#define CUPEL_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/denied.h"
#include "cupel/limits.h"

/* A figure that could not be measured; rendered as null, never as 0. */
#define CUPEL_UNKNOWN UINT64_MAX

#define CUPEL_SHA256_HEX_SIZE 65 /* 64 digits and NUL */

enum cupel_run_status {
    CUPEL_RUN_EXITED,        /* exit_code is set */
    CUPEL_RUN_SIGNALED,      /* signal is set: the command died of a signal of its own */
    CUPEL_RUN_LIMIT,         /* limit is set: the supervisor or the kernel stopped it */
    CUPEL_RUN_SANDBOX_ERROR, /* the platform's fault; nothing is known of the command */
};

enum cupel_mechanism {
    CUPEL_BY_NONE, /* this host has no mechanism for the limit; rendered as null */
    CUPEL_BY_CGROUP,
    CUPEL_BY_WATCHDOG,
    CUPEL_BY_RLIMIT,
    CUPEL_BY_RUSAGE,
};

enum cupel_network {
    CUPEL_NETWORK_NONE,     /* an isolated namespace in which even lo is down */
    CUPEL_NETWORK_LOOPBACK, /* an isolated namespace with lo up */
};

/* Which layer enforced what in a run. Strings have static storage or that of the policy. */
struct cupel_enforcement {
    enum cupel_mechanism memory;
    enum cupel_mechanism processes;
    enum cupel_mechanism cpu;
    enum cupel_mechanism cpus;
    const char *cgroup; /* where the cgroup came from: "delegated", …; NULL: there is none */
    bool user_namespace;
    enum cupel_network network;
    bool no_new_privs;
    bool no_capabilities;
    int landlock_abi; /* 0: the kernel has no Landlock */
    char seccomp_sha256[CUPEL_SHA256_HEX_SIZE];
    char policy[64];
    char policy_sha256[CUPEL_SHA256_HEX_SIZE];
};

struct cupel_outcome {
    enum cupel_run_status status;
    int exit_code; /* with CUPEL_RUN_EXITED */
    int signal; /* with CUPEL_RUN_SIGNALED, and with CUPEL_RUN_LIMIT if one delivered it; else 0
                 */
    int exec_errno; /* not 0: the command could not be executed; exit_code is 126 or 127 */
    enum cupel_limit limit;
    uint64_t wall_ns;
    uint64_t user_ns;
    uint64_t system_ns;
    uint64_t memory_peak_bytes; /* or CUPEL_UNKNOWN */
    uint64_t processes_peak;    /* or CUPEL_UNKNOWN */
    uint64_t stdout_bytes;      /* written by the command, as far as it was read */
    uint64_t stderr_bytes;
    bool knows_denied; /* false: the host told nobody of denied calls; denied is empty */
    struct cupel_denied
        denied; /* owned by whoever has the outcome last: cupel_denied_clear() */
    struct cupel_limits limits;
    struct cupel_enforcement enforcement;
    char error[252]; /* with CUPEL_RUN_SANDBOX_ERROR: what failed; else empty */
};

#endif
