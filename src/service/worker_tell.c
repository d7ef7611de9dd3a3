/* What the queue is told of a job, and again until it has heard it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "service/worker.h"

#define FAULTS_MAX 5 /* one after the other */
#define WHY_MAX    4096

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
                                       .facts = end->facts,
                                       .grader_memory_bytes = end->grader_memory_bytes};

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
    case WORKER_SAYS_GIVEN_BACK:
        return cupel_queue_give_back(
            queue, job->lease,
            job->end.why == NULL ? "given back: out of memory" : job->end.why, err);
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
    else if (end->saying == WORKER_SAYS_GIVEN_BACK)
        worker_log(job->worker, "info", "given_back", job, "%s",
                   end->why == NULL ? "" : end->why);
    else
        worker_log(job->worker, "error", "failed", job, "%s", end->why == NULL ? "" : end->why);
}

/* One that fails everything would eat the queue. */
static void note_end(const struct worker_job *job)
{
    struct worker *worker = job->worker;
    char why[64];

    if (job->end.saying == WORKER_SAYS_DONE) {
        worker->faults = 0;
        worker->probe_backoff_us = 0;
    } else if (job->end.saying == WORKER_SAYS_FAILED &&
               (job->stop == WORKER_GOES_ON || job->stop == WORKER_TOO_LONG) &&
               ++worker->faults >= FAULTS_MAX) {
        (void)snprintf(why, sizeof(why), "%u jobs have failed in a row", worker->faults);
        worker_is_unwell(worker, 0, why);
    }
}

/* Whoever says the same again is answered the same: it is of what is said. */
static bool is_refused(int r)
{
    static const int others[] = {ESTALE, ENOENT, EPIPE, EAGAIN, ENOSPC, EBUSY, EACCES};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (r == -others[i])
            return false;
    }
    return r < 0;
}

/* Keep the result and tell of it; where it cannot be kept, tell that instead. */
static int say(struct worker_job *job, struct cupel_error *err)
{
    struct cupel_error why = {0};
    CUPEL_AUTO_FREE char *text = NULL;

    int r = job->end.saying == WORKER_SAYS_DONE ? put_result(job, &why) : 0;
    if (r == -ENOSPC || r == -EDQUOT) {
        worker_is_unwell(job->worker, r, why.text);
        worker_end_interrupted(job, why.text);
        r = 0;
    }
    if (r == 0)
        r = tell(job, &why);
    if (is_refused(r) && cupel_text_clean(why.text, strlen(why.text), WHY_MAX, &text) == 0) {
        worker_log(job->worker, "error", "refused", job, "%s", text);
        r = cupel_queue_fail(job->worker->queue, job->lease, text, &why);
        if (r == 0)
            worker_end_failed(job, "%s", text);
    }
    if (r < 0)
        *err = why;
    return r;
}

void worker_tell_end(struct worker_job *job)
{
    struct worker *worker = job->worker;
    struct cupel_error err = {0};

    if (!worker_may_ask(worker))
        return;
    int r = say(job, &err);
    if (r == -ESTALE)
        worker_log(worker, "warning", "stale", job, "%s", err.text);
    if (worker_has_lost(worker, r, &err))
        return;
    job->is_over = true;
    worker->done++;
    if (r == 0) {
        log_told(job);
        note_end(job);
    }
}

void worker_tell_events(struct worker_job *job)
{
    struct worker *worker = job->worker;
    struct cupel_error err = {0};
    size_t whole = job->lines.whole;

    if (whole == 0 || !job->is_running || !worker_may_ask(worker))
        return;
    if (worker_now_us() < job->tell_us) {
        worker_wake(worker, job->tell_us);
        return;
    }
    char first_of_rest = job->lines.bytes[whole];
    job->lines.bytes[whole] = '\0';
    int r = cupel_queue_tell(worker->queue, job->lease, job->lines.bytes, &err);
    job->lines.bytes[whole] = first_of_rest;
    if (r == -ESTALE)
        worker_job_stop(job, WORKER_STALE);
    if (is_refused(r))
        worker_log(worker, "error", "refused", job, "events: %s", err.text);
    else if (worker_has_lost(worker, r, &err))
        return;
    worker_lines_drop(&job->lines, whole);
    job->tell_us = worker_now_us() + WORKER_TELL_US;
}
