#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "sandbox/run_internal.h"

static struct cupel_enforcement describe_enforcement(const struct cupel_run *run)
{
    const struct cupel_cgroup *cgroup = run->cell->cgroup;
    struct cupel_enforcement enforcement = {
        .memory =
            run_has_controllers(run, CUPEL_CGROUP_MEMORY) ? CUPEL_BY_CGROUP : CUPEL_BY_WATCHDOG,
        .processes = run_has_controllers(run, CUPEL_CGROUP_PIDS) ? CUPEL_BY_CGROUP
                     : run->cell->is_root                        ? CUPEL_BY_WATCHDOG
                                                                 : CUPEL_BY_RLIMIT,
        .cpu = cgroup != NULL ? CUPEL_BY_CGROUP : CUPEL_BY_RUSAGE,
        .cpus = run_has_controllers(run, CUPEL_CGROUP_CPU) &&
                        run->request.limits.cpus_milli < CUPEL_CPUS_ALL
                    ? CUPEL_BY_CGROUP
                    : CUPEL_BY_NONE,
        .cgroup =
            cgroup != NULL ? cupel_cgroup_source_names[cupel_cgroup_source(cgroup)] : NULL,
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

/* Figures of a run, from whoever has the best. */
struct figures {
    struct cgroup_figures by_cgroup; /* CUPEL_UNKNOWN: not by a cgroup */
    uint64_t user_ns;
    uint64_t system_ns;
};

/* Set-up runs in the kernel, so it is taken off the system time first. */
static void take_off(uint64_t setup_ns, struct figures *figures)
{
    uint64_t system_ns = setup_ns < figures->system_ns ? setup_ns : figures->system_ns;
    uint64_t user_ns = setup_ns - system_ns;

    figures->system_ns -= system_ns;
    figures->user_ns -= user_ns < figures->user_ns ? user_ns : figures->user_ns;
}

/* A run that was stopped for its CPU time was so with set-up counted: what is told of it does
 * not fall below the limit again, as it would where the kernel counts in ticks. */
static uint64_t to_take_off(const struct cupel_run *run, const struct figures *figures,
                            uint64_t setup_ns)
{
    uint64_t used_ns = figures->user_ns + figures->system_ns;
    uint64_t limit_ns = run->request.limits.cpu_ns;
    uint64_t above_ns = used_ns > limit_ns ? used_ns - limit_ns : 0;

    return run->breach == CUPEL_LIMIT_CPU_TIME && setup_ns > above_ns ? above_ns : setup_ns;
}

static struct figures take_figures(const struct cupel_run *run,
                                   const struct cupel_wire_exited *exited)
{
    struct figures figures = {
        .by_cgroup = {.memory_peak_bytes = CUPEL_UNKNOWN, .processes_peak = CUPEL_UNKNOWN},
        .user_ns = exited->user_ns,
        .system_ns = exited->system_ns,
    };
    uint64_t used_ns = exited->user_ns + exited->system_ns;

    if (run->leaf.cgroup != NULL && cgroup_leaf_read(&run->leaf, &figures.by_cgroup) == 0) {
        figures.user_ns = figures.by_cgroup.user_ns;
        figures.system_ns = figures.by_cgroup.system_ns;
        /* Not every kernel tells the peak, but that the limit was met tells as much. */
        if (figures.by_cgroup.out_of_processes)
            figures.by_cgroup.processes_peak = run->request.limits.processes;
    } else if (run->cpu_ns > used_ns) {
        /* Children of a process that ignores SIGCHLD are in no one's rusage, but were seen. */
        figures.user_ns += run->cpu_ns - used_ns;
    }
    take_off(to_take_off(run, &figures, exited->setup_ns), &figures);
    return figures;
}

static uint64_t memory_peak(const struct cupel_run *run, const struct figures *figures,
                            const struct cupel_wire_exited *exited)
{
    uint64_t billed = figures->by_cgroup.memory_peak_bytes;

    if (billed != CUPEL_UNKNOWN) /* and what is billed to nobody, if that was too much */
        return run->breach == CUPEL_LIMIT_MEMORY ? larger(billed, run->memory_peak_bytes)
                                                 : billed;
    return larger(run->memory_peak_bytes, exited->max_rss_bytes);
}

/* A run that told init to end it, which nobody else did, has killed itself. On a breach, who
 * tells init kills as well. */
static bool ended_by_itself(const struct cupel_run *run, const struct cupel_wire_exited *exited)
{
    bool killed = WIFSIGNALED(exited->wait_status) && WTERMSIG(exited->wait_status) == SIGKILL;

    return exited->command_ended &&
           (run->breach == CUPEL_LIMIT_NONE || !(exited->stopped || killed));
}

/* Whether the supervisor was told of the end after the wall time was up, and of one before
 * that: a process of the sandbox was held up, not the command. */
static bool ended_in_time(const struct cupel_run *run, const struct cupel_wire_exited *exited)
{
    return run->breach == CUPEL_LIMIT_WALL_TIME && !run->killed &&
           ended_by_itself(run, exited) && exited->wall_ns != 0 &&
           exited->wall_ns <= run->request.limits.wall_ns;
}

static struct cupel_outcome measured(const struct cupel_run *run, const struct figures *figures,
                                     const struct cupel_wire_exited *exited)
{
    uint64_t until_ns = run->breach_ns != 0 ? run->breach_ns : base_now_ns();
    /* Init may see the command killed before it is told to end the run. */
    bool was_timed =
        exited->wall_ns != 0 && (run->breach_ns == 0 || ended_in_time(run, exited));

    return (struct cupel_outcome){
        .exec_errno = exited->exec_errno,
        .wall_ns = was_timed ? exited->wall_ns : until_ns - run->started_ns,
        .user_ns = figures->user_ns,
        .system_ns = figures->system_ns,
        .memory_peak_bytes = memory_peak(run, figures, exited),
        .processes_peak = figures->by_cgroup.processes_peak,
        .stdout_bytes = run->outputs[CUPEL_STDOUT].bytes,
        .stderr_bytes = run->outputs[CUPEL_STDERR].bytes,
        .limits = run->request.limits,
        .enforcement = describe_enforcement(run),
    };
}

/* Without a cgroup, one more process than the limit can start, and tells that it was met. */
static bool ran_out_of_processes(const struct cupel_run *run, const struct figures *figures,
                                 const struct cupel_wire_exited *exited)
{
    uint64_t limit = run->request.limits.processes;

    if (run_has_controllers(run, CUPEL_CGROUP_PIDS))
        return figures->by_cgroup.out_of_processes;
    return larger(run->processes_peak, exited->left + 1ULL) > limit;
}

/* What is known is only of processes that exited by themselves. A command that did not has
 * another story, which this must not hide: a signal, a denied call. */
static bool ran_out_of_files(const struct cupel_run *run,
                             const struct cupel_wire_exited *exited)
{
    int status = exited->wait_status;

    return exited->command_ended && WIFEXITED(status) && WEXITSTATUS(status) != 0 &&
           run->denied != NULL && run->denied->ran_out_of_files;
}

/*
 * Which limit ended the run, by evidence: what the kernel counted in the cgroup, a breach that
 * the supervisor met, figures above the limit, the kernel's signals for limits; and, if the
 * command failed, processes that could not be started, a full disk, or too many open files.
 */
static enum cupel_limit find_limit(const struct cupel_run *run, const struct figures *figures,
                                   const struct cupel_wire_exited *exited,
                                   const struct cupel_outcome *outcome)
{
    const struct cupel_limits *limits = &run->request.limits;
    int status = exited->wait_status;
    bool failed = !exited->command_ended || exited->stopped || status != 0;

    if (figures->by_cgroup.out_of_memory)
        return CUPEL_LIMIT_MEMORY;
    if (failed && ran_out_of_processes(run, figures, exited))
        return CUPEL_LIMIT_PROCESSES;
    if (run->breach != CUPEL_LIMIT_NONE && !ended_in_time(run, exited))
        return run->breach;
    if (outcome->user_ns + outcome->system_ns > limits->cpu_ns)
        return CUPEL_LIMIT_CPU_TIME;
    if (outcome->wall_ns > limits->wall_ns + run_away_ns(run))
        return CUPEL_LIMIT_WALL_TIME;
    if ((WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) ||
        (failed && exited->file_at_limit))
        return CUPEL_LIMIT_FILE_SIZE;
    if (failed && exited->disk_full)
        return CUPEL_LIMIT_DISK;
    return ran_out_of_files(run, exited) ? CUPEL_LIMIT_OPEN_FILES : CUPEL_LIMIT_NONE;
}

/* Whether a process was killed for a call that the policy kills for, as far as a wait status
 * tells: of SIGSYS, or of SIGKILL where it would have survived that. */
static bool is_kill(int status)
{
    return WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGKILL);
}

/*
 * The calls that were denied, and of what they were the end. Only the command's own death
 * counts: what a child of its is killed for is listed, and the command's own affair, as any
 * other way in which a child ends.
 */
static void describe_denied(const struct cupel_run *run, const struct cupel_wire_exited *exited,
                            struct cupel_outcome *ret)
{
    if (run->denied == NULL)
        return;
    ret->knows_denied = denied_table_describe(&run->denied->table, run->request.policy->arch,
                                              &ret->denied) == 0;
    if (ret->signal != 0 && is_kill(exited->wait_status) && ret->denied.fatal != NULL)
        ret->signal = SIGSYS; /* as where the kernel does it */
    else
        ret->denied.fatal = NULL;
}

/* See run_late.c. */
static void describe_absence(const struct cupel_run *run, struct cupel_outcome *ret)
{
    ret->status = CUPEL_RUN_SANDBOX_ERROR;
    ret->signal = ret->exit_code = 0;
    (void)snprintf(ret->error, sizeof(ret->error),
                   "cupel itself was stopped or without a processor for %.1f s, while the "
                   "command ran for %.1f s: whether it kept its wall time cannot be told",
                   (double)run_away_ns(run) / 1e9, (double)ret->wall_ns / 1e9);
}

void run_describe(const struct cupel_run *run, const struct cupel_wire_exited *exited,
                  struct cupel_outcome *ret)
{
    const struct figures figures = take_figures(run, exited);
    struct cupel_outcome outcome = measured(run, &figures, exited);
    int status = exited->wait_status;

