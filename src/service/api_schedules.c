/* /v1/schedules: jobs that recur. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "queue/schedules.h"
#include "service/api.h"
#include "service/documents.h"
#include "service/http_parse.h"
#include "service/job_request.h"

#define BODY_MAX (1U << 20)

/* name NULL: all. 404 if there is none of that name. */
static int answer_schedules(const struct http_request *request, const char *name,
                            struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_schedule_list list;
    const char *course = NULL;
    json_t *items = json_array();
    json_t *one = NULL;

    int r = api_course(request, &course, err);
    if (r == 0)
        r = cupel_queue_list_schedules(request->queue, course, &list, err);
    if (r != 0) {
        json_decref(items);
        return r;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (name == NULL)
            api_append(&items, document_schedule(&list.items[i]));
        else if (strcmp(list.items[i].name, name) == 0)
            one = document_schedule(&list.items[i]);
    }
    cupel_schedule_list_clear(&list);
    if (name == NULL)
        return api_answer_list(ret, "schedules", items, err);
    json_decref(items);
    if (one == NULL)
        return cupel_fail(err, -ENOENT, "there is no such schedule");
    return http_answer_json(ret, 200, one, err);
}

static int list(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    return answer_schedules(request, NULL, ret, err);
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    return answer_schedules(request, request->variables[0], ret, err);
}

/* *ret borrows from json and *ret_spec. */
static int read_schedule(json_t *json, const char *policies, struct cupel_schedule_request *ret,
                         char **ret_spec, struct cupel_error *err)
{
    static const char *const keys[] = {"cron", "zone", "missed", "job", NULL};
    const char *missed = cupel_missed_names[CUPEL_MISSED_ONCE];
    json_t *job = json_object_get(json, "job");
    int way = 0;

    ret->zone = "UTC";
    int r = http_json_only(json, keys, err);
    if (r == 0)
        r = http_json_text(json, "cron", true, &ret->cron, err);
    if (r == 0)
        r = http_json_text(json, "zone", false, &ret->zone, err);
    if (r == 0)
        r = http_json_text(json, "missed", false, &missed, err);
    if (r == 0)
        r = http_parse_choice("\"missed\"", missed, cupel_missed_names, &way, err);
    ret->missed = (enum cupel_missed)way;
    if (r == 0 && !json_is_object(job))
        return cupel_fail(err, -EINVAL, "\"job\": expected an object");
    if (r == 0)
        r = job_request_of_json(job, policies, &ret->job, ret_spec, err);
    if (r == 0 && (ret->job.not_before_us != 0 || ret->job.deadline_us != 0 ||
                   ret->job.idempotency_key != NULL))
        r = cupel_fail(err, -EINVAL,
                       "\"job\": not_before, deadline and idempotency_key are the schedule's");
    return r;
}

static int put(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_schedule_request schedule = {.name = request->variables[0],
                                              .by = request->who->name};
    CUPEL_AUTO_FREE char *spec = NULL;
    json_t *json = NULL;
    int64_t next_us = 0;

    int r = http_body_json(request, &json, err);
    if (r == 0)
        r = read_schedule(json, http_settings(request)->policies, &schedule, &spec, err);
    if (r == 0)
        r = cupel_queue_set_schedule(request->queue, &schedule, &next_us, err);
    json_decref(json);
    return r < 0 ? r : answer_schedules(request, schedule.name, ret, err);
}

static int drop(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    int r = cupel_queue_remove_schedule(request->queue, request->variables[0], NULL, err);

    return r < 0 ? r : api_answer_nothing(ret);
}

static const struct http_route routes[] = {
    {"GET", "/v1/schedules", 0, list, HTTP_SOMEBODY, false},
    {"GET", "/v1/schedules/{name}", 0, get, HTTP_SOMEBODY, false},
    {"PUT", "/v1/schedules/{name}", BODY_MAX, put, HTTP_PLATFORM, false},
    {"DELETE", "/v1/schedules/{name}", 0, drop, HTTP_PLATFORM, false},
};

const struct http_routes api_schedule_routes = {routes, sizeof(routes) / sizeof(routes[0])};
