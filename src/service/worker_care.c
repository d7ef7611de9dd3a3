/* Whether the jobs at work are still ours: leases are extended, and lost ones let go. */
#include <errno.h>

#include "service/worker.h"

#define CARE_US ((int64_t)250000)

/* Whatever hangs, cupel itself included, would otherwise keep its lease for ever. */
static void end_too_long(struct worker_job *job, int64_t now_us)
{
    int64_t end_us = job->begun_us + job->worker->options->job_us;

    if (!job->is_running || job->stop != WORKER_GOES_ON)
        return;
    if (now_us < end_us)
        worker_wake(job->worker, end_us);
    else
        worker_job_stop(job, WORKER_TOO_LONG);
}

/* What could not be told in time is somebody else's to find out now. */
void worker_forget_lost(struct worker *worker, int64_t now_us)
{
    for (struct worker_job *job = worker->jobs; job != NULL; job = job->next) {
        end_too_long(job, now_us);
        worker_wake(worker, job->lease_until_us);
        if (now_us < job->lease_until_us || job->is_over || job->stop == WORKER_STALE)
            continue;
        worker_log(worker, "warning", "stale", job, "the lease has run out");
        job->is_over = !job->is_running;
        worker_job_stop(job, WORKER_STALE);
    }
}

/* Returns whether the queue answered. */
static bool extend(struct worker_job *job)
{
    struct worker *worker = job->worker;
    struct cupel_error err = {0};
    int64_t lease_us = worker->options->lease_us;
    int64_t before_us = worker_now_us();
    bool cancel = false;

    int r = cupel_queue_extend(worker->queue, job->lease, lease_us, &cancel, &err);
    if (worker_has_lost(worker, r, &err))
        return false;
    if (r == -ESTALE) {
        worker_log(worker, "warning", "stale", job, "%s", err.text);
        worker_job_stop(job, WORKER_STALE);
    } else if (cancel) {
        worker_job_stop(job, WORKER_CANCELLED);
    }
    job->lease_until_us = before_us + lease_us;
    return true;
}

/* It is prepared, or runs. */
static bool is_at_work(const struct worker_job *job)
{
    return job->end.saying == WORKER_SAYS_NOTHING && job->stop == WORKER_GOES_ON &&
           !job->is_over;
}

void worker_beat(struct worker *worker, int64_t now_us)
{
    bool heard = true;

    if (worker->jobs == NULL)
        return;
    if (now_us < worker->beat_us) {
        worker_wake(worker, worker->beat_us);
        return;
    }
    if (!worker_may_ask(worker))
        return;
    for (struct worker_job *job = worker->jobs; heard && job != NULL; job = job->next)
        heard = !is_at_work(job) || extend(job);
    if (heard)
        worker->beat_us = now_us + worker->options->lease_us / 3;
    worker_wake(worker, heard ? worker->beat_us : worker->ask_us);
}

/* Whether a job that runs is still ours to do. */
static bool care_for(struct worker_job *job)
{
    struct worker *worker = job->worker;
    struct cupel_job *found = NULL;
    struct cupel_error err = {0};

    int r = cupel_queue_get(worker->queue, job->lease.job, &found, &err);
    if (worker_has_lost(worker, r, &err))
        return false;
    if (r < 0 || found->token != job->lease.token || found->state != CUPEL_JOB_RUNNING) {
        worker_log(worker, "warning", "stale", job, NULL);
        worker_job_stop(job, WORKER_STALE);
    } else if (found->cancel) {
        worker_job_stop(job, WORKER_CANCELLED);
    }
    cupel_job_free(found);
    return true;
}

/* Something has changed; what we told ourselves is heard as well, so not too often. */
void worker_care(struct worker *worker, int64_t now_us)
{
    bool heard = true;
    bool all_old = true;

    if (!worker->has_news || worker->running == 0)
        return;
    if (now_us < worker->care_us) {
        worker_wake(worker, worker->care_us);
        return;
    }
    if (!worker_may_ask(worker))
        return;
    for (struct worker_job *job = worker->jobs; heard && job != NULL; job = job->next) {
        bool is_young = now_us - job->begun_us < CARE_US; /* most do not get old */
        all_old = all_old && !is_young;
        if (job->is_running && job->stop == WORKER_GOES_ON && !is_young)
            heard = care_for(job);
    }
    worker->care_us = now_us + CARE_US;
    worker->has_news = !heard || !all_old;
    if (worker->has_news)
        worker_wake(worker, worker->care_us);
}
