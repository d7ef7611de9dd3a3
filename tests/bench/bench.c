/*
 * What the sandbox costs, and how far its limits and figures are off:
 *
 *   bench PREFIX cost|precision|policy [ROUNDS]
 *
 *   spawn  posix_spawn(3) of /bin/true, and waiting for it: the baseline
 *   cold   the whole of `cupel run -- /bin/true`: policy, filter, cell, run
 *   warm   one run of /bin/true in a cell that is there: fresh pid, mount and ipc namespaces, a
 *          copy-on-write box, Landlock, seccomp
 *
 * The three take turns, so that the machine's noise meets all of them. Prints a JSON object:
 * for each the median and the 95th percentile in microseconds, and the multiple of the
 * baseline's median. Of precision:
 *
 *   cpu_overshoot…    CPU time beyond a limit of 250 ms: of a process, of two threads, of a
 *                     shell that starts one short process after the other
 *   wall_overshoot    wall time beyond a limit of 250 ms, the run's set-up included
 *   billed_setup      CPU time that /bin/true is billed beyond what it uses outside
 *   memory_error_mib  by which the memory is misread of a program that touches so many MiB
 *
 * Of policy, for each that is shipped, the instructions of its filter, the most that one of ten
 * frequent calls takes of them (path), and microseconds:
 *
 *   read     from its files and those of its parents
 *   compile  to a filter
 *   cached   its filter taken from the cache
 *   load     its filter taken by seccomp(2)
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "cupel/cleanup.h"

#define ROUNDS_DEFAULT 200

enum which { SPAWN, COLD, WARM, CASES };

static const char *const names[CASES] = {"spawn", "cold", "warm"};

double bench_now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int spawn_and_wait(char *const argv[])
{
    pid_t pid;
    int status = 0;

    if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
        waitpid(pid, &status, 0) != pid)
        return -errno;
    return status == 0 ? 0 : -EIO;
}

int bench_run(struct bench *bench, const char *const *argv, const struct cupel_limits *limits,
              struct cupel_outcome *ret, struct cupel_error *err)
{
    static const char *const environment[] = {NULL};
    static const char *const shown[] = {HELPERS_IN_CELL, NULL};
    const struct cupel_run_request request = {
        .argv = argv,
        .environment = environment,
        .policy = bench->policy,
        .filter = &bench->filters.enforce,
        .notify_filter = &bench->filters.notify,
        .limits = *limits,
        .box = CUPEL_BOX_FRESH,
        .extra_read_only = shown,
    };

    int r = cupel_run_wait(bench->cell, 0, &request, ret, err);
    if (r == 0)
        cupel_denied_clear(&ret->denied);
    if (r == 0 && ret->status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_fail(err, -EIO, "a run failed: %s", ret->error);
    return r;
}

static int run_warm(struct bench *bench, struct cupel_error *err)
{
    static const char *const argv[] = {"/bin/true", NULL};
    struct cupel_outcome outcome;

    int r = bench_run(bench, argv, &bench->policy->limits, &outcome, err);
    if (r == 0 && (outcome.status != CUPEL_RUN_EXITED || outcome.exit_code != 0))
        return cupel_fail(err, -EIO, "a run failed: exit code %d", outcome.exit_code);
    return r;
}

static int run_case(struct bench *bench, enum which which, struct cupel_error *err)
{
    char plain[] = "/bin/true";
    char run[] = "run";
    char end[] = "--";
    int r = 0;

    switch (which) {
    case SPAWN:
        r = spawn_and_wait((char *const[]){plain, NULL});
        break;
    case COLD:
        r = spawn_and_wait((char *const[]){bench->cupel, run, end, plain, NULL});
        break;
    case WARM:
        return run_warm(bench, err);
    case CASES:
        break;
    }
    return r < 0 ? cupel_fail(err, r, "%s failed", names[which]) : 0;
}

/* The folder that this program is in, shown in the cell as well. */
static int show_helpers(struct bench *bench, size_t *count, struct cupel_error *err)
{
    ssize_t len = readlink("/proc/self/exe", bench->helpers, sizeof(bench->helpers) - 1);
    char *name = len < 0 ? NULL : strrchr(bench->helpers, '/');

    if (name == NULL)
        return cupel_fail(err, -EIO, "find the folder of bench");
    *name = '\0';
    struct cupel_cell_mount *more =
        realloc(bench->mounts, (*count + 1) * sizeof(*bench->mounts));
    if (more == NULL)
        return cupel_fail_errno(err, "allocate");
    bench->mounts = more;
    more[(*count)++] =
        (struct cupel_cell_mount){.source = bench->helpers, .destination = HELPERS_IN_CELL};
    return 0;
}

