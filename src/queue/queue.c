#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "queue/queue_internal.h"
#include "queue/schema.h"

const char *const cupel_job_kind_names[] = {[CUPEL_JOB_GRADE] = "grade",
                                            [CUPEL_JOB_RUN] = "run",
                                            [CUPEL_JOB_CHECK] = "check",
                                            [CUPEL_JOB_KINDS] = NULL};
const char *const cupel_job_priority_names[] = {[CUPEL_JOB_LIVE] = "live",
                                                [CUPEL_JOB_REGRADE] = "regrade",
                                                [CUPEL_JOB_BATCH] = "batch",
                                                [CUPEL_JOB_PRIORITIES] = NULL};
const char *const cupel_job_state_names[] = {
    [CUPEL_JOB_WAITING] = "waiting", [CUPEL_JOB_READY] = "ready",
    [CUPEL_JOB_RUNNING] = "running", [CUPEL_JOB_DONE] = "done",
    [CUPEL_JOB_DEAD] = "dead",       [CUPEL_JOB_CANCELLED] = "cancelled",
    [CUPEL_JOB_STATES] = NULL};

int cupel_queue_open(const char *url, struct cupel_queue **ret, struct cupel_error *err)
{
    struct cupel_queue *queue = calloc(1, sizeof(*queue));
    int r = 0;

    if (queue == NULL)
        return cupel_fail_errno(err, "allocate a queue");
    queue->url = strdup(url);
    r = queue->url == NULL ? cupel_fail_errno(err, "allocate a queue")
                           : sql_open(url, &queue->sql, err);
    if (r == 0)
        r = schema_migrate(queue->sql, err);
    if (r < 0) {
        cupel_queue_close(queue);
        return r;
    }
    *ret = queue;
    return 0;
}

void cupel_queue_close(struct cupel_queue *queue)
{
    if (queue == NULL)
        return;
    sql_close(queue->ear);
    sql_close(queue->sql);
    free(queue->url);
    free(queue);
}

/* By a connection of its own: what is told while another one is asked waits in that. */
int cupel_queue_listen(struct cupel_queue *queue, struct cupel_error *err)
{
    int r = queue->ear == NULL ? sql_open(queue->url, &queue->ear, err) : 0;

    return r == 0 ? sql_listen(queue->ear, err) : r;
}

int cupel_queue_ear_fd(const struct cupel_queue *queue)
{
    return queue->ear == NULL ? -1 : sql_ear_fd(queue->ear);
}

void cupel_queue_heard(struct cupel_queue *queue)
{
    if (queue->ear != NULL)
        sql_heard(queue->ear);
}