    bool own_end = ended_by_itself(run, exited);

    outcome.limit = find_limit(run, &figures, exited, &outcome);
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
    } else if (figures.by_cgroup.killed_for_memory) {
        outcome.status = CUPEL_RUN_SANDBOX_ERROR;
        outcome.signal = outcome.exit_code = 0;
        (void)snprintf(outcome.error, sizeof(outcome.error),
                       "the host had too little memory, and killed the run, which had not "
                       "reached its limit");
    } else if (outcome.wall_ns > run->request.limits.wall_ns) {
        describe_absence(run, &outcome);
    } else {
        outcome.status = outcome.signal != 0 ? CUPEL_RUN_SIGNALED : CUPEL_RUN_EXITED;
    }
    describe_denied(run, exited, &outcome);
    *ret = outcome;
}

void run_describe_failure(const struct cupel_run *run, struct cupel_outcome *ret)
{
    const struct cupel_wire_exited nothing = {0};
    const struct figures figures = take_figures(run, &nothing);

    *ret = measured(run, &figures, &nothing);
    ret->status = CUPEL_RUN_SANDBOX_ERROR;
    if (run->started_ns == 0)
        ret->wall_ns = 0;
    ret->memory_peak_bytes = CUPEL_UNKNOWN;
    if (run->error.code == -EDQUOT) /* what is in the box, which programs wrote */
        ret->limit = CUPEL_LIMIT_DISK;
    else if (figures.by_cgroup.out_of_memory) /* too little even to start in */
        ret->limit = CUPEL_LIMIT_MEMORY;
    if (ret->limit != CUPEL_LIMIT_NONE)
        ret->status = CUPEL_RUN_LIMIT;
    else
        (void)snprintf(ret->error, sizeof(ret->error), "%s", run->error.text);
}