static int set_up(struct bench *bench, const char *prefix, struct cupel_error *err)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_cell_options options = {.lanes = 1};

    (void)snprintf(bench->cupel, sizeof(bench->cupel), "%s/bin/cupel", prefix);
    (void)snprintf(bench->cell_path, sizeof(bench->cell_path), "%s/libexec/cupel/cupel-cell",
                   prefix);
    (void)snprintf(bench->policies, sizeof(bench->policies), "%s/share/cupel/policies", prefix);
    int r = cupel_policy_load(bench->policies, "native", cupel_arch_native(), &diagnostics,
                              &bench->policy, err);
    cupel_diagnostics_clear(&diagnostics);
    if (r == 0)
        r = cupel_filters_get(NULL, bench->policy, &bench->filters, err);
    if (r == 0)
        r = cupel_cell_mounts(&bench->policy, 1, 0, &bench->mounts, &options.mount_count);
    if (r == 0)
        r = show_helpers(bench, &options.mount_count, err);
    if (r < 0)
        return r;
    options.mounts = bench->mounts;
    options.box_bytes = bench->policy->limits.disk_bytes;
    options.box_inodes = bench->policy->limits.inodes;
    r = cupel_cell_start(bench->cell_path, NULL, &bench->cell, err);
    if (r == 0)
        r = cupel_cell_set_up(bench->cell, &options, err);
    return r == 0 ? cupel_cell_wait(bench->cell, err) : r;
}

static void clear(struct bench *bench)
{
    cupel_cell_free(bench->cell);
    free(bench->mounts);
    cupel_filters_clear(&bench->filters);
    cupel_policy_free(bench->policy);
}

static int measure(struct bench *bench, size_t rounds, double *const times[CASES],
                   struct cupel_error *err)
{
    for (size_t i = 0; i < WARM_UP + rounds; i++) {
        for (enum which which = SPAWN; which < CASES; which++) {
            double start = bench_now_us();
            int r = run_case(bench, which, err);
            if (r < 0)
                return r;
            if (i >= WARM_UP)
                times[which][i - WARM_UP] = bench_now_us() - start;
        }
    }
    return 0;
}

int bench_compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;

    return (*x > *y) - (*x < *y);
}

static void print(double *const times[CASES], size_t rounds)
{
    for (enum which which = SPAWN; which < CASES; which++)
        qsort(times[which], rounds, sizeof(double), bench_compare);
    (void)printf("{\n  \"rounds\": %zu", rounds);
    for (enum which which = SPAWN; which < CASES; which++)
        (void)printf(",\n  \"%s\": {\"median_us\": %.1f, \"p95_us\": %.1f, \"multiple\": %.2f}",
                     names[which], times[which][rounds / 2], times[which][rounds * 95 / 100],
                     times[which][rounds / 2] / times[SPAWN][rounds / 2]);
    (void)printf("\n}\n");
}

static int measure_cost(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    CUPEL_AUTO_FREE double *all = calloc(CASES * rounds, sizeof(*all));

    if (all == NULL)
        return cupel_fail_errno(err, "allocate");
    double *const times[CASES] = {all, all + rounds, all + 2 * rounds};
    int r = measure(bench, rounds, times, err);
    if (r == 0)
        print(times, rounds);
    return r;
}

int main(int argc, char **argv)
{
    struct bench bench = {.cell = NULL};
    struct cupel_error err = {0};
    const char *part = argc > 2 ? argv[2] : "";
    size_t rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : ROUNDS_DEFAULT;

    if (argc < 3 || rounds == 0 ||
        (strcmp(part, "cost") != 0 && strcmp(part, "precision") != 0 &&
         strcmp(part, "policy") != 0)) {
        (void)fputs("usage: bench PREFIX cost|precision|policy [ROUNDS]\n", stderr);
        return 2;
    }
    bool of_policies = strcmp(part, "policy") == 0;
    int r = of_policies ? bench_policies(argv[1], rounds, &err) : set_up(&bench, argv[1], &err);
    if (r == 0 && strcmp(part, "cost") == 0)
        r = measure_cost(&bench, rounds, &err);
    else if (r == 0 && !of_policies)
        r = bench_precision(&bench, &err);
    if (r < 0)
        (void)fprintf(stderr, "bench: %s\n", err.text);
    clear(&bench);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
