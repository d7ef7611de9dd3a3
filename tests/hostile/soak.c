/*
 * One long-living supervisor, as a service is: many runs in one cell, many cells with a run
 * each, many gradings, in one process. Prints its descriptors, memory, mappings and children as
 * lines "PHASE COUNT fds RSS_KIB MAPPINGS CHILDREN MICROSECONDS", one after each tenth of a
 * phase and one before it.
 *
 * soak PREFIX GRADER SUBMISSION RUNS CELLS GRADINGS
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/filters.h"
#include "cupel/grade.h"
#include "cupel/run.h"
#include "cupel/units.h"

#define PARTS 10

struct paths {
    char cell[PATH_MAX];
    char unpack[PATH_MAX];
    char exec[PATH_MAX];
    char policies[PATH_MAX];
    char harness[PATH_MAX];
};

static int fail(const char *what, const struct cupel_error *err)
{
    (void)fprintf(stderr, "soak: %s: %s\n", what, err->text);
    return -1;
}

static long count_entries(const char *folder)
{
    DIR *list = opendir(folder);
    long count = -3; /* itself, "." and ".." */

    if (list == NULL)
        return -1;
    while (readdir(list) != NULL)
        count++;
    (void)closedir(list);
    return count;
}

static long count_lines(const char *path)
{
    FILE *file = fopen(path, "re");
    long lines = 0;

    for (int c; file != NULL && (c = getc(file)) != EOF;)
        lines += c == '\n';
    if (file != NULL)
        (void)fclose(file);
    return lines;
}

static long rss_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long size = 0;
    long resident = 0;

    if (file != NULL && fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = -1;
    if (file != NULL)
        (void)fclose(file);
    return resident * sysconf(_SC_PAGESIZE) / 1024;
}

static long count_children(void)
{
    char path[64];
    FILE *file;
    long children = 0;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    file = fopen(path, "re");
    for (int c; file != NULL && (c = getc(file)) != EOF;)
        children += c == ' ';
    if (file != NULL)
        (void)fclose(file);
    return children;
}

static double now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Do something count times, and tell what it leaves. */
static int soak(const char *phase, long count, int (*deed)(void *world), void *world)
{
    long part = count / PARTS > 0 ? count / PARTS : 1;
    double start = now_us();

    for (long i = 0; i <= count; i++) {
        if (i % part == 0) {
            double each = i == 0 ? 0 : (now_us() - start) / (double)part;
            (void)printf("%s %ld %ld %ld %ld %ld %.0f\n", phase, i,
                         count_entries("/proc/self/fd"), rss_kib(),
                         count_lines("/proc/self/maps"), count_children(), each);
            (void)fflush(stdout);
            start = now_us();
        }
        if (i < count && deed(world) < 0)
            return -1;
    }
    return 0;
}

/* Runs of true(1). */
struct runs {
    const struct paths *paths;
    struct cupel_policy *policy;
    struct cupel_filters filters;
    struct cupel_cell_mount *mounts;
    size_t mount_count;
    struct cupel_cell *cell;
};

static int open_cell(struct runs *runs)
{
    const struct cupel_cell_options options = {.mounts = runs->mounts,
                                               .mount_count = runs->mount_count,
                                               .lanes = 1,
                                               .box_bytes = runs->policy->limits.disk_bytes,
                                               .box_inodes = runs->policy->limits.inodes};
    struct cupel_error err = {0};

    int r = cupel_cell_start(runs->paths->cell, NULL, &runs->cell, &err);
    if (r == 0)
        r = cupel_cell_set_up(runs->cell, &options, &err);
    if (r == 0)
        r = cupel_cell_wait(runs->cell, &err);
    return r < 0 ? fail("cell", &err) : 0;
}

static int run_once(void *world)
{
    struct runs *runs = world;
    const struct cupel_run_request request = {
        .argv = (const char *const[]){"/bin/true", NULL},
        .environment = (const char *const[]){"PATH=/usr/bin:/bin", NULL},
        .policy = runs->policy,
        .filter = &runs->filters.enforce,
        .notify_filter = &runs->filters.notify,
        .limits = runs->policy->limits,
        .box = CUPEL_BOX_FRESH,
    };
    struct cupel_outcome outcome = {0};
    struct cupel_error err = {0};

    if (cupel_run_wait(runs->cell, 0, &request, &outcome, &err) < 0)
        return fail("run", &err);
    cupel_denied_clear(&outcome.denied);
    if (outcome.status == CUPEL_RUN_EXITED && outcome.exit_code == 0)
        return 0;
    (void)cupel_fail(&err, -EIO, "status %d: %s", outcome.status, outcome.error);
    return fail("run", &err);
}

