#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "queue/queue_internal.h"

const char job_columns[] =
    "id, kind, course, priority, state, not_before, deadline, attempts, failures, memory_bytes,"
    " cpus_milli, idempotency_key, spec, worker, token, cancel, created, started, finished,"
    " status, score_micro, max_score_micro, result, facts, why, submission, grader,"
    " tree, learner, regrade, original, current";

enum column {
    ID,
    KIND,
    COURSE,
    PRIORITY,
    STATE,
    NOT_BEFORE,
    DEADLINE,
    ATTEMPTS,
    FAILURES,
    MEMORY_BYTES,
    CPUS_MILLI,
    IDEMPOTENCY_KEY,
    SPEC,
    WORKER,
    TOKEN,
    CANCEL,
    CREATED,
    STARTED,
    FINISHED,
    STATUS,
    SCORE_MICRO,
    MAX_SCORE_MICRO,
    RESULT,
    FACTS,
    WHY,
    SUBMISSION,
    GRADER,
    TREE,
    LEARNER,
    REGRADE,
    ORIGINAL,
    CURRENT,
};

void cupel_job_free(struct cupel_job *job)
{
    if (job == NULL)
        return;
    free(job->course);
    free(job->idempotency_key);
    free(job->spec);
    free(job->worker);
    free(job->status);
    free(job->result);
    free(job->facts);
    free(job->why);
    free(job->submission);
    free(job->grader);
    free(job->tree);
    free(job->learner);
    free(job);
}

static int read_texts(const struct sql_rows *rows, size_t row, struct cupel_job *job)
{
    const struct {
        enum column column;
        char **ret;
    } texts[] = {{COURSE, &job->course},   {IDEMPOTENCY_KEY, &job->idempotency_key},
                 {SPEC, &job->spec},       {WORKER, &job->worker},
                 {STATUS, &job->status},   {RESULT, &job->result},
                 {FACTS, &job->facts},     {WHY, &job->why},
                 {GRADER, &job->grader},   {SUBMISSION, &job->submission},
                 {LEARNER, &job->learner}, {TREE, &job->tree}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (queue_copy_text(rows, row, texts[i].column, texts[i].ret) < 0)
            return -ENOMEM;
    }
    return 0;
}

int job_read(const struct sql_rows *rows, size_t row, struct cupel_job **ret,
             struct cupel_error *err)
{
    struct cupel_job *job = calloc(1, sizeof(*job));

    if (job == NULL || read_texts(rows, row, job) < 0) {
        cupel_job_free(job);
        return cupel_fail(err, -ENOMEM, "read a job: out of memory");
    }
    job->id = sql_get_int(rows, row, ID);
    job->kind = (enum cupel_job_kind)sql_get_int(rows, row, KIND);
    job->priority = (enum cupel_job_priority)sql_get_int(rows, row, PRIORITY);
    job->state = (enum cupel_job_state)sql_get_int(rows, row, STATE);
    job->not_before_us = sql_get_int(rows, row, NOT_BEFORE);
    job->deadline_us = sql_get_int(rows, row, DEADLINE);
    job->attempts = (unsigned)sql_get_int(rows, row, ATTEMPTS);
    job->failures = (unsigned)sql_get_int(rows, row, FAILURES);
    job->memory_bytes = (uint64_t)sql_get_int(rows, row, MEMORY_BYTES);
    job->cpus_milli = (unsigned)sql_get_int(rows, row, CPUS_MILLI);
    job->token = sql_get_int(rows, row, TOKEN);
    job->cancel = sql_get_int(rows, row, CANCEL) != 0;
    job->created_us = sql_get_int(rows, row, CREATED);
    job->started_us = sql_get_int(rows, row, STARTED);
    job->finished_us = sql_get_int(rows, row, FINISHED);
    job->has_score = !sql_is_null(rows, row, SCORE_MICRO);
    job->score_micro = sql_get_int(rows, row, SCORE_MICRO);
    job->max_score_micro = sql_get_int(rows, row, MAX_SCORE_MICRO);
    job->regrade = sql_get_int(rows, row, REGRADE);
    job->original = sql_get_int(rows, row, ORIGINAL);
    job->current = sql_get_int(rows, row, CURRENT);
    *ret = job;
    return 0;
}
