/* What the queue is told of a job, and again until it has heard it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "service/worker.h"

static int put_result(struct worker_job *job, struct cupel_error *err)
{
    struct cupel_blob blob = {.bytes = 0};

    if (job->end.sha256[0] != '\0')
        return 0;
    if (lseek(job->end.result_fd, 0, SEEK_SET) < 0)
        return cupel_fail_errno(err, "read the result");
    int r = cupel_queue_put_blob(job->worker->queue, job->end.result_fd, WORKER_RESULT_MAX,
                                 &blob, err);
    if (r == 0)
        memcpy(job->end.sha256, blob.sha256, sizeof(job->end.sha256));
    return r;
}

static int finish(struct worker_job *job, struct cupel_error *err)
{
    const struct worker_end *end = &job->end;
    const struct cupel_job_end told = {.status = end->status,
                                       .result = end->sha256,
                                       .has_score = end->has_score,
                                       .score_micro = end->score_micro,
                                       .max_score_micro = end->max_score_micro,
                                       .facts = end->facts};

    return cupel_queue_finish(job->worker->queue, job->lease, &told, err);
}

static int tell(struct worker_job *job, struct cupel_error *err)
{
    struct cupel_queue *queue = job->worker->queue;

    switch (job->end.saying) {
    case WORKER_SAYS_DONE:
        return finish(job, err);
    case WORKER_SAYS_FAILED:
        return cupel_queue_fail(queue, job->lease,
                                job->end.why == NULL ? "out of memory" : job->end.why, err);
    case WORKER_SAYS_NOT_BEGUN:
        return cupel_queue_give_back(queue, job->lease, err);
    case WORKER_SAYS_NOTHING:
    default:
        return 0;
    }
}

static void log_told(const struct worker_job *job)
{
    const struct worker_end *end = &job->end;
    double seconds = (double)(worker_now_us() - job->begun_us) / 1e6;

    if (job->stop == WORKER_CANCELLED)
        worker_log(job->worker, "info", "cancelled", job, NULL);
    else if (end->saying == WORKER_SAYS_DONE)
        worker_log(job->worker, "info", "finished", job, "%s after %.3f s", end->status,
                   seconds);
    else if (end->saying == WORKER_SAYS_NOT_BEGUN)
        worker_log(job->worker, "info", "given_back", job, NULL);
    else
        worker_log(job->worker, "error", "failed", job, "%s", end->why == NULL ? "" : end->why);
}

void worker_tell_end(struct worker_job *job)
{
    struct worker *worker = job->worker;
    struct cupel_error err = {0};

    if (!worker_may_ask(worker))
        return;
    int r = job->end.saying == WORKER_SAYS_DONE ? put_result(job, &err) : 0;
    if (r == -ENOSPC || r == -EDQUOT || r == -EFBIG) {
        worker_is_full(worker);
        worker_end_failed(job, "%s", err.text);
        r = 0;
    }
    if (r == 0)
        r = tell(job, &err);
    if (r == -ESTALE)
        worker_log(worker, "warning", "stale", job, "%s", err.text);
    if (worker_has_lost(worker, r, &err))
        return;
    job->is_over = true;
    worker->done++;
    if (r == 0)
        log_told(job);
    if (r == 0 && job->end.saying == WORKER_SAYS_DONE)
        worker->probe_backoff_us = 0;
}

void worker_tell_events(struct worker_job *job)
{
    struct worker *worker = job->worker;
    struct cupel_error err = {0};
    char *last = job->lines == NULL ? NULL : memrchr(job->lines, '\n', job->line_bytes);

    if (last == NULL || !job->is_running || !worker_may_ask(worker))
        return;
    if (worker_now_us() < job->tell_us) {
        worker_wake(worker, job->tell_us);
        return;
    }
    char first_of_rest = last[1];
    last[1] = '\0';
    int r = cupel_queue_tell(worker->queue, job->lease, job->lines, &err);
    last[1] = first_of_rest;
    if (r == -ESTALE)
        worker_job_stop(job, WORKER_STALE);
    if (worker_has_lost(worker, r, &err))
        return;
    job->line_bytes -= (size_t)(last + 1 - job->lines);
    memmove(job->lines, last + 1, job->line_bytes + 1);
    job->tell_us = worker_now_us() + WORKER_TELL_US;
}