static int run_in_a_fresh_cell(void *world)
{
    struct runs *runs = world;

    int r = open_cell(runs);
    if (r == 0)
        r = run_once(world);
    cupel_cell_free(runs->cell);
    runs->cell = NULL;
    return r;
}

static int soak_runs(const struct paths *paths, long run_count, long cell_count)
{
    struct runs runs = {.paths = paths};
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};

    int r = cupel_policy_load(paths->policies, "native", cupel_arch_native(), &diagnostics,
                              &runs.policy, &err);
    cupel_diagnostics_clear(&diagnostics);
    if (r == 0)
        r = cupel_filters_get(NULL, runs.policy, &runs.filters, &err);
    if (r == 0)
        r = cupel_cell_mounts(&runs.policy, 1, 0, &runs.mounts, &runs.mount_count);
    if (r < 0)
        (void)fail("policy", &err);
    if (r == 0)
        r = open_cell(&runs);
    if (r == 0)
        r = soak("run", run_count, run_once, &runs);
    cupel_cell_free(runs.cell);
    runs.cell = NULL;
    if (r == 0)
        r = soak("cell", cell_count, run_in_a_fresh_cell, &runs);
    free(runs.mounts);
    cupel_filters_clear(&runs.filters);
    cupel_policy_free(runs.policy);
    return r;
}

/* Gradings with all that one does: the grader is read each time. */
struct gradings {
    const struct paths *paths;
    const char *grader;
    const char *submission;
    double score; /* of the first; negative: there was none */
};

static int grade_once(void *world)
{
    struct gradings *gradings = world;
    const struct cupel_grade_options options = {.cell_path = gradings->paths->cell,
                                                .unpack_path = gradings->paths->unpack,
                                                .exec_path = gradings->paths->exec,
                                                .runners_path = gradings->paths->harness,
                                                .submission = gradings->submission,
                                                .input_fd = -1,
                                                .jobs = 2};
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_grader *grader = NULL;
    struct cupel_result result = {0};
    struct cupel_error err = {0};

    int r = cupel_grader_load(gradings->grader, gradings->paths->policies, NULL, &diagnostics,
                              &grader, &err);
    cupel_diagnostics_clear(&diagnostics);
    if (r == 0)
        r = cupel_grade(grader, &options, &result, &err);
    cupel_grader_free(grader);
    if (r < 0)
        return fail("grade", &err);
    if (result.status != CUPEL_STATUS_GRADED)
        r = cupel_fail(&err, -EIO, "%s", result.message != NULL ? result.message : "failed");
    else if (gradings->score >= 0 && result.score != gradings->score)
        r = cupel_fail(&err, -EIO, "score %g, and %g before", result.score, gradings->score);
    gradings->score = result.score;
    cupel_result_clear(&result);
    return r < 0 ? fail("grade", &err) : 0;
}

static void find_paths(const char *prefix, struct paths *ret)
{
    (void)snprintf(ret->cell, PATH_MAX, "%s/libexec/cupel/cupel-cell", prefix);
    (void)snprintf(ret->unpack, PATH_MAX, "%s/libexec/cupel/cupel-unpack", prefix);
    (void)snprintf(ret->exec, PATH_MAX, "%s/libexec/cupel/cupel-exec", prefix);
    (void)snprintf(ret->policies, PATH_MAX, "%s/share/cupel/policies", prefix);
    (void)snprintf(ret->harness, PATH_MAX, "%s/share/cupel/harness", prefix);
}

int main(int argc, char **argv)
{
    static struct paths paths;

    if (argc != 7) {
        (void)fputs("usage: soak PREFIX GRADER SUBMISSION RUNS CELLS GRADINGS\n", stderr);
        return 2;
    }
    find_paths(argv[1], &paths);
    struct gradings gradings = {&paths, argv[2], argv[3], -1};
    int r = soak_runs(&paths, strtol(argv[4], NULL, 10), strtol(argv[5], NULL, 10));
    if (r == 0)
        r = soak("grade", strtol(argv[6], NULL, 10), grade_once, &gradings);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
