/*
 * Looks into a queue, for tests.
 *
 *     queue_get URL ID          the job as JSON, with its result, attempts and events
 *     queue_get URL cancel ID   end it
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "queue/queue.h"

static void set_text(json_t *object, const char *key, const char *text)
{
    (void)json_object_set_new(object, key, text == NULL ? json_null() : json_string(text));
}

static json_t *load_result(struct cupel_queue *queue, const char *sha256)
{
    struct cupel_error err = {0};
    CUPEL_AUTO_FD fd = -1;

    if (sha256 == NULL || cupel_queue_open_blob(queue, sha256, &fd, &err) < 0)
        return json_null();
    return json_loadfd(fd, 0, NULL);
}

static json_t *attempts_of(struct cupel_queue *queue, int64_t id)
{
    struct cupel_attempt_list list = {.count = 0};
    struct cupel_error err = {0};
    json_t *json = json_array();

    if (cupel_queue_list_attempts(queue, id, &list, &err) < 0)
        return json;
    for (size_t i = 0; i < list.count; i++) {
        json_t *attempt = json_object();
        set_text(attempt, "worker", list.items[i].worker);
        set_text(attempt, "why", list.items[i].why);
        (void)json_array_append_new(json, attempt);
    }
    cupel_attempt_list_clear(&list);
    return json;
}

static json_t *events_of(struct cupel_queue *queue, int64_t id)
{
    struct cupel_event_list list = {.count = 0};
    struct cupel_error err = {0};
    json_t *json = json_array();

    if (cupel_queue_list_events(queue, id, 0, &list, &err) < 0)
        return json;
    for (size_t i = 0; i < list.count; i++)
        (void)json_array_append_new(json, json_loads(list.items[i].text, 0, NULL));
    cupel_event_list_clear(&list);
    return json;
}

static void print(struct cupel_queue *queue, const struct cupel_job *job)
{
    json_t *json = json_object();

    set_text(json, "state", cupel_job_state_names[job->state]);
    set_text(json, "status", job->status);
    set_text(json, "why", job->why);
    set_text(json, "worker", job->worker);
    (void)json_object_set_new(json, "failures", json_integer(job->failures));
    (void)json_object_set_new(json, "created", json_integer(job->created_us));
    (void)json_object_set_new(json, "started", json_integer(job->started_us));
    (void)json_object_set_new(json, "finished", json_integer(job->finished_us));
    (void)json_object_set_new(json, "score_micro",
                              job->has_score ? json_integer(job->score_micro) : json_null());
    (void)json_object_set_new(json, "max_score_micro",
                              job->has_score ? json_integer(job->max_score_micro)
                                             : json_null());
    (void)json_object_set_new(
        json, "facts", job->facts == NULL ? json_null() : json_loads(job->facts, 0, NULL));
    (void)json_object_set_new(json, "result", load_result(queue, job->result));
    (void)json_object_set_new(json, "attempts", attempts_of(queue, job->id));
    (void)json_object_set_new(json, "events", events_of(queue, job->id));
    (void)json_dumpf(json, stdout, JSON_COMPACT);
    json_decref(json);
}

static int look(struct cupel_queue *queue, int argc, char **argv, struct cupel_error *err)
{
    enum cupel_job_state state = CUPEL_JOB_STATES;
    struct cupel_job *job = NULL;

    if (argc > 3)
        return cupel_queue_cancel(queue, strtoll(argv[3], NULL, 10), &state, err);
    int r = cupel_queue_get(queue, strtoll(argv[2], NULL, 10), &job, err);
    if (r == 0)
        print(queue, job);
    cupel_job_free(job);
    return r;
}

int main(int argc, char **argv)
{
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};

    if (argc < 3) {
        (void)fprintf(stderr, "usage: %s URL [cancel] ID\n", argv[0]);
        return 2;
    }
    int r = cupel_queue_open(argv[1], &queue, &err);
    if (r == 0)
        r = look(queue, argc, argv, &err);
    if (r < 0)
        (void)fprintf(stderr, "%s\n", err.text);
    cupel_queue_close(queue);
    return r < 0 ? 1 : 0;
}
