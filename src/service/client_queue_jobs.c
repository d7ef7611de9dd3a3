/* Jobs and courses of a queue. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "queue/prune.h"
#include "service/client_queue.h"
#include "service/documents.h"

#define LOOK_AGAIN_MS 1000 /* where nothing was heard */

static bool is_over(const struct cupel_job *job)
{
    return job->state == CUPEL_JOB_DONE || job->state == CUPEL_JOB_DEAD ||
           job->state == CUPEL_JOB_CANCELLED;
}

static int get_attempts(struct cupel_queue *queue, int64_t id, json_t *job,
                        struct cupel_error *err)
{
    struct cupel_attempt_list list;
    json_t *attempts = json_array();

    int r = cupel_queue_list_attempts(queue, id, &list, err);
    for (size_t i = 0; r == 0 && i < list.count; i++)
        (void)json_array_append_new(attempts, document_attempt(&list.items[i]));
    if (r == 0)
        cupel_attempt_list_clear(&list);
    (void)json_object_set_new(job, "attempts_made", attempts);
    return r;
}

static int get_document(struct cupel_queue *queue, int64_t id, json_t **ret,
                        struct cupel_error *err)
{
    struct cupel_job *job = NULL;

    int r = cupel_queue_get(queue, id, &job, err);
    if (r < 0)
        return r;
    r = queue_client_give(document_job(job), ret, err);
    cupel_job_free(job);
    return r;
}

int queue_client_get_job(struct client *client, int64_t id, json_t **ret,
                         struct cupel_error *err)
{
    struct cupel_queue *queue = queue_client(client)->queue;
    json_t *job = NULL;

    int r = get_document(queue, id, &job, err);
    if (r < 0)
        return r;
    r = get_attempts(queue, id, job, err);
    if (r < 0)
        json_decref(job);
    else
        *ret = job;
    return r;
}

int queue_client_cancel_job(struct client *client, int64_t id, json_t **ret,
                            struct cupel_error *err)
{
    struct cupel_queue *queue = queue_client(client)->queue;
    enum cupel_job_state state;

    int r = cupel_queue_cancel(queue, id, &state, err);
    return r < 0 ? r : get_document(queue, id, ret, err);
}

int queue_client_retry_job(struct client *client, int64_t id, json_t **ret,
                           struct cupel_error *err)
{
    struct cupel_queue *queue = queue_client(client)->queue;

    int r = cupel_queue_retry(queue, id, err);
    return r < 0 ? r : get_document(queue, id, ret, err);
}

int queue_client_list_jobs(struct client *client, const struct cupel_job_filter *filter,
                           json_t **ret, struct cupel_error *err)
{
    struct cupel_job_list list;
    char next[32] = "";

    int r = cupel_queue_list(queue_client(client)->queue, filter, &list, err);
    if (r < 0)
        return r;
    json_t *jobs = json_array();
    for (size_t i = 0; i < list.count; i++)
        (void)json_array_append_new(jobs, document_job(list.items[i]));
    if (list.count == filter->limit)
        (void)snprintf(next, sizeof(next), "%" PRId64, list.items[list.count - 1]->id);
    cupel_job_list_clear(&list);
    return queue_client_give(
        json_pack("{s:o, s:s?}", "jobs", jobs, "next", next[0] != '\0' ? next : NULL), ret,
        err);
}

/* What is new of a job since the last look. */
struct look {
    const struct client_watch *watch;
    int64_t seen;  /* the last event's number */
    int64_t token; /* of the attempt that is being told */
};

static void tell(const struct look *look, json_t *event)
{
    if (event != NULL)
        look->watch->tell(look->watch->owner, event);
    json_decref(event);
}

static void tell_attempt(struct look *look, int64_t token)
{
    if (token == look->token)
        return;
    look->token = token;
    tell(look, json_pack("{s:s, s:I}", "event", "attempt", "token", (json_int_t)token));
}

static int tell_events(struct cupel_queue *queue, int64_t id, struct look *look,
                       struct cupel_error *err)
{
    struct cupel_event_list list;

    int r = cupel_queue_list_events(queue, id, look->seen, &list, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < list.count; i++) {
        tell_attempt(look, list.items[i].token);
        look->seen = list.items[i].number;
        tell(look, json_loads(list.items[i].text, 0, NULL));
    }
    cupel_event_list_clear(&list);
    return 0;
}

/* 1: it has ended. */
static int look_at(struct cupel_queue *queue, int64_t id, struct look *look,
                   struct cupel_error *err)
{
    struct cupel_job *job = NULL;

