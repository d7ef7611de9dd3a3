/* What the parts of bench share. */
#ifndef CUPEL_TESTS_BENCH_H
#define CUPEL_TESTS_BENCH_H

#include "cupel/filters.h"
#include "cupel/run.h"

#define WARM_UP 10

struct bench {
    char cupel[4096];
    char cell_path[4096];
    char policies[4096];
    char helpers[4096];
    struct cupel_policy *policy;
    struct cupel_filters filters;
    struct cupel_cell_mount *mounts;
    struct cupel_cell *cell;
};

/* Where a cell shows the folder of bench itself. */
#define HELPERS_IN_CELL "/helpers"

double bench_now_us(void);
int bench_compare(const void *a, const void *b);

/* One run of argv in the cell that is there. */
CUPEL_MUST_CHECK int bench_run(struct bench *bench, const char *const *argv,
                               const struct cupel_limits *limits, struct cupel_outcome *ret,
                               struct cupel_error *err);

/* precision.c: how far limits and figures are off. Prints a JSON object. */
CUPEL_MUST_CHECK int bench_precision(struct bench *bench, struct cupel_error *err);

/* The part "policy": PREFIX/share/cupel/policies/, each of them. */
int bench_policies(const char *prefix, size_t rounds, struct cupel_error *err);

#endif
