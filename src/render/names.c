#include "render/names.h"

#include <stddef.h>

#include "cupel/outcome.h"

const char *const render_run_status_names[] = {
    [CUPEL_RUN_EXITED] = "exited",        [CUPEL_RUN_SIGNALED] = "signaled",
    [CUPEL_RUN_LIMIT] = "limit",          [CUPEL_RUN_SANDBOX_ERROR] = "sandbox_error",
    [CUPEL_RUN_SANDBOX_ERROR + 1] = NULL,
};

const char *const render_mechanism_names[] = {
    [CUPEL_BY_NONE] = "none",         [CUPEL_BY_CGROUP] = "cgroup",
    [CUPEL_BY_WATCHDOG] = "watchdog", [CUPEL_BY_RLIMIT] = "rlimit",
    [CUPEL_BY_RUSAGE] = "rusage",     [CUPEL_BY_RUSAGE + 1] = NULL,
};

const char *const render_network_names[] = {
    [CUPEL_NETWORK_NONE] = "none",
    [CUPEL_NETWORK_LOOPBACK] = "loopback",
    [CUPEL_NETWORK_LOOPBACK + 1] = NULL,
};

const char *const render_separation_names[] = {"judge", "in-process", NULL};

const char *const render_order_names[] = {"asc", "desc", NULL};
