/*
 * What cupel costs, and how far its limits and figures are off:
 *
 *   bench PREFIX [PART [ROUNDS]]
 *
 * Prints a JSON object: of the part, or without one, of all of them. PREFIX holds an installed
 * cupel. Most parts tell of each case the median and the 95th percentile in microseconds and
 * the multiple of the baseline's median, which is that of `spawn`: posix_spawn(3) of /bin/true,
 * and waiting for it. The cases take turns with it, so that the machine's noise meets all of
 * them. No shell is started.
 *
 *   machine    the floor. static: a static program that does nothing; fork: a child that ends;
 *              user…: one that makes a user namespace, and others with it
 *   cost       cold: the whole of `cupel run -- /bin/true`: policy, filter, cell, run
 *              warm: one run of /bin/true in a cell that is there: fresh pid, mount and ipc
 *                namespaces, a copy-on-write box, Landlock, seccomp
 *              leaf: the same in a cgroup of its own, where a cgroup is free
 *              unshare, bwrap, crun: /bin/true in a user, mount, pid, ipc, net, uts and cgroup
 *                namespace with its own /proc, and but for unshare with a tmpfs, where they are
 *                installed; crun if root starts it
 *   broker     in the judge's cell. spawn: posix_spawn(3) there; call: `/cupel/exec /bin/true`
 *   grading    tests_N: `cupel grade --jobs 2` of N tests of `cat`; files_1000: of a tar.gz of
 *              a thousand files; alone and pair: one and two of a hundred tests with --jobs 1
 *   scale      as tests_1000, and tests_10000
 *   output     1 GiB of text from a pipe: read alone, and compared in each way;
 *              numbers_respelt: 64 MiB, in which every number is spelt otherwise
 *   memory     of the supervisor and its cell, resident at the most, in KiB
 *   precision  cpu_overshoot…: CPU time beyond a limit of 250 ms: of a process, of two threads,
 *                of a shell that starts one short process after the other
 *              wall_overshoot: wall time beyond a limit of 250 ms, the run's set-up included
 *              billed_setup: CPU time that /bin/true is billed beyond what it uses outside
 *              memory_error_mib: by which the memory is misread of a program that touches so
 *                many MiB
 *   policy     of each policy that is shipped, the instructions of its filter, the most that
 *              one of ten frequent calls takes of them (path), and microseconds: read from its
 *              files and those of its parents; compile to a filter; cached: its filter taken
 *              from the cache; load: its filter taken by seccomp(2); and what a spawn takes
 *              meanwhile
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "cupel/cleanup.h"

static const struct part {
    const char *name;
    int (*measure)(struct bench *bench, size_t rounds, struct cupel_error *err);
    size_t rounds;
} parts[] = {
    {"machine", bench_machine, 200}, {"cost", bench_cost, 200},
    {"broker", bench_broker, 200},   {"precision", bench_precision, 1},
    {"grading", bench_grading, 5},   {"scale", bench_scale, 3},
    {"output", bench_output, 3},     {"memory", bench_memory, 1},
    {"policy", bench_policies, 200},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

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
        .more = true,
        .extra_read_only = shown,
    };

    int r = cupel_run_wait(bench->cell, 0, &request, ret, err);
    if (r == 0)
        cupel_denied_clear(&ret->denied);
    if (r == 0 && ret->status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_fail(err, -EIO, "a run failed: %s", ret->error);
    return r;
}

/* The folder that this program is in. */
static int find_helpers(struct bench *bench, struct cupel_error *err)
{
    ssize_t len = readlink("/proc/self/exe", bench->helpers, sizeof(bench->helpers) - 1);
    char *name = len < 0 ? NULL : strrchr(bench->helpers, '/');

    if (name == NULL)
        return cupel_fail(err, -EIO, "find the folder of bench");
    *name = '\0';
    return 0;
}

int bench_start_cell(const struct bench *bench, struct cupel_policy *policy,
                     const char *exec_path, struct cupel_cgroup *cgroup,
                     struct cupel_cell **ret, struct cupel_error *err)
{
    CUPEL_AUTO_FREE struct cupel_cell_mount *mounts = NULL;
    struct cupel_cell_options options = {.exec_path = exec_path,
                                         .lanes = 1,
                                         .box_bytes = policy->limits.disk_bytes,
                                         .box_inodes = policy->limits.inodes,
                                         .cgroup = cgroup};

