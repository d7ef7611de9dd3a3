#include "service/api.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct http_routes *const api_tables[] = {
    &api_job_routes,      &api_result_routes, &api_event_routes,  &api_grader_routes,
    &api_regrade_routes,  &api_course_routes, &api_token_routes,  &api_webhook_routes,
    &api_schedule_routes, &api_policy_routes, &api_health_routes, NULL};

int api_course(const struct http_request *request, const char **ret, struct cupel_error *err)
{
    const char *course = http_argument(request, "course");

    if (course != NULL && !http_may_read(request->who, course))
        return cupel_fail(err, -EACCES, "this token is another course's");
    *ret = course != NULL ? course : api_own_course(request);
    return 0;
}

const char *api_own_course(const struct http_request *request)
{
    return request->who->role == CUPEL_ROLE_STAFF ? request->who->course : NULL;
}

void api_append(json_t **array, json_t *item)
{
    if (*array == NULL) {
        json_decref(item);
    } else if (json_array_append_new(*array, item) < 0) {
        json_decref(*array);
        *array = NULL;
    }
}

int api_answer_list(struct http_answer *answer, const char *name, json_t *items,
                    struct cupel_error *err)
{
    return http_answer_json(answer, 200, json_pack("{s:o}", name, items), err);
}

int api_answer_page(struct http_answer *answer, const char *name, json_t *items, int64_t last,
                    struct cupel_error *err)
{
    char cursor[24];

    (void)snprintf(cursor, sizeof(cursor), "%" PRId64, last);
    return http_answer_json(
        answer, 200, json_pack("{s:o, s:s?}", name, items, "next", last != 0 ? cursor : NULL),
        err);
}

int api_answer_nothing(struct http_answer *answer)
{
    answer->status = 204;
    return 0;
}
