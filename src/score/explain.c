#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "cupel/text.h"
#include "cupel/units.h"

enum { FIGURE_SIZE = 32 };

static char *explain_memory(const struct cupel_outcome *run)
{
    char used[FIGURE_SIZE];
    char limit[FIGURE_SIZE];
    char *text = NULL;
    int r;

    (void)cupel_units_format_bytes(run->limits.memory_bytes, limit, sizeof(limit));
    if (run->memory_peak_bytes == CUPEL_UNKNOWN) {
        r = asprintf(&text, "ran out of memory; the limit is %s", limit);
    } else {
        /* The kernel refuses memory before the peak is above the limit. */
        bool above = run->memory_peak_bytes > run->limits.memory_bytes;
        (void)cupel_units_format_bytes(run->memory_peak_bytes, used, sizeof(used));
        r = asprintf(&text,
                     above ? "used %s of memory; the limit is %s"
                           : "ran out of memory at %s; the limit is %s",
                     used, limit);
    }
    return r < 0 ? NULL : text;
}

static char *explain_processes(const struct cupel_outcome *run)
{
    char *text = NULL;
    int r;

    if (run->processes_peak == CUPEL_UNKNOWN)
        r = asprintf(&text, "started too many processes or threads; the limit is %" PRIu64,
                     run->limits.processes);
    else
        r = asprintf(&text,
                     "had %" PRIu64
                     " processes or threads and started another; the limit is %" PRIu64,
                     run->processes_peak, run->limits.processes);
    return r < 0 ? NULL : text;
}

static char *explain_output(const struct cupel_outcome *run)
{
    const struct cupel_limits *limits = &run->limits;
    const char *what = "of output";
    uint64_t bytes = limits->output_bytes;
    char limit[FIGURE_SIZE];
    char *text = NULL;

    if (limits->stdout_bytes < bytes && run->stdout_bytes >= limits->stdout_bytes) {
        what = "to standard output";
        bytes = limits->stdout_bytes;
    } else if (limits->stderr_bytes < bytes && run->stderr_bytes >= limits->stderr_bytes) {
        what = "to standard error";
        bytes = limits->stderr_bytes;
    }
    (void)cupel_units_format_bytes(bytes, limit, sizeof(limit));
    return asprintf(&text, "wrote more than %s %s; the limit is %s", limit, what, limit) < 0
               ? NULL
               : text;
}

static char *explain_time(const struct cupel_outcome *run)
{
    bool cpu = run->limit == CUPEL_LIMIT_CPU_TIME;
    char used[FIGURE_SIZE];
    char limit[FIGURE_SIZE];
    char *text = NULL;

    (void)cupel_units_format_duration(cpu ? run->user_ns + run->system_ns : run->wall_ns, used,
                                      sizeof(used));
    (void)cupel_units_format_duration(cpu ? run->limits.cpu_ns : run->limits.wall_ns, limit,
                                      sizeof(limit));
    return asprintf(&text,
                    cpu ? "stopped at %s of CPU time; the limit is %s"
                        : "ran for %s; the limit is %s",
                    used, limit) < 0
               ? NULL
               : text;
}

/* Limits on things, "before N after", or on bytes. */
static char *explain_amount(const char *what, uint64_t limit, bool bytes)
{
    char figure[FIGURE_SIZE];
    char *text = NULL;

    if (bytes)
        (void)cupel_units_format_bytes(limit, figure, sizeof(figure));
    else
        (void)snprintf(figure, sizeof(figure), "%" PRIu64, limit);
    return asprintf(&text, "%s; the limit is %s", what, figure) < 0 ? NULL : text;
}

static char *explain_disk(const struct cupel_limits *limits)
{
    char size[FIGURE_SIZE];
    char *text = NULL;

    (void)cupel_units_format_bytes(limits->disk_bytes, size, sizeof(size));
    return asprintf(&text, "filled its disk; the limit is %s in %" PRIu64 " files", size,
                    limits->inodes) < 0
               ? NULL
               : text;
}

