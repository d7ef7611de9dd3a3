/* What the machine itself takes: the floor below everything else that is measured. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static const struct namespaces {
    const char *name;
    int flags;
} namespaces[] = {
    {"fork", 0},
    {"user", CLONE_NEWUSER},
    {"user_mount", CLONE_NEWUSER | CLONE_NEWNS},
    {"user_pid", CLONE_NEWUSER | CLONE_NEWPID},
    {"user_ipc", CLONE_NEWUSER | CLONE_NEWIPC},
    {"user_uts", CLONE_NEWUSER | CLONE_NEWUTS},
    {"user_cgroup", CLONE_NEWUSER | CLONE_NEWCGROUP},
    {"user_net", CLONE_NEWUSER | CLONE_NEWNET},
    {"user_all", CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                     CLONE_NEWCGROUP | CLONE_NEWNET},
};

#define NAMESPACES (sizeof(namespaces) / sizeof(namespaces[0]))

/* A child makes them and ends. */
static int run_fork(struct bench *bench, const struct bench_case *self, struct cupel_error *err)
{
    const struct namespaces *made = namespaces;

    (void)bench;
    while (strcmp(made->name, self->name) != 0)
        made++;
    pid_t pid = fork();
    if (pid == 0)
        _exit(made->flags == 0 || unshare(made->flags) == 0 ? 0 : 1);
    int r = pid < 0 ? -errno : bench_await(pid);
    return r < 0 ? cupel_fail(err, r, "%s: the child failed", self->name) : 0;
}

static int measure(struct bench *bench, const char *program, size_t rounds,
                   struct cupel_error *err)
{
    static const char *const plain[] = {"/bin/true", NULL};
    const char *const idle[] = {program, NULL};
    struct bench_case cases[2 + NAMESPACES] = {
        {"spawn", bench_spawn_case, plain, 0, NULL},
        {"static", bench_spawn_case, idle, 0, NULL},
    };

    for (size_t i = 0; i < NAMESPACES; i++)
        cases[2 + i] = (struct bench_case){.name = namespaces[i].name, .run = run_fork};
    return bench_measure(bench, cases, 2 + NAMESPACES, rounds, err);
}

int bench_machine(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    char folder[BENCH_SCRATCH_SIZE];
    char program[BENCH_SCRATCH_SIZE + 8];

    int r = bench_make_scratch(folder, err);
    if (r < 0)
        return r;
    (void)snprintf(program, sizeof(program), "%s/idle", folder);
    r = bench_copy_helper(bench, "idle", program, err);
    if (r == 0)
        r = measure(bench, program, rounds, err);
    bench_remove(folder);
    return r;
}
