/* What it costs to compare output while it streams: reading the pipe alone, and with each
 * comparison. */
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
#define RESPELT_MIB  64
#define READ_BYTES   65536U
#define PIPE_BYTES   (1 << 20)

/* A text has a whole number of them: 64 bytes each. */
static const char line[] = "a total of 42  is  12345.6789   and a mean of -17.50 in 0.001 s\n";
static const char respelt[] =
    "a total of 42. is  1.23456789e4 and a mean of -17.5  in 1e-3  s\n";
_Static_assert(sizeof(line) == 65 && sizeof(respelt) == 65, "lines of 64 bytes");

static const struct output {
    const char *name;
    const char *line;
    int mib;
    bool compared;
    enum cupel_compare_kind kind;
} outputs[] = {
    {"pipe", line, OUTPUT_MIB, false, CUPEL_COMPARE_EXACT},
    {"exact", line, OUTPUT_MIB, true, CUPEL_COMPARE_EXACT},
    {"lines", line, OUTPUT_MIB, true, CUPEL_COMPARE_LINES},
    {"tokens", line, OUTPUT_MIB, true, CUPEL_COMPARE_TOKENS},
    {"numbers", line, OUTPUT_MIB, true, CUPEL_COMPARE_NUMBERS},
    {"numbers_respelt", respelt, RESPELT_MIB, true, CUPEL_COMPARE_NUMBERS},
};

#define OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

/* What `burden pour` writes of the first line. */
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

static int start_pouring(const struct bench *bench, const struct output *output, pid_t *ret_pid,
                         struct cupel_error *err)
{
    char path[sizeof(bench->helpers) + 16];
    char mib[16];
    posix_spawn_file_actions_t actions;
    int fds[2];

    (void)snprintf(path, sizeof(path), "%s/burden", bench->helpers);
    (void)snprintf(mib, sizeof(mib), "%d", output->mib);
    const char *const argv[] = {path, "pour", mib, output->line, NULL};
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
static int drain(int fd, size_t bytes, struct cupel_compare *compare, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *buffer = malloc(READ_BYTES);
    size_t total = 0;
    ssize_t n = 0;

    while (buffer != NULL && (n = read(fd, buffer, READ_BYTES)) > 0) {
        total += (size_t)n;
        if (compare != NULL)
            cupel_compare_feed(compare, buffer, (size_t)n);
    }
    if (total != bytes)
        return cupel_fail(err, -EIO, "%zu bytes came", total);
    if (compare != NULL && !cupel_compare_finish(compare, NULL))
        return cupel_fail(err, -EIO, "the output is not equal");
    return 0;
}

static int pour_into(struct bench *bench, const struct output *output,
                     struct cupel_compare *compare, struct cupel_error *err)
{
    pid_t pid = -1;

    int fd = start_pouring(bench, output, &pid, err);
    if (fd < 0)
        return fd;
    int r = drain(fd, (size_t)output->mib << 20, compare, err);
    (void)close(fd);
    int ended = bench_await(pid);
    return r == 0 && ended < 0 ? cupel_fail(err, ended, "burden pour failed") : r;
}

static int run_output(struct bench *bench, const struct bench_case *self,
                      struct cupel_error *err)
{
    const struct output *output = outputs;
    struct cupel_compare *compare = NULL;
    int r = 0;

    while (strcmp(output->name, self->name) != 0)
        output++;
    if (output->compared)
        r = cupel_compare_new(output->kind, (struct cupel_tolerance){0}, bench->expected,
                              (size_t)output->mib << 20, &compare);
    if (r < 0)
        return cupel_fail(err, r, "allocate a comparison");
    r = pour_into(bench, output, compare, err);
    cupel_compare_free(compare);
    return r;
}

int bench_output(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    static const char *const plain[] = {"/bin/true", NULL};
    struct bench_case cases[1 + OUTPUTS] = {{"spawn", bench_spawn_case, plain, 0, NULL}};
    char *expected = make_expected(err);

    if (expected == NULL)
        return err->code;
    for (size_t i = 0; i < OUTPUTS; i++)
        cases[1 + i] = (struct bench_case){.name = outputs[i].name,
                                           .run = run_output,
                                           .work = (double)outputs[i].mib * 1048576,
                                           .unit = "bytes"};
    bench->expected = expected;
    int r = bench_measure(bench, cases, 1 + OUTPUTS, rounds, err);
    (void)munmap(expected, OUTPUT_BYTES);
    return r;
}
