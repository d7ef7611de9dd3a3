/* A job from its lease to the end of its last child. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "service/worker.h"
#include "service/worker_arguments.h"
#include "service/worker_document.h"
#include "service/worker_spec.h"

#define CHUNK      65536
#define CHUNKS_MAX 16 /* at once: other jobs are waited for as well */

/* The tree of another job at work is not to be removed. */
static bool is_used(void *owner, const char *sha256)
{
    const struct worker *worker = owner;

    for (const struct worker_job *job = worker->jobs; job != NULL; job = job->next) {
        if (job->asked->tree != NULL && strcmp(job->asked->tree, sha256) == 0)
            return true;
    }
    return false;
}

static void stay_alive(void *owner)
{
    worker_stay_alive(owner);
}

static int get_grader(struct worker_job *job, struct cupel_error *err)
{
    struct worker *worker = job->worker;
    const struct cupel_tree_pause pause = {stay_alive, worker};

    if (job->asked->tree == NULL)
        return cupel_fail(err, -EPROTO, "the job names no grader's files");
    return worker_files_grader(&worker->files, worker->queue, job->asked->tree, is_used, worker,
                               &pause, job->grader, err);
}

static void add_sandbox(const struct worker_job *job, struct worker_arguments *ret)
{
    unsigned cpus = job->asked->cpus_milli / 1000;

    worker_arguments_add(ret, "--jobs=%u", cpus > 0 ? cpus : 1);
    worker_arguments_add(ret, "--cgroup=%s", job->worker->cgroup);
}

static int get_submission(struct worker_job *job, char ret[static PATH_MAX],
                          struct cupel_error *err)
{
    struct worker_submission submission = {.document = NULL};
    const struct cupel_tree_pause pause = {stay_alive, job->worker};
    char name[WORKER_NAME_SIZE] = "submission";

    int r = worker_spec_submission(job->asked->spec, &submission, err);
    if (r < 0)
        return r;
    if (!submission.is_tree)
        (void)worker_file_name(submission.name, name);
    r = worker_files_join(job->folder, name, ret, err);
    if (r == 0 && submission.is_tree)
        r = worker_files_get_tree(job->worker->queue, submission.sha256, ret, &pause, err);
    else if (r == 0)
        r = worker_files_get_blob(job->worker->queue, submission.sha256, ret, err);
    json_decref(submission.document);
    return r;
}

static int prepare_grade(struct worker_job *job, int events_fd, struct worker_arguments *ret,
                         struct cupel_error *err)
{
    char submission[PATH_MAX];

    int r = get_grader(job, err);
    if (r == 0)
        r = get_submission(job, submission, err);
    if (r < 0)
        return r;
    worker_arguments_add(ret, "grade");
    worker_arguments_add(ret, "--quiet");
    worker_arguments_add(ret, "--events=%d", events_fd);
    add_sandbox(job, ret);
    worker_arguments_add(ret, "--");
    worker_arguments_add(ret, "."); /* so that no message tells where it is */
    worker_arguments_add(ret, "%s", submission);
    return 0;
}

static int prepare_run(struct worker_job *job, struct worker_arguments *ret,
                       struct cupel_error *err)
{
    struct worker_run run = {.document = NULL};
    char input[PATH_MAX];

    int r = worker_spec_run(job->asked->spec, &run, err);
    if (r < 0)
        return r;
    worker_arguments_add(ret, "run");
    worker_arguments_add(ret, "--cgroup=%s", job->worker->cgroup);
    if (run.input != NULL) {
        r = worker_files_join(job->folder, WORKER_STDIN, input, err);
        if (r == 0)
            r = worker_files_get_blob(job->worker->queue, run.input, input, err);
        worker_arguments_add(ret, "--stdin=%s", WORKER_STDIN);
    }
    worker_arguments_add(ret, "--stdout=%s", WORKER_STDOUT);
    worker_arguments_add(ret, "--stderr=%s", WORKER_STDERR);
    worker_arguments_add(ret, "--report=/dev/stdout");
    worker_spec_add_options(&run, job->asked->memory_bytes, ret);
    worker_spec_add_command(&run, ret);
    json_decref(run.document);
    return r;
}

