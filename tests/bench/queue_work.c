#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "bench_queue.h"
#include "cupel/cleanup.h"
#include "queue/tree.h"

#define TRIVIAL_JOBS 200
#define SINGLES      30
#define BUSY_JOBS    60
#define SLOTS        2
#define WAIT_MS      1000

#define PATH_SIZE (BENCH_SCRATCH_SIZE + 16)

/* A grader, as a folder and in the queue. */
struct task {
    char folder[PATH_SIZE];
    struct cupel_blob tree;
};

struct work {
    struct bench_queue *bench;
    char folder[BENCH_SCRATCH_SIZE];
    char cupel[4096];
    char submission[PATH_SIZE];
    char spec[256];
    struct cupel_blob blob; /* the submission's */
    struct task trivial;
    struct task busy; /* takes a processor for some tenths of a second */
    pid_t worker;
};

static int make_task(struct work *work, const char *name, const char *test, struct task *ret,
                     struct cupel_error *err)
{
    const struct cupel_tree_limits limits = {.max_bytes = 1U << 20, .max_files = 10};

    (void)snprintf(ret->folder, sizeof(ret->folder), "%s/%s", work->folder, name);
    int r = bench_make_grader(ret->folder, "a.txt", test, 1, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd = open(ret->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? cupel_fail_errno(err, "open %s", ret->folder)
                  : cupel_queue_put_tree(work->bench->queue, fd, &limits, &ret->tree, err);
}

static int make_submission(struct work *work, struct cupel_error *err)
{
    (void)snprintf(work->submission, sizeof(work->submission), "%s/a.txt", work->folder);
    int r = bench_write(work->submission, "a\n", 2);
    if (r < 0)
        return cupel_fail(err, r, "write %s", work->submission);
    CUPEL_AUTO_FD fd = open(work->submission, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "open %s", work->submission);
    r = cupel_queue_put_blob(work->bench->queue, fd, 2, &work->blob, err);
    (void)snprintf(work->spec, sizeof(work->spec),
                   "{\"submission\": {\"sha256\": \"%s\", \"name\": \"a.txt\","
                   " \"form\": \"file\"}}",
                   work->blob.sha256);
    return r;
}

static int make_all(struct work *work, struct cupel_error *err)
{
    static const char trivial[] =
        "\"run\": [\"cat\", \"a.txt\"], \"policy\": \"compat\","
        " \"expect\": {\"stdout_text\": \"a\\n\"}";
    static const char busy[] =
        "\"run\": [\"sh\", \"-c\", \"i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done\"],"
        " \"policy\": \"compat\"";

    int r = bench_make_scratch(work->folder, err);
    if (r == 0)
        r = make_task(work, "trivial", trivial, &work->trivial, err);
    if (r == 0)
        r = make_task(work, "busy", busy, &work->busy, err);
    return r == 0 ? make_submission(work, err) : r;
}

static int start_worker(struct work *work, struct cupel_error *err)
{
    char folder[PATH_SIZE];
    const char *const argv[] = {work->cupel,      "worker",  "--queue",
                                work->bench->url, "--slots", "2",
                                "--work",         folder,    NULL};
    posix_spawn_file_actions_t actions;

    (void)snprintf(folder, sizeof(folder), "%s/work", work->folder);
    int r = posix_spawn_file_actions_init(&actions);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (r == 0)
        r = posix_spawn(&work->worker, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv,
                        environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return r == 0 ? 0 : cupel_fail(err, -r, "start %s", argv[0]);
}

/* So many gradings, as many at the same time as the worker does. */
static int do_directly(const struct work *work, const struct task *task, size_t count,
                       size_t at_once, struct cupel_error *err)
{
    const char *const argv[] = {work->cupel,  "grade",          "--quiet", "--jobs=1",
                                task->folder, work->submission, NULL};
    size_t running = 0;
    int status = 0;

    for (size_t started = 0; started < count || running > 0;) {
        pid_t pid = -1;
        if (started < count && running < at_once) {
            int r = bench_start(argv, &pid);
            if (r < 0)
                return cupel_fail(err, r, "start %s", argv[0]);
            started++;
            running++;
        } else if (waitpid(-1, &status, 0) == work->worker || status != 0) {
            return cupel_fail(err, -EIO, "a grading failed");
        } else {
            running--;
        }
    }
    return 0;
}

/* Until no job is left. */
static int wait_for_end(const struct work *work, struct cupel_error *err)
{
    struct cupel_queue *queue = work->bench->queue;

    for (;;) {
        struct cupel_queue_state state = {.now_us = 0};
        struct pollfd ear = {.fd = cupel_queue_ear_fd(queue), .events = POLLIN};
        cupel_queue_heard(queue);
        int r = cupel_queue_look(queue, &state, err);
        bool is_over = state.depth_count == 0;
        int64_t dead = state.dead;
        cupel_queue_state_clear(&state);
        if (r < 0 || is_over)
            return r < 0 || dead == 0 ? r : cupel_fail(err, -EIO, "%jd jobs are dead", dead);
        (void)poll(&ear, 1, WAIT_MS);
    }
}

static int do_queued(const struct work *work, const struct task *task, size_t count,
                     struct cupel_error *err)
{
    struct cupel_job_request request = bench_job_of("course");
    int64_t id = 0;
    bool is_new = false;
    int r = 0;

    request.kind = CUPEL_JOB_GRADE;
    request.spec = work->spec;
    request.submission = work->blob.sha256;
    request.grader = "bench";
    request.tree = task->tree.sha256;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = cupel_queue_add(work->bench->queue, &request, &id, &is_new, err);
    return r == 0 ? wait_for_end(work, err) : r;
}

static int time_direct(const struct work *work, const struct task *task, size_t count,
                       size_t at_once, double *ret_us, struct cupel_error *err)
{
    double begin = bench_now_us();
    int r = do_directly(work, task, count, at_once, err);

    *ret_us = bench_now_us() - begin;
    return r;
}

static int time_queued(const struct work *work, const struct task *task, size_t count,
                       double *ret_us, struct cupel_error *err)
{
    double begin = bench_now_us();
    int r = do_queued(work, task, count, err);

    *ret_us = bench_now_us() - begin;
    return r;
}

static int measure_single(const struct work *work, struct cupel_error *err)
{
    double direct[SINGLES];
    double queued[SINGLES];
    int r = 0;

    for (size_t i = 0; r == 0 && i < SINGLES; i++) {
        r = time_direct(work, &work->trivial, 1, 1, &direct[i], err);
        if (r == 0)
            r = time_queued(work, &work->trivial, 1, &queued[i], err);
    }
    if (r < 0)
        return r;
    qsort(direct, SINGLES, sizeof(direct[0]), bench_compare);
    qsort(queued, SINGLES, sizeof(queued[0]), bench_compare);
    (void)printf(
        "\n  \"single\": {\"direct_ms\": %.1f, \"queued_ms\": %.1f,"
        " \"queued_p95_ms\": %.1f}",
        direct[SINGLES / 2] / 1e3, queued[SINGLES / 2] / 1e3, queued[SINGLES * 95 / 100] / 1e3);
    return 0;
}

static int measure_many(const struct work *work, const char *name, const struct task *task,
                        size_t count, struct cupel_error *err)
{
    double direct = 0;
    double queued = 0;

    int r = time_direct(work, task, count, SLOTS, &direct, err);
    if (r == 0)
        r = time_queued(work, task, count, &queued, err);
    if (r == 0)
        (void)printf(
            ",\n  \"%s\": {\"jobs\": %zu, \"direct_s\": %.2f, \"queued_s\": %.2f,"
            " \"jobs_per_second\": %.1f, \"multiple\": %.2f}",
            name, count, direct / 1e6, queued / 1e6, (double)count / queued * 1e6,
            queued / direct);
    return r;
}

int bench_queue_work(struct bench_queue *bench, struct cupel_error *err)
{
    struct work work = {.bench = bench, .worker = -1};

    (void)snprintf(work.cupel, sizeof(work.cupel), "%s/bin/cupel", bench->prefix);
    int r = make_all(&work, err);
    if (r == 0)
        r = cupel_queue_listen(bench->queue, err);
    if (r == 0)
        r = start_worker(&work, err);
    if (r == 0)
        r = do_queued(&work, &work.trivial, SLOTS, err); /* it is ready, and has the files */
    if (r == 0)
        r = measure_single(&work, err);
    if (r == 0)
        r = measure_many(&work, "trivial", &work.trivial, TRIVIAL_JOBS, err);
    if (r == 0)
        r = measure_many(&work, "busy", &work.busy, BUSY_JOBS, err);
    if (work.worker > 0) {
        (void)kill(work.worker, SIGTERM);
        (void)waitpid(work.worker, NULL, 0);
    }
    bench_remove(work.folder);
    return r;
}
