#include "bench.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_NS      250000000U
#define LIMIT_ROUNDS  21
#define BILLED_ROUNDS 100
#define MEMORY_ROUNDS 5
#define MIB           1048576.0

static const char *const burn_one[] = {HELPERS_IN_CELL "/burden", "burn", "1", NULL};
static const char *const burn_two[] = {HELPERS_IN_CELL "/burden", "burn", "2", NULL};
static const char *const relay[] = {"/bin/sh", "-c", "while :; do /bin/true; done", NULL};
static const char *const sleep_on[] = {"/bin/sleep", "60", NULL};

enum limit_case { ONE_BURNS, TWO_BURN, RELAY, SLEEP, LIMIT_CASES };

static const struct {
    const char *name;
    const char *const *argv;
    enum cupel_limit limit;
} limit_cases[LIMIT_CASES] = {
    [ONE_BURNS] = {"cpu_overshoot", burn_one, CUPEL_LIMIT_CPU_TIME},
    [TWO_BURN] = {"cpu_overshoot_of_threads", burn_two, CUPEL_LIMIT_CPU_TIME},
    [RELAY] = {"cpu_overshoot_of_children", relay, CUPEL_LIMIT_CPU_TIME},
    [SLEEP] = {"wall_overshoot", sleep_on, CUPEL_LIMIT_WALL_TIME},
};

/* In ms: of CPU time as the kernel bills it; of wall time as we see it, set-up included. */
static int measure_limit(struct bench *bench, enum limit_case which, double *ret,
                         struct cupel_error *err)
{
    struct cupel_limits limits = bench->policy->limits;
    struct cupel_outcome outcome;
    double start_us = bench_now_us();

    if (limit_cases[which].limit == CUPEL_LIMIT_CPU_TIME)
        limits.cpu_ns = LIMIT_NS;
    else
        limits.wall_ns = LIMIT_NS;
    int r = bench_run(bench, limit_cases[which].argv, &limits, &outcome, err);
    if (r < 0)
        return r;
    if (outcome.limit != limit_cases[which].limit)
        return cupel_fail(err, -EIO, "%s: another limit came first", limit_cases[which].name);
    double used_ms = limit_cases[which].limit == CUPEL_LIMIT_CPU_TIME
                         ? (double)(outcome.user_ns + outcome.system_ns) / 1e6
                         : (bench_now_us() - start_us) / 1e3;
    *ret = used_ms - LIMIT_NS / 1e6;
    return 0;
}

static int measure_limits(struct bench *bench, struct cupel_error *err)
{
    double overshoot[LIMIT_CASES][LIMIT_ROUNDS];

    for (size_t i = 0; i < LIMIT_ROUNDS; i++) {
        for (enum limit_case which = ONE_BURNS; which < LIMIT_CASES; which++) {
            int r = measure_limit(bench, which, &overshoot[which][i], err);
            if (r < 0)
                return r;
        }
    }
    for (enum limit_case which = ONE_BURNS; which < LIMIT_CASES; which++) {
        qsort(overshoot[which], LIMIT_ROUNDS, sizeof(double), bench_compare);
        (void)printf(",\n  \"%s\": {\"median_ms\": %.3f, \"p95_ms\": %.3f, \"max_ms\": %.3f}",
                     limit_cases[which].name, overshoot[which][LIMIT_ROUNDS / 2],
                     overshoot[which][LIMIT_ROUNDS * 95 / 100],
                     overshoot[which][LIMIT_ROUNDS - 1]);
    }
    return 0;
}

static double timeval_us(const struct timeval *tv)
{
    return (double)tv->tv_sec * 1e6 + (double)tv->tv_usec;
}

/* CPU time of a process that ended: the kernel's sum in ns, though told in µs. */
static int spawn_us(double *ret)
{
    char plain[] = "/bin/true";
    struct rusage usage;
    int status = 0;
    pid_t pid;

    if (posix_spawn(&pid, plain, NULL, NULL, (char *const[]){plain, NULL}, environ) != 0 ||
        wait4(pid, &status, 0, &usage) != pid || status != 0)
        return -EIO;
    *ret = timeval_us(&usage.ru_utime) + timeval_us(&usage.ru_stime);
    return 0;
}

static int measure_billed(struct bench *bench, struct cupel_error *err)
{
    static const char *const argv[] = {"/bin/true", NULL};
    double outside[BILLED_ROUNDS];
    double inside[BILLED_ROUNDS];
    struct cupel_outcome outcome;

    for (size_t i = 0; i < WARM_UP + BILLED_ROUNDS; i++) {
        size_t at = i < WARM_UP ? 0 : i - WARM_UP;
        int r = bench_run(bench, argv, &bench->policy->limits, &outcome, err);
        if (r < 0)
            return r;
        if (spawn_us(&outside[at]) < 0)
            return cupel_fail(err, -EIO, "spawn /bin/true");
        inside[at] = (double)(outcome.user_ns + outcome.system_ns) / 1e3;
    }
    qsort(outside, BILLED_ROUNDS, sizeof(double), bench_compare);
    qsort(inside, BILLED_ROUNDS, sizeof(double), bench_compare);
    (void)printf(
        ",\n  \"billed_setup\": {\"outside_us\": %.0f, \"inside_us\": %.0f, "
        "\"median_us\": %.0f, \"p95_us\": %.0f}",
        outside[BILLED_ROUNDS / 2], inside[BILLED_ROUNDS / 2],
        inside[BILLED_ROUNDS / 2] - outside[BILLED_ROUNDS / 2],
        inside[BILLED_ROUNDS * 95 / 100] - outside[BILLED_ROUNDS * 95 / 100]);
    return 0;
}

/* In MiB, what the figure says beyond what the program touches: the one furthest off. */
static int measure_memory(struct bench *bench, const char *mib, double *ret,
                          struct cupel_error *err)
{
    const char *const argv[] = {HELPERS_IN_CELL "/burden", "touch", mib, NULL};
    struct cupel_outcome outcome;

    *ret = 0;
    for (size_t i = 0; i < MEMORY_ROUNDS; i++) {
        int r = bench_run(bench, argv, &bench->policy->limits, &outcome, err);
        if (r < 0)
            return r;
        if (outcome.status != CUPEL_RUN_EXITED || outcome.exit_code != 0)
            return cupel_fail(err, -EIO, "burden touch %s failed", mib);
        double off = (double)outcome.memory_peak_bytes / MIB - strtod(mib, NULL);
        if (off * off > *ret * *ret)
            *ret = off;
    }
    return 0;
}

static int measure_sizes(struct bench *bench, struct cupel_error *err)
{
    static const char *const sizes[] = {"1", "16", "64", "200"};
    double off = 0;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int r = measure_memory(bench, sizes[i], &off, err);
        if (r < 0)
            return r;
        (void)printf("%s\"%s\": %.2f", i == 0 ? ",\n  \"memory_error_mib\": {" : ", ", sizes[i],
                     off);
    }
    (void)printf("}");
    return 0;
}

int bench_precision(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    (void)rounds;
    (void)printf("{\n  \"rounds\": %d", LIMIT_ROUNDS);
    int r = measure_limits(bench, err);
    if (r == 0)
        r = measure_billed(bench, err);
    if (r == 0)
        r = measure_sizes(bench, err);
    (void)printf("\n}\n");
    return r;
}