static int prepare_check(struct worker_job *job, struct worker_arguments *ret,
                         struct cupel_error *err)
{
    if (job->lint == NULL) {
        worker_arguments_add(ret, "lint");
        worker_arguments_add(ret, "grader.json");
        return get_grader(job, err);
    }
    worker_arguments_add(ret, "test");
    worker_arguments_add(ret, "--json");
    add_sandbox(job, ret);
    worker_arguments_add(ret, "--");
    worker_arguments_add(ret, ".");
    return 0;
}

static int prepare(struct worker_job *job, int events_fd, struct worker_arguments *ret,
                   struct cupel_error *err)
{
    int r = -EPROTO;

    worker_arguments_add(ret, "cupel");
    switch (job->asked->kind) {
    case CUPEL_JOB_GRADE:
        r = prepare_grade(job, events_fd, ret, err);
        break;
    case CUPEL_JOB_RUN:
        r = prepare_run(job, ret, err);
        break;
    case CUPEL_JOB_CHECK:
        r = prepare_check(job, ret, err);
        break;
    case CUPEL_JOB_KINDS:
    default:
        return cupel_fail(err, r, "the worker knows no such kind of job");
    }
    return r == 0 && ret->failed ? cupel_fail(err, -ENOMEM, "start cupel: out of memory") : r;
}

static void close_source(struct worker_job *job, struct cupel_source *source)
{
    cupel_loop_remove(job->worker->loop, source);
    source->fd = -1;
}

static void read_events(struct cupel_source *source, uint32_t epoll_events)
{
    struct worker_job *job = source->owner;
    char chunk[CHUNK];
    ssize_t n = 1;

    (void)epoll_events;
    for (int i = 0; i < CHUNKS_MAX && n > 0; i++) {
        n = TEMP_FAILURE_RETRY(read(source->fd, chunk, sizeof(chunk)));
        if (n > 0)
            worker_lines_add(&job->lines, chunk, (size_t)n);
    }
    if (n == 0) {
        int fd = source->fd;
        close_source(job, source);
        (void)close(fd);
    }
    if (job->lines.whole > 0)
        worker_wake(job->worker, job->tell_us);
}

/* Its end is made of how the child ended, unless we ended it. */
static void conclude(struct worker_job *job, int status)
{
    switch (job->stop) {
    case WORKER_STALE:
        job->is_over = true;
        return;
    case WORKER_CANCELLED:
        worker_end_failed(job, "cancelled");
        return;
    case WORKER_DRAINED:
        worker_end_interrupted(job, "the worker was stopped");
        return;
    case WORKER_TOO_LONG:
        worker_end_failed(job, "not done after %.0f s, which --job-time allows",
                          (double)job->worker->options->job_us / 1e6);
        return;
    case WORKER_GOES_ON:
    default:
        worker_end_of(job, status);
    }
}

static void close_sources(struct worker_job *job)
{
    int fd = job->events.fd;

    if (fd >= 0) {
        close_source(job, &job->events); /* what was said last, the result tells */
        (void)close(fd);
    }
    close_source(job, &job->ended);
    job->is_running = false;
    job->worker->running--;
}

static void end_child(struct worker_job *job)
{
    worker_child_kill(&job->child);
    close_sources(job);
    (void)worker_child_reap(&job->child);
}

static void child_ended(struct cupel_source *source, uint32_t epoll_events)
{
    struct worker_job *job = source->owner;

    (void)epoll_events;
    close_sources(job);
    conclude(job, worker_child_reap(&job->child));
    if (job->is_running) /* its next child */
        return;
    worker_child_close(&job->child);
    if (!job->is_over)
        worker_tell_end(job);
}

static int watch(struct worker_job *job, int *events_fd, struct cupel_error *err)
{
    job->ended =
        (struct cupel_source){.fd = job->child.pidfd, .ready = child_ended, .owner = job};
    int r = cupel_loop_add(job->worker->loop, &job->ended, EPOLLIN, err);
    if (r < 0 || *events_fd < 0)
        return r;
    job->events = (struct cupel_source){
        .fd = cupel_take_fd(events_fd), .ready = read_events, .owner = job};
    return cupel_loop_add(job->worker->loop, &job->events, EPOLLIN, err);
}

