/* /v1/courses, /v1/queue: shares, and what waits. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/api.h"
#include "service/documents.h"
#include "service/http_parse.h"

#define SMALL_BODY  4096
#define WEIGHT_MAX  1000
#define RUNNING_MAX 1000000

static int list(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_queue_state state;

    int r = cupel_queue_look(request->queue, &state, err);
    if (r != 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < state.course_count; i++) {
        if (http_may_read(request->who, state.courses[i].name))
            api_append(&items, document_course(&state.courses[i]));
    }
    cupel_queue_state_clear(&state);
    return api_answer_list(ret, "courses", items, err);
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    const char *name = request->variables[0];
    struct cupel_course course;

    if (!http_may_read(request->who, name))
        return cupel_fail(err, -ENOENT, "there is no such course");
    int r = cupel_queue_get_course(request->queue, name, &course, err);
    if (r != 0)
        return r;
    r = http_answer_json(ret, 200, document_course(&course), err);
    cupel_course_clear(&course);
    return r;
}

static int put(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    static const char *const keys[] = {"weight", "max_running", NULL};
    const char *name = request->variables[0];
    int64_t max_running = 0;
    int64_t weight = 1;
    json_t *json = NULL;

    int r = http_body_json(request, &json, err);
    if (r == 0)
        r = http_json_only(json, keys, err);
    if (r == 0)
        r = http_json_number(json, "weight", 1, WEIGHT_MAX, &weight, err);
    if (r == 0)
        r = http_json_number(json, "max_running", 0, RUNNING_MAX, &max_running, err);
    json_decref(json);
    if (r == 0)
        r = cupel_queue_set_course(request->queue, name, (unsigned)weight,
                                   (unsigned)max_running, err);
    return r < 0 ? r : get(request, ret, err);
}

/* Staff see their own course alone. */
static void leave_out(const struct http_request *request, struct cupel_queue_state *state)
{
    for (size_t i = 0; i < state->depth_count;) {
        struct cupel_depth last = state->depths[state->depth_count - 1];
        if (http_may_read(request->who, state->depths[i].course)) {
            i++;
            continue;
        }
        state->depths[state->depth_count - 1] = state->depths[i];
        state->depths[i] = last;
        free(state->depths[--state->depth_count].course);
    }
    for (size_t i = 0; i < state->course_count;) {
        struct cupel_course last = state->courses[state->course_count - 1];
        if (http_may_read(request->who, state->courses[i].name)) {
            i++;
            continue;
        }
        state->dead -= state->courses[i].dead;
        state->courses[state->course_count - 1] = state->courses[i];
        state->courses[i] = last;
        free(state->courses[--state->course_count].name);
    }
}

static int look(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_queue_state state;

    int r = cupel_queue_look(request->queue, &state, err);
    if (r != 0)
        return r;
    leave_out(request, &state);
    r = http_answer_json(ret, 200, document_state(&state), err);
    cupel_queue_state_clear(&state);
    return r;
}

static const struct http_route routes[] = {
    {"GET", "/v1/courses", 0, list, HTTP_SOMEBODY, false},
    {"GET", "/v1/courses/{name}", 0, get, HTTP_SOMEBODY, false},
    {"PUT", "/v1/courses/{name}", SMALL_BODY, put, HTTP_PLATFORM, false},
    {"GET", "/v1/queue", 0, look, HTTP_SOMEBODY, false},
};

const struct http_routes api_course_routes = {routes, sizeof(routes) / sizeof(routes[0])};
