/* The most memory that a grading's supervisor and cell had resident, by their own status files:
 * of one test, of a thousand, and of one that writes 512 MiB. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "cupel/cleanup.h"

#define LOOK_NS 2000000L

/* The last test waits, so that both are looked at when all else is done. */
#define WAIT "\"run\": [\"sleep\", \"0.1\"], \"expect\": {\"exit_code\": 0}"
#define CAT  "\"run\": [\"cat\"], \"stdin_text\": \"x\", \"expect\": {\"stdout_text\": \"x\"}"
#define POUR                                                                                   \
    "\"run\": [\"./f0\", \"pour\", \"512\", \"x\"], \"expect\": {\"exit_code\": 0},"           \
    " \"limits\": {\"output\": \"1 GiB\", \"cpu\": \"60 s\", \"wall\": \"120 s\"}"

static const struct memory_case {
    const char *name;
    const char *test;
    size_t tests;
} cases[] = {{"one_test", WAIT, 1}, {"thousand_tests", CAT, 1000}, {"much_output", POUR, 1}};

struct peaks {
    long supervisor_kib;
    long cell_kib;
};

/* VmHWM and name of a process; 0 where it is gone. */
static long peak_of(pid_t pid, char name[static 32])
{
    char path[64];
    char text[256];
    long kib = 0;

    name[0] = '\0';
    (void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *in = fopen(path, "re");
    while (in != NULL && fgets(text, sizeof(text), in) != NULL) {
        (void)sscanf(text, "Name: %31s", name);
        (void)sscanf(text, "VmHWM: %ld", &kib);
    }
    if (in != NULL)
        (void)fclose(in);
    return kib;
}

static void look(pid_t supervisor, struct peaks *peaks)
{
    char path[64];
    char name[32];
    pid_t child;

    long kib = peak_of(supervisor, name);
    if (strcmp(name, "cupel") == 0 && kib > peaks->supervisor_kib)
        peaks->supervisor_kib = kib;
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", supervisor, supervisor);
    FILE *in = fopen(path, "re");
    while (in != NULL && fscanf(in, "%d", &child) == 1) {
        kib = peak_of(child, name);
        if (strcmp(name, "cupel-cell") == 0 && kib > peaks->cell_kib)
            peaks->cell_kib = kib;
    }
    if (in != NULL)
        (void)fclose(in);
}

static int watch(pid_t pid, struct peaks *peaks)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        look(pid, peaks);
        (void)nanosleep(&pause, NULL);
    }
    return status == 0 ? 0 : -EIO;
}

static int make_submission(const struct bench *bench, const char *folder,
                           struct cupel_error *err)
{
    char copy[128];

    (void)snprintf(copy, sizeof(copy), "%s/f0", folder);
    if (mkdir(folder, 0755) < 0)
        return cupel_fail_errno(err, "make %s", folder);
    return bench_copy_helper(bench, "burden", copy, err);
}

static int measure(struct bench *bench, const char *folder, const struct memory_case *self,
                   struct peaks *ret, struct cupel_error *err)
{
    char grader[128];
    char submission[128];
    pid_t pid = -1;

    (void)snprintf(submission, sizeof(submission), "%s/submission", folder);
    (void)snprintf(grader, sizeof(grader), "%s/%s", folder, self->name);
    const char *const argv[] = {bench->cupel, "grade", "--quiet",  "--jobs",
                                "1",          grader,  submission, NULL};
    int r = bench_make_grader(grader, "f0", self->test, self->tests, err);
    if (r < 0)
        return r;
    r = bench_start(argv, &pid);
    if (r == 0)
        r = watch(pid, ret);
    return r < 0 ? cupel_fail(err, r, "%s: the grading failed", self->name) : 0;
}

int bench_memory(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    char folder[BENCH_SCRATCH_SIZE];
    char submission[BENCH_SCRATCH_SIZE + 16];

    (void)rounds;
    int r = bench_make_scratch(folder, err);
    if (r < 0)
        return r;
    (void)snprintf(submission, sizeof(submission), "%s/submission", folder);
    r = make_submission(bench, submission, err);
    const char *before = "{";
    for (size_t i = 0; r == 0 && i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct peaks peaks = {0};
        r = measure(bench, folder, &cases[i], &peaks, err);
        (void)printf("%s\n  \"%s\": {\"supervisor_kib\": %ld, \"cell_kib\": %ld}", before,
                     cases[i].name, peaks.supervisor_kib, peaks.cell_kib);
        before = ",";
    }
    (void)printf("\n}\n");
    bench_remove(folder);
    return r;
}