    int r = cupel_queue_get(queue, id, &job, err);
    if (r < 0)
        return r;
    if (job->state == CUPEL_JOB_RUNNING)
        tell_attempt(look, job->token);
    r = is_over(job) ? 1 : 0;
    cupel_job_free(job);
    return r > 0 ? r : tell_events(queue, id, look, err);
}

static void wait_for_change(struct cupel_queue *queue, int64_t limit_us)
{
    struct pollfd ear = {.fd = cupel_queue_ear_fd(queue), .events = POLLIN};
    int64_t ms = limit_us / 1000 + 1;

    (void)poll(&ear, 1, ms < LOOK_AGAIN_MS ? (int)ms : LOOK_AGAIN_MS);
    cupel_queue_heard(queue);
}

int queue_client_watch_job(struct client *client, int64_t id, const struct client_watch *watch,
                           struct cupel_error *err)
{
    struct cupel_queue *queue = queue_client(client)->queue;
    struct look look = {.watch = watch};
    bool listens = false;

    for (;;) {
        int r = listens ? 0 : cupel_queue_listen(queue, err);
        if (r == 0)
            r = look_at(queue, id, &look, err);
        listens = r >= 0;
        if (client_patience_again(watch->patience, r))
            continue;
        if (r != 0)
            return r < 0 ? r : 0;
        int64_t left_us = client_patience_left_us(watch->patience);
        if (left_us <= 0)
            return cupel_fail(err, -ETIME, "job %" PRId64 " has not ended yet", id);
        wait_for_change(queue, left_us);
    }
}

static int read_blob(int fd, char **ret, size_t *ret_len, struct cupel_error *err)
{
    struct stat st;
    size_t len = 0;

    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "read a result");
    if (st.st_size > (off_t)CLIENT_BYTES_MAX)
        return cupel_fail(err, -EFBIG, "the result has %jd bytes", (intmax_t)st.st_size);
    CUPEL_AUTO_FREE char *text = malloc((size_t)st.st_size + 1);
    if (text == NULL)
        return cupel_fail_errno(err, "read a result");
    while (len < (size_t)st.st_size) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, text + len, (size_t)st.st_size - len));
        if (n <= 0)
            return cupel_fail(err, -EIO, "a result ended early");
        len += (size_t)n;
    }
    text[len] = '\0';
    *ret = text;
    *ret_len = len;
    text = NULL;
    return 0;
}

int queue_client_get_result(struct client *client, int64_t id, char **ret, size_t *ret_len,
                            struct cupel_error *err)
{
    struct cupel_queue *queue = queue_client(client)->queue;
    struct cupel_job *job = NULL;
    CUPEL_AUTO_FD fd = -1;

    int r = cupel_queue_get(queue, id, &job, err);
    if (r < 0)
        return r;
    if (job->result == NULL)
        r = cupel_fail(err, -ENOENT, "job %" PRId64 " has no result", id);
    else
        r = cupel_queue_open_blob(queue, job->result, &fd, err);
    cupel_job_free(job);
    return r < 0 ? r : read_blob(fd, ret, ret_len, err);
}

int queue_client_prune(struct client *client, int64_t age_us, json_t **ret,
                       struct cupel_error *err)
{
    struct cupel_pruned pruned;

    int r = cupel_queue_prune(queue_client(client)->queue, age_us, &pruned, err);
    if (r < 0)
        return r;
    return queue_client_give(json_pack("{s:I, s:I, s:I}", "jobs", (json_int_t)pruned.jobs,
                                       "blobs", (json_int_t)pruned.blobs, "bytes",
                                       (json_int_t)pruned.bytes),
                             ret, err);
}

int queue_client_list_courses(struct client *client, json_t **ret, struct cupel_error *err)
{
    struct cupel_queue_state state;

    int r = cupel_queue_look(queue_client(client)->queue, &state, err);
    if (r < 0)
        return r;
    json_t *courses = json_array();
    for (size_t i = 0; i < state.course_count; i++)
        (void)json_array_append_new(courses, document_course(&state.courses[i]));
    cupel_queue_state_clear(&state);
    return queue_client_give(json_pack("{s:o}", "courses", courses), ret, err);
}

int queue_client_set_course(struct client *client, const char *name, unsigned weight,
                            unsigned max_running, json_t **ret, struct cupel_error *err)
{
    int r = cupel_queue_set_course(queue_client(client)->queue, name, weight, max_running, err);

    if (r < 0)
        return r;
    return queue_client_give(json_pack("{s:s, s:i, s:i}", "name", name, "weight", (int)weight,
                                       "max_running", (int)max_running),
                             ret, err);
}
