#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "cupel/cleanup.h"

double bench_now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int bench_compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;

    return (*x > *y) - (*x < *y);
}

int bench_start(const char *const *argv, pid_t *ret)
{
    posix_spawn_file_actions_t actions;
    int r = posix_spawn_file_actions_init(&actions);

    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (r == 0)
        r = posix_spawnp(ret, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int bench_await(pid_t pid)
{
    int status = 0;

    if (waitpid(pid, &status, 0) != pid)
        return -errno;
    return status == 0 ? 0 : -EIO;
}

int bench_spawn_case(struct bench *bench, const struct bench_case *self,
                     struct cupel_error *err)
{
    const char *argv[32] = {NULL};
    pid_t pid = -1;

    for (size_t i = 0; i < 31 && self->argv[i] != NULL; i++)
        argv[i] = strcmp(self->argv[i], "cupel") == 0 ? bench->cupel : self->argv[i];
    int r = bench_start(argv, &pid);
    if (r == 0)
        r = bench_await(pid);
    return r < 0 ? cupel_fail(err, r, "%s: %s failed", self->name, self->argv[0]) : 0;
}

void bench_print_times(double *times, size_t count, double baseline_us)
{
    qsort(times, count, sizeof(*times), bench_compare);
    (void)printf("\"median_us\": %.1f, \"p95_us\": %.1f, \"multiple\": %.2f", times[count / 2],
                 times[count * 95 / 100], times[count / 2] / baseline_us);
}

static void print_case(const struct bench_case *self, double *times, size_t rounds,
                       double baseline_us)
{
    (void)printf(",\n  \"%s\": {", self->name);
    bench_print_times(times, rounds, baseline_us);
    if (self->work > 0)
        (void)printf(", \"%s_per_second\": %.4g", self->unit,
                     self->work / times[rounds / 2] * 1e6);
    (void)printf("}");
}

/* What a case leaves the kernel to do, namespaces to take apart, is done while the next ones
 * run: none shall come after the same one each time. The same order each time it is measured.
 */
static void shuffle(size_t *order, size_t count, unsigned *seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)rand_r(seed) % i;
        size_t last = order[i - 1];
        order[i - 1] = order[other];
        order[other] = last;
    }
}

int bench_measure(struct bench *bench, const struct bench_case *cases, size_t count,
                  size_t rounds, struct cupel_error *err)
{
    size_t warm_up = rounds < WARM_UP ? 1 : WARM_UP;
    CUPEL_AUTO_FREE double *all = calloc(count * rounds, sizeof(*all));
    CUPEL_AUTO_FREE size_t *order = calloc(count, sizeof(*order));
    unsigned seed = 1;

    if (all == NULL || order == NULL)
        return cupel_fail_errno(err, "allocate");
    for (size_t j = 0; j < count; j++)
        order[j] = j;
    for (size_t i = 0; i < warm_up + rounds; i++) {
        shuffle(order, count, &seed);
        for (size_t k = 0; k < count; k++) {
            size_t j = order[k];
            double start_us = bench_now_us();
            int r = cases[j].run(bench, &cases[j], err);
            if (r < 0)
                return r;
            if (i >= warm_up)
                all[j * rounds + i - warm_up] = bench_now_us() - start_us;
        }
    }
    qsort(all, rounds, sizeof(*all), bench_compare); /* the baseline's median is needed first */
    (void)printf("{\n  \"rounds\": %zu", rounds);
    double baseline_us = all[rounds / 2];
    for (size_t j = 0; j < count; j++)
        print_case(&cases[j], all + j * rounds, rounds, baseline_us);
    (void)printf("\n}\n");
    return 0;
}
