/* What a policy costs: to read, to compile, to take from the cache, and to load its filter,
 * beside what a plain spawn takes meanwhile. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "bench.h"
#include "bpf.h"
#include "cupel/cleanup.h"
#include "cupel/filter_cache.h"

#define SUFFIX ".json"
#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#else
#define NATIVE AUDIT_ARCH_AARCH64
#endif

enum step { READ, COMPILE, CACHED, LOAD, SPAWN, STEPS };

static const char *const names[STEPS] = {"read", "compile", "cached", "load", "spawn"};

#define POLICIES_MAX 64

/* One policy, and what is measured of it. */
struct measured {
    char name[64];
    size_t instructions;
    size_t path; /* the most that one of the frequent calls takes of them */
    double *times[STEPS];
};

struct folders {
    const char *policies;
    const char *cache;
};

/* A fresh process each time: a filter stays. It writes how long seccomp(2) took. */
static void load_and_tell(const struct cupel_filter *filter, int fd)
{
    struct sock_fprog program = {.len = (unsigned short)filter->count,
                                 .filter = filter->instructions};
    double took = -1;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        double start = bench_now_us();
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
            took = bench_now_us() - start;
    }
    _exit(write(fd, &took, sizeof(took)) == sizeof(took) ? 0 : 1);
}

static int load(const struct cupel_filter *filter, double *ret, struct cupel_error *err)
{
    int fds[2];
    double took = -1;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return cupel_fail_errno(err, "pipe2");
    pid_t pid = fork();
    if (pid == 0)
        load_and_tell(filter, fds[1]);
    (void)close(fds[1]);
    ssize_t got = pid < 0 ? -1 : read(fds[0], &took, sizeof(took));
    (void)close(fds[0]);
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
    if (got != sizeof(took) || took < 0)
        return cupel_fail(err, -EIO, "seccomp(2) did not take a filter");
    *ret = took;
    return 0;
}

static int spawn(double *ret, struct cupel_error *err)
{
    static const char *const plain[] = {"/bin/true", NULL};
    pid_t pid = -1;
    double start = bench_now_us();

    int r = bench_start(plain, &pid);
    if (r == 0)
        r = bench_await(pid);
    *ret = bench_now_us() - start;
    return r < 0 ? cupel_fail(err, r, "%s failed", plain[0]) : 0;
}

static size_t longest_path(const struct cupel_filter *filter)
{
    static const char *const frequent[] = {"read",       "write",        "openat", "close",
                                           "newfstatat", "mmap",         "munmap", "brk",
                                           "futex",      "clock_gettime"};
    struct seccomp_data data = {.arch = NATIVE};
    size_t longest = 0;

    for (size_t i = 0; i < sizeof(frequent) / sizeof(frequent[0]); i++) {
        size_t steps = 0;
        data.nr = cupel_call_number(cupel_arch_native(), frequent[i]);
        (void)bpf_run(filter, &data, &steps);
        longest = steps > longest ? steps : longest;
    }
    return longest;
}

static int measure_once(const struct folders *folders, struct measured *m, size_t round,
                        struct cupel_error *err)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_policy *policy = NULL;
    struct cupel_filter filter = {0};
    struct cupel_filter cached = {0};
    double starts[STEPS];

    starts[READ] = bench_now_us();
    int r = cupel_policy_load(folders->policies, m->name, cupel_arch_native(), &diagnostics,
                              &policy, err);
    cupel_diagnostics_clear(&diagnostics);
    starts[COMPILE] = bench_now_us();
    if (r == 0)
        r = cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, err);
    starts[CACHED] = bench_now_us();
    if (r == 0)
        r = cupel_filter_get(folders->cache, policy, CUPEL_FILTER_ENFORCE, &cached, err);
    starts[LOAD] = bench_now_us();
    for (enum step step = READ; step < LOAD; step++)
        m->times[step][round] = starts[step + 1] - starts[step];
    if (r == 0)
        r = load(&cached, &m->times[LOAD][round], err);
    if (r == 0)
        r = spawn(&m->times[SPAWN][round], err);
    m->instructions = filter.count;
    m->path = longest_path(&cached);
    cupel_filter_clear(&filter);
    cupel_filter_clear(&cached);
    cupel_policy_free(policy);
    return r;
}

static void print(const struct measured *m, size_t rounds)
{
    (void)printf("\n  \"%s\": {\"instructions\": %zu, \"path\": %zu", m->name, m->instructions,
                 m->path);
    for (enum step step = READ; step < STEPS; step++) {
        double *times = m->times[step] + 1; /* the first fills the cache */
        qsort(times, rounds - 1, sizeof(*times), bench_compare);
        (void)printf(", \"%s\": {\"median_us\": %.1f, \"p95_us\": %.1f}", names[step],
                     times[(rounds - 1) / 2], times[(rounds - 1) * 95 / 100]);
    }
    (void)printf("}");
}

static int list(const char *folder, struct measured *ret, size_t *ret_count,
                struct cupel_error *err)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return cupel_fail_errno(err, "open %s", folder);
    for (const struct dirent *entry = readdir(dir); entry != NULL && *ret_count < POLICIES_MAX;
         entry = readdir(dir)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, SUFFIX) == 0)
            (void)snprintf(ret[(*ret_count)++].name, sizeof(ret->name), "%.*s",
                           (int)(dot - entry->d_name), entry->d_name);
    }
    (void)closedir(dir);
    return 0;
}

/* The policies by turns, so that a slow moment of the machine is met by all of them. */
int bench_policies(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    char cache[BENCH_SCRATCH_SIZE];
    struct measured policies[POLICIES_MAX] = {0};
    struct folders folders = {.policies = bench->policies, .cache = cache};
    size_t count = 0;

    rounds++;
    int r = list(bench->policies, policies, &count, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FREE double *times = calloc(count * STEPS * rounds + 1, sizeof(*times));
    if (times == NULL)
        return cupel_fail_errno(err, "allocate");
    for (size_t i = 0; i < count; i++)
        for (size_t step = 0; step < STEPS; step++)
            policies[i].times[step] = times + (i * STEPS + step) * rounds;
    r = bench_make_scratch(cache, err);
    if (r < 0)
        return r;
    for (size_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < count && r == 0; i++)
            r = measure_once(&folders, &policies[i], round, err);
    bench_remove(cache);
    for (size_t i = 0; i < count && r == 0; i++) {
        (void)printf("%s", i == 0 ? "{" : ",");
        print(&policies[i], rounds);
    }
    (void)printf("\n}\n");
    return r;
}