static int start_child(struct worker_job *job, char *const *argv, int events_fd,
                       struct cupel_error *err)
{
    const struct worker_command command = {.program = job->worker->cupel,
                                           .argv = argv,
                                           .folder = job->grader[0] != '\0' ? job->grader
                                                                            : job->folder,
                                           .cache = job->worker->cache,
                                           .events_fd = events_fd};

    return worker_child_start(&command, &job->child, err);
}

/* fds: what it tells with, and what we hear; both -1 for children that tell nothing. */
static int open_events(const struct worker_job *job, int fds[static 2], struct cupel_error *err)
{
    if (job->asked->kind != CUPEL_JOB_GRADE)
        return 0;
    if (pipe2(fds, O_CLOEXEC) < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
        return cupel_fail_errno(err, "pipe");
    return 0;
}

static void begin(struct worker_job *job, char *const *argv, int fds[static 2])
{
    struct cupel_error err = {0};

    int r = start_child(job, argv, fds[1], &err);
    if (r < 0) {
        worker_end_unable(job, r, &err);
        return;
    }
    job->is_running = true;
    job->worker->running++;
    r = watch(job, &fds[0], &err);
    if (r == 0)
        return;
    end_child(job); /* nobody would hear of its end */
    worker_is_unwell(job->worker, r, err.text);
    worker_end_interrupted(job, err.text);
}

void worker_job_start(struct worker_job *job)
{
    struct worker_arguments arguments = {.count = 0};
    struct cupel_error err = {0};
    int fds[2] = {-1, -1};

    int r = open_events(job, fds, &err);
    int prepared = r == 0 ? prepare(job, fds[1], &arguments, &err) : 0;
    if (r < 0)
        worker_end_unable(job, r, &err);
    else if (prepared < 0)
        worker_end_unprepared(job, prepared, &err);
    else if (job->stop != WORKER_GOES_ON) /* meanwhile */
        conclude(job, 0);
    else
        begin(job, arguments.items, fds);
    worker_arguments_clear(&arguments);
    cupel_close_p(&fds[0]);
    cupel_close_p(&fds[1]);
}

void worker_job_begin(struct worker *worker, struct cupel_job *asked, int64_t lease_until_us)
{
    struct worker_job *job = calloc(1, sizeof(*job));
    struct cupel_error err = {0};

    if (job == NULL) { /* its lease runs out */
        cupel_job_free(asked);
        return;
    }
    *job = (struct worker_job){.worker = worker,
                               .next = worker->jobs,
                               .asked = asked,
                               .lease = {asked->id, asked->token},
                               .lease_until_us = lease_until_us,
                               .begun_us = worker_now_us(),
                               .child = {-1, -1, -1, -1},
                               .ended = {.fd = -1},
                               .events = {.fd = -1},
                               .end = {.result_fd = -1}};
    worker->jobs = job;
    worker_log(worker, "info", "leased", job, "%s of %s, attempt %u of %u",
               cupel_job_kind_names[asked->kind], asked->course, asked->failures + 1,
               asked->attempts);
    job->tell_us = job->begun_us + WORKER_TELL_US;
    int r = worker_files_make(&worker->files, job->lease, job->folder, &err);
    if (r == 0)
        worker_job_start(job);
    else
        worker_end_unable(job, r, &err);
    if (!job->is_running && !job->is_over)
        worker_tell_end(job);
}

void worker_job_stop(struct worker_job *job, enum worker_stop stop)
{
    if (job->stop == WORKER_GOES_ON)
        job->stop = stop;
    if (job->is_running)
        worker_child_kill(&job->child);
}

void worker_job_free(struct worker_job *job)
{
    if (job->is_running)
        end_child(job);
    worker_child_close(&job->child);
    if (job->folder[0] != '\0')
        worker_files_remove(job->folder);
    worker_end_clear(&job->end);
    json_decref(job->lint);
    cupel_job_free(job->asked);
    worker_lines_clear(&job->lines);
    free(job);
}
