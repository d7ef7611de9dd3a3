/* `cupel grade` of each case, some at the same time. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/test.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/units.h"

#define COMPLAINT_MAX ((size_t)1 << 20)
#define ARGUMENTS_MAX 16

struct job {
    struct test_case *test;
    pid_t pid; /* 0: the slot is free */
    int output_fd;
    int complaint_fd;
    uint64_t started_ns;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * CUPEL_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* The processors are shared out among the gradings at work. */
static unsigned lanes_of(const struct test_options *options, const struct test_round *round)
{
    unsigned at_once = round->count < options->jobs ? (unsigned)round->count : options->jobs;

    return at_once > 0 ? options->jobs / at_once : 1;
}

static void fill_arguments(const struct test_options *options, const struct test_round *round,
                           const char *cgroup, const struct test_case *test, char jobs[16],
                           const char *ret[static ARGUMENTS_MAX])
{
    size_t n = 0;

    (void)snprintf(jobs, 16, "%u", lanes_of(options, round));
    ret[n++] = "cupel";
    ret[n++] = "grade";
    ret[n++] = "--quiet";
    ret[n++] = "--jobs";
    ret[n++] = jobs;
    ret[n++] = "--cgroup";
    ret[n++] = cgroup != NULL ? cgroup : "none";
    if (options->require != NULL) {
        ret[n++] = "--require";
        ret[n++] = options->require;
    }
    ret[n++] = "--";
    ret[n++] = round->path;
    ret[n++] = test->sample != NULL ? test->sample->submission : "-";
    ret[n] = NULL;
}

/* In the child. It must not outlive us: whoever interrupts us wants all to end. */
static void execute(const struct job *job, pid_t parent, const char *const *arguments)
{
    int input_fd = job->test->input_fd;

    if (input_fd < 0)
        input_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent &&
        dup2(input_fd, STDIN_FILENO) >= 0 && dup2(job->output_fd, STDOUT_FILENO) >= 0 &&
        dup2(job->complaint_fd, STDERR_FILENO) >= 0)
        (void)execv("/proc/self/exe", (char *const *)(uintptr_t)arguments);
    _exit(CUPEL_EXIT_PLATFORM);
}

static int start(struct job *job, const char *const *arguments, struct cupel_error *err)
{
    pid_t parent = getpid();

    job->output_fd = memfd_create("result", MFD_CLOEXEC);
    job->complaint_fd = memfd_create("complaint", MFD_CLOEXEC);
    if (job->output_fd < 0 || job->complaint_fd < 0)
        return cupel_fail_errno(err, "memfd_create");
    job->started_ns = now_ns();
    job->pid = fork();
    if (job->pid < 0) {
        job->pid = 0;
        return cupel_fail_errno(err, "fork");
    }
    if (job->pid == 0)
        execute(job, parent, arguments);
    return 0;
}

static void close_job(struct job *job)
{
    cupel_close_p(&job->output_fd);
    cupel_close_p(&job->complaint_fd);
    *job = (struct job){.output_fd = -1, .complaint_fd = -1};
}

static void finish(struct job *job, int status)
{
    struct test_case *test = job->test;
    size_t len = 0;

    test->wall_ns = now_ns() - job->started_ns;
    test->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : CUPEL_EXIT_PLATFORM;
    if (lseek(job->output_fd, 0, SEEK_SET) == 0)
        test->result = json_loadfd(job->output_fd, 0, NULL);
    if (lseek(job->complaint_fd, 0, SEEK_SET) == 0)
        (void)!cupel_path_read_fd(job->complaint_fd, COMPLAINT_MAX, &test->complaint, &len);
    close_job(job);
}

static struct job *find_job(struct job *jobs, unsigned count, pid_t pid)
{
    for (unsigned i = 0; i < count; i++) {
        if (jobs[i].pid == pid)
            return &jobs[i];
    }
    return NULL;
}

/* Wait for one of them. */
static int reap(struct job *jobs, unsigned count, struct cupel_error *err)
{
    int status = 0;

    pid_t pid = (pid_t)TEMP_FAILURE_RETRY(waitpid(-1, &status, 0));
    if (pid < 0)
        return cupel_fail_errno(err, "waitpid");
    struct job *job = find_job(jobs, count, pid);
    if (job != NULL)
        finish(job, status);
    return 0;
}

static int grade_all(const struct test_options *options, const char *cgroup,
                     struct test_round *round, struct job *jobs, struct cupel_error *err)
{
    const char *arguments[ARGUMENTS_MAX];
    char lanes[16];
    int r = 0;

    for (size_t i = 0; r == 0 && i < round->count; i++) {
        struct job *job = NULL;
        if (!round->cases[i].tried)
            continue;
        while (r == 0 && (job = find_job(jobs, options->jobs, 0)) == NULL)
            r = reap(jobs, options->jobs, err);
        if (job == NULL)
            break;
        job->test = &round->cases[i];
        fill_arguments(options, round, cgroup, job->test, lanes, arguments);
        r = start(job, arguments, err);
    }
    for (unsigned i = 0; i < options->jobs; i++) {
        while (r == 0 && jobs[i].pid > 0)
            r = reap(jobs, options->jobs, err);
        close_job(&jobs[i]);
    }
    return r;
}

int test_spawn(const struct test_options *options, const char *cgroup, struct test_round *round,
               struct cupel_error *err)
{
    uint64_t started_ns = now_ns();
    CUPEL_AUTO_FREE struct job *jobs = calloc(options->jobs, sizeof(*jobs));

    if (jobs == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    for (unsigned i = 0; i < options->jobs; i++)
        jobs[i] = (struct job){.output_fd = -1, .complaint_fd = -1};
    int r = grade_all(options, cgroup, round, jobs, err);
    round->wall_ns = now_ns() - started_ns;
    return r;
}
