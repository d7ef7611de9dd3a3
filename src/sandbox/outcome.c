#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "sandbox/run_internal.h"

static struct cupel_enforcement describe_enforcement(const struct cupel_run *run)
{
    struct cupel_enforcement enforcement = {
        .memory = CUPEL_BY_WATCHDOG,
        .processes = run->cell->is_root ? CUPEL_BY_WATCHDOG : CUPEL_BY_RLIMIT,
        .cpu = CUPEL_BY_RUSAGE,
        .user_namespace = true,
        .network = run->cell->network == CUPEL_NETWORK_LOOPBACK ? run->request.policy->network
                                                                : CUPEL_NETWORK_NONE,
        .no_new_privs = true,
        .no_capabilities = true,
        .landlock_abi = run->cell->landlock_abi,
    };

    (void)snprintf(enforcement.seccomp_sha256, sizeof(enforcement.seccomp_sha256), "%s",
                   run->request.filter->sha256);
    (void)snprintf(enforcement.policy, sizeof(enforcement.policy), "%s",
                   run->request.policy->name);
    (void)snprintf(enforcement.policy_sha256, sizeof(enforcement.policy_sha256), "%s",
                   run->request.policy->sha256);
    return enforcement;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static struct cupel_outcome measured(const struct cupel_run *run,
                                     const struct cupel_wire_exited *exited)
{
    uint64_t used_ns = exited->user_ns + exited->system_ns;
    /* Children of a process that ignores SIGCHLD are in no one's rusage, but were seen. */
    uint64_t unaccounted_ns = run->cpu_ns > used_ns ? run->cpu_ns - used_ns : 0;
    uint64_t until_ns = run->breach_ns != 0 ? run->breach_ns : run_now_ns();

    return (struct cupel_outcome){
        .exec_errno = exited->exec_errno,
        .wall_ns = exited->wall_ns != 0 ? exited->wall_ns : until_ns - run->started_ns,
        .user_ns = exited->user_ns + unaccounted_ns,
        .system_ns = exited->system_ns,
        .memory_peak_bytes = larger(run->memory_peak_bytes, exited->max_rss_bytes),
        .processes_peak = CUPEL_UNKNOWN,
        .stdout_bytes = run->outputs[CUPEL_STDOUT].bytes,
        .stderr_bytes = run->outputs[CUPEL_STDERR].bytes,
        .limits = run->request.limits,
        .enforcement = describe_enforcement(run),
    };
}

/*
 * Which limit ended the run, by evidence: a breach that the supervisor met, figures above the
 * limit, the kernel's signals for limits; and, if the command failed, a full disk or all
 * processes in use.
 */
static enum cupel_limit find_limit(const struct cupel_run *run,
                                   const struct cupel_wire_exited *exited,
                                   const struct cupel_outcome *outcome)
{
    const struct cupel_limits *limits = &run->request.limits;
    int status = exited->wait_status;
    bool failed = !exited->command_ended || exited->stopped || status != 0;

    /* A run that wanted more processes, and then failed or hung, did so for that reason. */
    if (failed && run->processes_peak > limits->processes)
        return CUPEL_LIMIT_PROCESSES;
    if (run->breach != CUPEL_LIMIT_NONE)
        return run->breach;
    if (outcome->user_ns + outcome->system_ns > limits->cpu_ns)
        return CUPEL_LIMIT_CPU_TIME;
    if (outcome->wall_ns > limits->wall_ns)
        return CUPEL_LIMIT_WALL_TIME;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
        return CUPEL_LIMIT_FILE_SIZE;
    return failed && exited->disk_full ? CUPEL_LIMIT_DISK : CUPEL_LIMIT_NONE;
}

/* A run that told init to end it, which nobody else did, has killed itself. On a breach, who
 * tells init kills as well. */
static bool ended_by_itself(const struct cupel_run *run, const struct cupel_wire_exited *exited)
{
    bool killed = WIFSIGNALED(exited->wait_status) && WTERMSIG(exited->wait_status) == SIGKILL;

    return exited->command_ended &&
           (run->breach == CUPEL_LIMIT_NONE || !(exited->stopped || killed));
}

void run_describe(const struct cupel_run *run, const struct cupel_wire_exited *exited,
                  struct cupel_outcome *ret)
{
    struct cupel_outcome outcome = measured(run, exited);
    int status = exited->wait_status;

    bool own_end = ended_by_itself(run, exited);

    outcome.limit = find_limit(run, exited, &outcome);
    if (own_end && WIFSIGNALED(status))
        outcome.signal = WTERMSIG(status);
    if (own_end && WIFEXITED(status))
        outcome.exit_code = WEXITSTATUS(status);
    if (outcome.limit != CUPEL_LIMIT_NONE) {
        outcome.status = CUPEL_RUN_LIMIT;
    } else if (!exited->command_ended) {
        outcome.status = CUPEL_RUN_SANDBOX_ERROR;
        (void)snprintf(outcome.error, sizeof(outcome.error),
                       "process 1 of the run ended before the command");
    } else {
        outcome.status = outcome.signal != 0 ? CUPEL_RUN_SIGNALED : CUPEL_RUN_EXITED;
    }
    *ret = outcome;
}

void run_describe_failure(const struct cupel_run *run, struct cupel_outcome *ret)
{
    const struct cupel_wire_exited nothing = {0};

    *ret = measured(run, &nothing);
    ret->status = CUPEL_RUN_SANDBOX_ERROR;
    if (run->started_ns == 0)
        ret->wall_ns = 0;
    ret->memory_peak_bytes = CUPEL_UNKNOWN;
    if (run->error.code == -EDQUOT) { /* what is in the box, which programs wrote */
        ret->status = CUPEL_RUN_LIMIT;
        ret->limit = CUPEL_LIMIT_DISK;
        return;
    }
    (void)snprintf(ret->error, sizeof(ret->error), "%s", run->error.text);
}
