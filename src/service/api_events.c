/*
 * /v1/jobs/ID/events: what happens to a job, while it happens (Server-Sent Events, WHATWG HTML
 * section 9.2). An event's id is its number in the queue, so that a client that comes back with
 * Last-Event-ID misses none, unless the job has ended meanwhile: then the result has all.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "service/api.h"
#include "service/documents.h"
#include "service/http_parse.h"

struct watch {
    int64_t job;
    int64_t after;   /* the last event that was told */
    int64_t attempt; /* the last lease that was told of */
};

/* Its kind, "test" or "build"; anything else is "step". */
static const char *kind_of(const char *text)
{
    static const char *const kinds[] = {"test", "build"};
    const char *kind = "step";
    json_t *json = json_loads(text, 0, NULL);
    const char *name = json_string_value(json_object_get(json, "event"));

    for (size_t i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(name, kinds[i]) == 0)
            kind = kinds[i];
    }
    json_decref(json);
    return kind;
}

static void put_attempt(FILE *out, struct watch *watch, int64_t token)
{
    if (token != watch->attempt)
        (void)fprintf(out, "event: attempt\ndata: {\"token\":%" PRId64 "}\n\n", token);
    watch->attempt = token;
}

static void put_event(FILE *out, struct watch *watch, const struct cupel_event *event)
{
    put_attempt(out, watch, event->token);
    watch->after = event->number;
    (void)fprintf(out, "event: %s\nid: %" PRId64 "\ndata: %s\n\n", kind_of(event->text),
                  event->number, event->text);
}

static int put_events(FILE *out, struct watch *watch, struct cupel_queue *queue,
                      struct cupel_error *err)
{
    struct cupel_event_list events;

    int r = cupel_queue_list_events(queue, watch->job, watch->after, &events, err);
    if (r != 0)
        return r;
    for (size_t i = 0; i < events.count; i++)
        put_event(out, watch, &events.items[i]);
    cupel_event_list_clear(&events);
    return 0;
}

static int put_end(FILE *out, const struct cupel_job *job, struct cupel_error *err)
{
    json_t *document = document_job(job);
    CUPEL_AUTO_FREE char *text = document == NULL ? NULL : json_dumps(document, JSON_COMPACT);
    json_decref(document);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    (void)fprintf(out, "event: end\ndata: %s\n\n", text);
    return 1;
}

/* An attempt that has told nothing yet, or the end. 1: that was the last. */
static int put_state(FILE *out, struct watch *watch, struct cupel_queue *queue,
                     struct cupel_error *err)
{
    struct cupel_job *job = NULL;

    int r = cupel_queue_get(queue, watch->job, &job, err);
    if (r == 0 && job->state == CUPEL_JOB_RUNNING)
        put_attempt(out, watch, job->token);
    if (r == 0 && api_has_ended(job))
        r = put_end(out, job, err);
    cupel_job_free(job);
    return r;
}

static int next(void *state, struct cupel_queue *queue, char **ret, struct cupel_error *err)
{
    struct watch *watch = state;
    char *text = NULL;
    size_t len = 0;

    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return cupel_fail_errno(err, "open_memstream");
    int r = put_events(out, watch, queue, err);
    if (r == 0)
        r = put_state(out, watch, queue, err);
    if (fclose(out) != 0 || text == NULL) {
        free(text);
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    if (len > 0)
        *ret = text;
    else
        free(text);
    return r;
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    const char *last = http_header(request, "Last-Event-ID");
    struct cupel_job *job = NULL;
    int64_t after = 0;

    int r =
        last == NULL ? 0 : http_parse_number("Last-Event-ID", last, 0, INT64_MAX, &after, err);
    if (r == 0)
        r = api_job_of_path(request, false, &job, err);
    if (r != 0)
        return r;
    struct watch *watch = malloc(sizeof(*watch));
    if (watch != NULL)
        *watch = (struct watch){.job = job->id, .after = after};
    cupel_job_free(job);
    if (watch == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    ret->stream = (struct http_stream){.state = watch, .next = next, .free = free};
    return 0;
}

static const struct http_route routes[] = {
    {"GET", "/v1/jobs/{id}/events", 0, get, HTTP_SOMEBODY, false},
};

const struct http_routes api_event_routes = {routes, sizeof(routes) / sizeof(routes[0])};
