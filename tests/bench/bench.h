/* What the parts of bench share. */
#ifndef CUPEL_TESTS_BENCH_H
#define CUPEL_TESTS_BENCH_H

#include <stdbool.h>

#include "cupel/filters.h"
#include "cupel/run.h"

#define WARM_UP 10

struct bench {
    char cupel[4096];
    char cell_path[4096];
    char scope_path[4096];
    char exec_path[4096];
    char policies[4096];
    char helpers[4096];
    struct cupel_policy *policy;
    struct cupel_filters filters;
    struct cupel_cell *cell;
    struct cupel_cgroup *cgroup;  /* NULL: none is free here, and so is the next */
    struct cupel_cell *leaf_cell; /* each run of it in a leaf of the cgroup */
    const char *expected;         /* output.c's */
};

/* Something that is measured. */
struct bench_case {
    const char *name;
    int (*run)(struct bench *bench, const struct bench_case *self, struct cupel_error *err);
    const char *const *argv; /* of bench_spawn_case(); "cupel" stands for the one measured */
    double work;             /* of one run, in unit; 0: none is told */
    const char *unit;        /* plural, of the rate that is printed, such as "tests" */
};

/* Where a cell shows the folder of bench itself. */
#define HELPERS_IN_CELL "/helpers"

double bench_now_us(void);
int bench_compare(const void *a, const void *b);

/* *ret is freed by the caller, and so are the filters; on failure as well. */
CUPEL_MUST_CHECK int bench_load_policy(const struct bench *bench, const char *name,
                                       struct cupel_policy **ret,
                                       struct cupel_filters *ret_filters,
                                       struct cupel_error *err);

/* A cell of one lane that shows the helpers. exec_path, cgroup: or NULL. *ret is freed by the
 * caller, on failure as well. */
CUPEL_MUST_CHECK int bench_start_cell(const struct bench *bench, struct cupel_policy *policy,
                                      const char *exec_path, struct cupel_cgroup *cgroup,
                                      struct cupel_cell **ret, struct cupel_error *err);

/* One run of argv in the cell that is there. */
CUPEL_MUST_CHECK int bench_run(struct bench *bench, const char *const *argv,
                               const struct cupel_limits *limits, struct cupel_outcome *ret,
                               struct cupel_error *err);

/* Start argv[0], looked up in PATH, with its output thrown away. -errno. */
CUPEL_MUST_CHECK int bench_start(const char *const *argv, pid_t *ret);

/* Wait for it. 0; -EIO if it ended otherwise than with 0. */
CUPEL_MUST_CHECK int bench_await(pid_t pid);

/* The run of a case that is a command: start it, and wait. */
int bench_spawn_case(struct bench *bench, const struct bench_case *self,
                     struct cupel_error *err);

/*
 * Measure the cases by turns, in another order each time, so that the machine's noise meets all
 * of them; the first one is the baseline. Prints a JSON object: for each the median and the
 * 95th percentile in microseconds, the multiple of the baseline's median, and what is done in a
 * second.
 */
CUPEL_MUST_CHECK int bench_measure(struct bench *bench, const struct bench_case *cases,
                                   size_t count, size_t rounds, struct cupel_error *err);

/* Of so many times in µs, which are sorted: the members "median_us", "p95_us" and "multiple".
 */
void bench_print_times(double *times, size_t count, double baseline_us);

#define BENCH_SCRATCH_SIZE 32

/* A fresh folder; whoever makes it removes it. */
CUPEL_MUST_CHECK int bench_make_scratch(char folder[static BENCH_SCRATCH_SIZE],
                                        struct cupel_error *err);
void bench_remove(const char *folder);

/* A new file that may be executed; -errno. */
CUPEL_MUST_CHECK int bench_write(const char *path, const void *bytes, size_t len);

/* A copy of a helper: what the linker has written, the kernel starts more slowly. */
CUPEL_MUST_CHECK int bench_copy_helper(const struct bench *bench, const char *name,
                                       const char *path, struct cupel_error *err);

/* A folder with a grader that takes such files ("a", "b": JSON strings without the outer
 * quotation marks) and has so many tests; test: their members, but for id and points. */
CUPEL_MUST_CHECK int bench_make_grader(const char *folder, const char *files, const char *test,
                                       size_t tests, struct cupel_error *err);

/* What each part measures, bench.c tells. */
CUPEL_MUST_CHECK int bench_machine(struct bench *bench, size_t rounds, struct cupel_error *err);
CUPEL_MUST_CHECK int bench_broker(struct bench *bench, size_t rounds, struct cupel_error *err);
CUPEL_MUST_CHECK int bench_cost(struct bench *bench, size_t rounds, struct cupel_error *err);
CUPEL_MUST_CHECK int bench_grading(struct bench *bench, size_t rounds, struct cupel_error *err);
CUPEL_MUST_CHECK int bench_scale(struct bench *bench, size_t rounds, struct cupel_error *err);
CUPEL_MUST_CHECK int bench_output(struct bench *bench, size_t rounds, struct cupel_error *err);
CUPEL_MUST_CHECK int bench_memory(struct bench *bench, size_t rounds, struct cupel_error *err);
CUPEL_MUST_CHECK int bench_precision(struct bench *bench, size_t rounds,
                                     struct cupel_error *err);
CUPEL_MUST_CHECK int bench_policies(struct bench *bench, size_t rounds,
                                    struct cupel_error *err);

#endif