static char *explain_limit(const struct cupel_outcome *run)
{
    const struct cupel_limits *limits = &run->limits;

    switch (run->limit) {
    case CUPEL_LIMIT_WALL_TIME:
    case CUPEL_LIMIT_CPU_TIME:
        return explain_time(run);
    case CUPEL_LIMIT_MEMORY:
        return explain_memory(run);
    case CUPEL_LIMIT_OUTPUT:
        return explain_output(run);
    case CUPEL_LIMIT_PROCESSES:
        return explain_processes(run);
    case CUPEL_LIMIT_DISK:
        return explain_disk(limits);
    case CUPEL_LIMIT_FILE_SIZE:
        return explain_amount("wrote too large a file", limits->file_size_bytes, true);
    case CUPEL_LIMIT_OPEN_FILES:
        return explain_amount("opened too many files at a time", limits->open_files, false);
    case CUPEL_LIMIT_NONE:
        break;
    }
    return strdup("stopped at a limit");
}

/* The kernel does not tell of what it kills for without asking: see cupel_policy_compile(). */
static char *explain_other_entry(void)
{
    return strdup(
        "stopped: it made a system call by the entry of another architecture, which "
        "every policy denies, or raised SIGSYS itself");
}

static char *explain_call(const char *before, const struct cupel_denied_call *call,
                          const char *policy)
{
    char *text = NULL;
    int r = asprintf(&text, "%s called %s, which policy %s denies%s%s", before, call->name,
                     policy, call->why != NULL ? ": " : "", call->why != NULL ? call->why : "");

    return r < 0 ? NULL : text;
}

static char *explain_denied(const struct cupel_outcome *run)
{
    const char *policy = run->enforcement.policy;
    char *text = NULL;

    if (run->denied.fatal != NULL)
        return explain_call("stopped:", run->denied.fatal, policy);
    if (run->knows_denied)
        return explain_other_entry();
    int r =
        policy[0] != '\0'
            ? asprintf(&text, "stopped: it made a system call that policy %s denies", policy)
            : asprintf(&text, "stopped: it made a system call that its policy denies");

    return r < 0 ? NULL : text;
}

static char *explain_signal(const struct cupel_outcome *run)
{
    const char *name = sigabbrev_np(run->signal);
    const char *description = sigdescr_np(run->signal);
    char *text = NULL;
    int r;

    if (run->signal == SIGSYS)
        return explain_denied(run);
    if (name == NULL || description == NULL)
        r = asprintf(&text, "died of signal %d", run->signal);
    else
        r = asprintf(&text, "died of signal SIG%s (%c%s)", name,
                     /* "Segmentation fault", but "I/O possible" */
                     description[1] >= 'a' ? description[0] | 0x20 : description[0],
                     description + 1);
    return r < 0 ? NULL : text;
}

static char *explain_exec(const struct cupel_outcome *run)
{
    const char *why = strerrordesc_np(run->exec_errno);
    char *text = NULL;
    int r = why != NULL ? asprintf(&text, "could not be executed: %s", why)
                        : asprintf(&text, "could not be executed: error %d", run->exec_errno);

    return r < 0 ? NULL : text;
}

static char *explain_sandbox(const struct cupel_outcome *run)
{
    char *text = NULL;
    size_t len = strnlen(run->error, sizeof(run->error));

    if (len == 0)
        return strdup("the sandbox failed");
    return cupel_text_clean(run->error, len, sizeof(run->error), &text) < 0 ? NULL : text;
}

int cupel_score_add_killed(const struct cupel_outcome *run, char **text)
{
    const struct cupel_denied *denied = &run->denied;
    CUPEL_AUTO_FREE char *before = NULL;
    char *both = NULL;
    size_t i = 0;

    while (i < denied->count && !denied->calls[i].killed)
        i++;
    if (i == denied->count)
        return 0;
    if (asprintf(&before, "%s; one of its processes", *text) < 0) {
        before = NULL;
        return -ENOMEM;
    }
    both = explain_call(before, &denied->calls[i], run->enforcement.policy);
    if (both == NULL)
        return -ENOMEM;
    free(*text);
    *text = both;
    return 0;
}

int cupel_score_explain(const struct cupel_outcome *run, char **ret)
{
    char *text = NULL;

    switch (run->status) {
    case CUPEL_RUN_EXITED:
        if (run->exec_errno == 0) {
            *ret = NULL;
            return 0;
        }
        text = explain_exec(run);
        break;
    case CUPEL_RUN_SIGNALED:
        text = explain_signal(run);
        break;
    case CUPEL_RUN_LIMIT:
        text = explain_limit(run);
        break;
    case CUPEL_RUN_SANDBOX_ERROR:
        text = explain_sandbox(run);
        break;
    }
    if (text == NULL)
        return -ENOMEM;
    *ret = text;
    return 0;
}