    int r = cupel_cell_mounts(&policy, 1, 1, &mounts, &options.mount_count);
    if (r < 0)
        return cupel_fail(err, r, "allocate");
    mounts[options.mount_count++] =
        (struct cupel_cell_mount){.source = bench->helpers, .destination = HELPERS_IN_CELL};
    options.mounts = mounts;
    r = cupel_cell_start(bench->cell_path, NULL, ret, err);
    if (r == 0)
        r = cupel_cell_set_up(*ret, &options, err);
    return r == 0 ? cupel_cell_wait(*ret, err) : r;
}

static int start_cells(struct bench *bench, struct cupel_error *err)
{
    struct cupel_error none = {0};

    if (cupel_cgroup_open(NULL, bench->scope_path, NULL, &bench->cgroup, &none) < 0)
        bench->cgroup = NULL;
    int r = bench_start_cell(bench, bench->policy, NULL, NULL, &bench->cell, err);
    if (r == 0 && bench->cgroup != NULL)
        r = bench_start_cell(bench, bench->policy, NULL, bench->cgroup, &bench->leaf_cell, err);
    return r;
}

int bench_load_policy(const struct bench *bench, const char *name, struct cupel_policy **ret,
                      struct cupel_filters *ret_filters, struct cupel_error *err)
{
    struct cupel_diagnostics diagnostics = {0};

    int r =
        cupel_policy_load(bench->policies, name, cupel_arch_native(), &diagnostics, ret, err);
    cupel_diagnostics_clear(&diagnostics);
    return r == 0 ? cupel_filters_get(NULL, *ret, ret_filters, err) : r;
}

static int set_up(struct bench *bench, const char *prefix, struct cupel_error *err)
{
    (void)snprintf(bench->cupel, sizeof(bench->cupel), "%s/bin/cupel", prefix);
    (void)snprintf(bench->cell_path, sizeof(bench->cell_path), "%s/libexec/cupel/cupel-cell",
                   prefix);
    (void)snprintf(bench->scope_path, sizeof(bench->scope_path), "%s/libexec/cupel/cupel-scope",
                   prefix);
    (void)snprintf(bench->exec_path, sizeof(bench->exec_path), "%s/libexec/cupel/cupel-exec",
                   prefix);
    (void)snprintf(bench->policies, sizeof(bench->policies), "%s/share/cupel/policies", prefix);
    int r = find_helpers(bench, err);
    if (r == 0)
        r = bench_load_policy(bench, "native", &bench->policy, &bench->filters, err);
    return r == 0 ? start_cells(bench, err) : r;
}

static void clear(struct bench *bench)
{
    cupel_cell_free(bench->cell);
    cupel_cell_free(bench->leaf_cell);
    cupel_cgroup_free(bench->cgroup);
    cupel_filters_clear(&bench->filters);
    cupel_policy_free(bench->policy);
}

static const struct part *find_part(const char *name)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (strcmp(parts[i].name, name) == 0)
            return &parts[i];
    }
    return NULL;
}

static int measure(const char *prefix, const struct part *part, size_t rounds)
{
    struct bench bench = {.cell = NULL};
    struct cupel_error err = {0};

    int r = set_up(&bench, prefix, &err);
    if (r == 0)
        r = part->measure(&bench, rounds > 0 ? rounds : part->rounds, &err);
    if (r < 0)
        (void)fprintf(stderr, "bench: %s: %s\n", part->name, err.text);
    clear(&bench);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Each part in a process of its own, so that none finds what another has left in memory. */
static int measure_all(const char *prefix)
{
    for (size_t i = 0; i < PARTS; i++) {
        (void)printf("%s\"%s\": ", i == 0 ? "{" : ", ", parts[i].name);
        (void)fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            exit(measure(prefix, &parts[i], 0));
        if (pid < 0 || bench_await(pid) < 0)
            return EXIT_FAILURE;
    }
    (void)printf("}\n");
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const struct part *part = argc > 2 ? find_part(argv[2]) : NULL;
    size_t rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;

    if (argc == 2)
        return measure_all(argv[1]);
    if (part != NULL && (argc == 3 || (argc == 4 && rounds > 0)))
        return measure(argv[1], part, rounds);
    (void)fputs("usage: bench PREFIX [PART [ROUNDS]]\nParts:", stderr);
    for (size_t i = 0; i < PARTS; i++)
        (void)fprintf(stderr, " %s", parts[i].name);
    (void)fputs("\n", stderr);
    return 2;
}
