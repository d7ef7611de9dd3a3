/* What gradings cost: by tests, by files of the submission, and beside each other. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "cupel/cleanup.h"

#define FILES      1000
#define FILE_BYTES 1024

/* Of a program that does next to nothing, with input and output. */
#define TEST                                                                                   \
    "\"run\": [\"cat\"], \"stdin_text\": \"some input\\n\","                                   \
    " \"expect\": {\"stdout_text\": \"some input\\n\"}"

enum grader { OF_1, OF_10, OF_100, OF_1000, OF_10000, GRADERS };

static const struct {
    const char *name;
    size_t tests;
} graders[GRADERS] = {
    [OF_1] = {"1", 1},          [OF_10] = {"10", 10},          [OF_100] = {"100", 100},
    [OF_1000] = {"1000", 1000}, [OF_10000] = {"10000", 10000},
};

struct paths {
    char folder[BENCH_SCRATCH_SIZE];
    char graders[GRADERS][BENCH_SCRATCH_SIZE + 16];
    char one[BENCH_SCRATCH_SIZE + 16];     /* a submission of one file */
    char archive[BENCH_SCRATCH_SIZE + 16]; /* one of a thousand */
};

static int make_files(const char *folder, size_t count)
{
    static const char bytes[FILE_BYTES];
    char path[128];
    int r = mkdir(folder, 0755) < 0 ? -errno : 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        (void)snprintf(path, sizeof(path), "%s/f%zu", folder, i);
        r = bench_write(path, bytes, sizeof(bytes));
    }
    return r;
}

static int make_archive(const struct paths *paths)
{
    char folder[BENCH_SCRATCH_SIZE + 16];
    pid_t pid = -1;

    (void)snprintf(folder, sizeof(folder), "%s/many", paths->folder);
    const char *const argv[] = {"/bin/tar", "-C", folder, "-czf", paths->archive, ".", NULL};
    int r = make_files(folder, FILES);
    if (r == 0)
        r = bench_start(argv, &pid);
    return r == 0 ? bench_await(pid) : r;
}

static int make_paths(struct paths *paths, struct cupel_error *err)
{
    int r = bench_make_scratch(paths->folder, err);

    if (r < 0)
        return r;
    (void)snprintf(paths->one, sizeof(paths->one), "%s/one", paths->folder);
    (void)snprintf(paths->archive, sizeof(paths->archive), "%s/many.tgz", paths->folder);
    if (make_files(paths->one, 1) < 0 || make_archive(paths) < 0)
        return cupel_fail(err, -EIO, "make submissions");
    for (enum grader i = OF_1; r == 0 && i < GRADERS; i++) {
        (void)snprintf(paths->graders[i], sizeof(paths->graders[i]), "%s/grader-%s",
                       paths->folder, graders[i].name);
        r = bench_make_grader(paths->graders[i], "f*", TEST, graders[i].tests, err);
    }
    return r;
}

/* Two at the same time. */
static int run_pair(struct bench *bench, const struct bench_case *self, struct cupel_error *err)
{
    const char *argv[16] = {bench->cupel};
    pid_t pids[2] = {-1, -1};

    for (size_t i = 1; i < 15 && self->argv[i] != NULL; i++)
        argv[i] = self->argv[i];
    int r = bench_start(argv, &pids[0]);
    if (r == 0)
        r = bench_start(argv, &pids[1]);
    int first = pids[0] > 0 ? bench_await(pids[0]) : 0;
    int second = pids[1] > 0 ? bench_await(pids[1]) : 0;
    if (r < 0 || first < 0 || second < 0)
        return cupel_fail(err, -EIO, "%s: a grading failed", self->name);
    return 0;
}

#define GRADE(jobs, grader, submission)                                                        \
    (const char *const[])                                                                      \
    {                                                                                          \
        "cupel", "grade", "--quiet", "--jobs", (jobs), (grader), (submission), NULL            \
    }

static const char *const plain[] = {"/bin/true", NULL};

static int measure_grading(struct bench *bench, const struct paths *paths, size_t rounds,
                           struct cupel_error *err)
{
    const struct bench_case cases[] = {
        {"spawn", bench_spawn_case, plain, 0, NULL},
        {"tests_1", bench_spawn_case, GRADE("2", paths->graders[OF_1], paths->one), 1, "tests"},
        {"tests_10", bench_spawn_case, GRADE("2", paths->graders[OF_10], paths->one), 10,
         "tests"},
        {"tests_100", bench_spawn_case, GRADE("2", paths->graders[OF_100], paths->one), 100,
         "tests"},
        {"tests_1000", bench_spawn_case, GRADE("2", paths->graders[OF_1000], paths->one), 1000,
         "tests"},
        {"files_1000", bench_spawn_case, GRADE("2", paths->graders[OF_1], paths->archive),
         FILES, "files"},
        {"alone", bench_spawn_case, GRADE("1", paths->graders[OF_100], paths->one), 100,
         "tests"},
        {"pair", run_pair, GRADE("1", paths->graders[OF_100], paths->one), 200, "tests"},
    };

    return bench_measure(bench, cases, sizeof(cases) / sizeof(cases[0]), rounds, err);
}

static int measure_scale(struct bench *bench, const struct paths *paths, size_t rounds,
                         struct cupel_error *err)
{
    const struct bench_case cases[] = {
        {"spawn", bench_spawn_case, plain, 0, NULL},
        {"tests_1000", bench_spawn_case, GRADE("2", paths->graders[OF_1000], paths->one), 1000,
         "tests"},
        {"tests_10000", bench_spawn_case, GRADE("2", paths->graders[OF_10000], paths->one),
         10000, "tests"},
    };

    return bench_measure(bench, cases, sizeof(cases) / sizeof(cases[0]), rounds, err);
}

static int with_paths(struct bench *bench, size_t rounds,
                      int (*measure)(struct bench *bench, const struct paths *paths,
                                     size_t rounds, struct cupel_error *err),
                      struct cupel_error *err)
{
    struct paths paths = {.folder = ""};

    int r = make_paths(&paths, err);
    if (r == 0)
        r = measure(bench, &paths, rounds, err);
    if (paths.folder[0] != '\0')
        bench_remove(paths.folder);
    return r;
}

int bench_grading(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    return with_paths(bench, rounds, measure_grading, err);
}

int bench_scale(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    return with_paths(bench, rounds, measure_scale, err);
}
