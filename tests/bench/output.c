/* What it costs to compare a GiB of output while it streams: reading the pipe alone, and with
 * each comparison. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "cupel/cleanup.h"
#include "cupel/compare.h"

#define OUTPUT_MIB   1024
#define OUTPUT_BYTES ((size_t)OUTPUT_MIB << 20)
#define READ_BYTES   65536U
#define PIPE_BYTES   (1 << 20)

static const char line[] = "the quick brown 12345.6789 fox -17 jumps over 42\n";

/* What `burden pour` writes. */
static char *make_expected(struct cupel_error *err)
{
    char *bytes =
        mmap(NULL, OUTPUT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (bytes == MAP_FAILED) {
        (void)cupel_fail_errno(err, "allocate what is expected");
        return NULL;
    }
    for (size_t i = 0; i < OUTPUT_BYTES; i++)
        bytes[i] = line[i % (sizeof(line) - 1)];
    return bytes;
}

static int start_pouring(const struct bench *bench, pid_t *ret_pid, struct cupel_error *err)
{
    char path[sizeof(bench->helpers) + 16];
    char mib[16];
    posix_spawn_file_actions_t actions;
    int fds[2];

    (void)snprintf(path, sizeof(path), "%s/burden", bench->helpers);
    (void)snprintf(mib, sizeof(mib), "%d", OUTPUT_MIB);
    const char *const argv[] = {path, "pour", mib, line, NULL};
    if (pipe2(fds, O_CLOEXEC) < 0)
        return cupel_fail_errno(err, "pipe2");
    (void)fcntl(fds[0], F_SETPIPE_SZ, PIPE_BYTES);
    int r = posix_spawn_file_actions_init(&actions);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn(ret_pid, path, &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(fds[1]);
    if (r == 0)
        return fds[0];
    (void)close(fds[0]);
    return cupel_fail(err, -r, "start %s: %s", path, strerrordesc_np(r));
}

/* compare: NULL, only read. */
static int drain(int fd, struct cupel_compare *compare, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *buffer = malloc(READ_BYTES);
    size_t total = 0;
    ssize_t n = 0;

    while (buffer != NULL && (n = read(fd, buffer, READ_BYTES)) > 0) {
        total += (size_t)n;
        if (compare != NULL)
            cupel_compare_feed(compare, buffer, (size_t)n);
    }
    if (total != OUTPUT_BYTES)
        return cupel_fail(err, -EIO, "%zu bytes came", total);
    if (compare != NULL && !cupel_compare_finish(compare, NULL))
        return cupel_fail(err, -EIO, "the output is not equal");
    return 0;
}

static int pour_into(struct bench *bench, struct cupel_compare *compare,
                     struct cupel_error *err)
{
    pid_t pid = -1;

    int fd = start_pouring(bench, &pid, err);
    if (fd < 0)
        return fd;
    int r = drain(fd, compare, err);
    (void)close(fd);
    int ended = bench_await(pid);
    return r == 0 && ended < 0 ? cupel_fail(err, ended, "burden pour failed") : r;
}

static int run_pipe(struct bench *bench, const struct bench_case *self, struct cupel_error *err)
{
    (void)self;
    return pour_into(bench, NULL, err);
}

static int run_comparison(struct bench *bench, const struct bench_case *self,
                          struct cupel_error *err)
{
    struct cupel_compare *compare = NULL;
    enum cupel_compare_kind kind = CUPEL_COMPARE_EXACT;

    while (strcmp(cupel_compare_names[kind], self->name) != 0)
        kind++;
    int r = cupel_compare_new(kind, (struct cupel_tolerance){0}, bench->expected, OUTPUT_BYTES,
                              &compare);
    if (r < 0)
        return cupel_fail(err, r, "allocate a comparison");
    r = pour_into(bench, compare, err);
    cupel_compare_free(compare);
    return r;
}

int bench_output(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    static const char *const plain[] = {"/bin/true", NULL};
    static const struct bench_case cases[] = {
        {"spawn", bench_spawn_case, plain, 0, NULL},
        {"pipe", run_pipe, NULL, (double)OUTPUT_BYTES, "bytes"},
        {"exact", run_comparison, NULL, (double)OUTPUT_BYTES, "bytes"},
        {"lines", run_comparison, NULL, (double)OUTPUT_BYTES, "bytes"},
        {"tokens", run_comparison, NULL, (double)OUTPUT_BYTES, "bytes"},
        {"numbers", run_comparison, NULL, (double)OUTPUT_BYTES, "bytes"},
    };
    char *expected = make_expected(err);

    if (expected == NULL)
        return err->code;
    bench->expected = expected;
    int r = bench_measure(bench, cases, sizeof(cases) / sizeof(cases[0]), rounds, err);
    (void)munmap(expected, OUTPUT_BYTES);
    return r;
}
