/* /v1/webhooks: who is told when a job ends, and what could not be told. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "queue/hooks.h"
#include "service/api.h"
#include "service/documents.h"
#include "service/http_parse.h"
#include "service/webhook.h"

#define SMALL_BODY     8192
#define SECRET_BYTES   32
#define SECRET_SIZE    (2 * SECRET_BYTES + 1)
#define DELIVERIES_MAX 1000

static int answer_hooks(const struct http_request *request, const char *name,
                        struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_hook_list list;
    const char *course = NULL;
    json_t *items = json_array();
    json_t *one = NULL;

    int r = api_course(request, &course, err);
    if (r == 0)
        r = cupel_queue_list_hooks(request->queue, course, &list, err);
    if (r != 0) {
        json_decref(items);
        return r;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (name == NULL)
            api_append(&items, document_hook(&list.items[i]));
        else if (strcmp(list.items[i].name, name) == 0)
            one = document_hook(&list.items[i]);
    }
    cupel_hook_list_clear(&list);
    if (name == NULL)
        return api_answer_list(ret, "webhooks", items, err);
    json_decref(items);
    if (one == NULL)
        return cupel_fail(err, -ENOENT, "there is no such webhook");
    return http_answer_json(ret, 200, one, err);
}

static int list(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    return answer_hooks(request, NULL, ret, err);
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    return answer_hooks(request, request->variables[0], ret, err);
}

static int make_secret(char ret[static SECRET_SIZE], struct cupel_error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[SECRET_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return cupel_fail_errno(err, "getrandom");
    for (size_t i = 0; i < SECRET_BYTES; i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret[SECRET_SIZE - 1] = '\0';
    explicit_bzero(bytes, sizeof(bytes));
    return 0;
}

/* Staff are told of their own course alone. */
static int read_hook(const struct http_request *request, json_t *json, const char **ret_url,
                     const char **ret_course, struct cupel_error *err)
{
    static const char *const keys[] = {"url", "course", NULL};
    bool allow_private = http_settings(request)->allow_private_webhooks;

    *ret_course = api_own_course(request);
    int r = http_json_only(json, keys, err);
    if (r == 0)
        r = http_json_text(json, "url", true, ret_url, err);
    if (r == 0)
        r = http_json_text(json, "course", false, ret_course, err);
    if (r == 0)
        r = webhook_check_url(*ret_url, allow_private, err);
    if (r == 0 && *ret_course != NULL && !http_may_change(request->who, *ret_course))
        r = cupel_fail(err, -EACCES, "this token is another course's");
    return r;
}

static int put(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    const char *name = request->variables[0];
    const char *url = NULL;
    const char *course = NULL;
    char secret[SECRET_SIZE];
    json_t *json = NULL;

    int r = http_body_json(request, &json, err);
    if (r == 0)
        r = read_hook(request, json, &url, &course, err);
    if (r == 0)
        r = make_secret(secret, err);
    if (r == 0)
        r = cupel_queue_set_hook(request->queue, name, course, url, secret, err);
    if (r == 0)
        r = http_answer_json(ret, 201,
                             json_pack("{s:s, s:s, s:s?, s:s}", "name", name, "url", url,
                                       "course", course, "secret", secret),
                             err);
    explicit_bzero(secret, sizeof(secret));
    json_decref(json);
    return r;
}

static int drop(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    int r = cupel_queue_remove_hook(request->queue, request->variables[0],
                                    api_own_course(request), err);

    return r < 0 ? r : api_answer_nothing(ret);
}

static int list_deliveries(struct http_request *request, struct http_answer *ret,
                           struct cupel_error *err)
{
    struct cupel_delivery_list deliveries;
    const char *course = NULL;

    int r = api_course(request, &course, err);
    if (r == 0)
        r = cupel_queue_list_deliveries(request->queue, course, DELIVERIES_MAX, &deliveries,
                                        err);
    if (r != 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < deliveries.count; i++)
        api_append(&items, document_delivery(&deliveries.items[i]));
    cupel_delivery_list_clear(&deliveries);
    return api_answer_list(ret, "deliveries", items, err);
}

static int retry(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    int64_t id = 0;

    int r =
        http_parse_number("the delivery's id", request->variables[0], 1, INT64_MAX, &id, err);
    if (r == 0)
        r = cupel_queue_retry_delivery(request->queue, id, api_own_course(request), err);
    return r < 0 ? r : api_answer_nothing(ret);
}

static const struct http_route routes[] = {
    {"GET", "/v1/webhooks", 0, list, HTTP_SOMEBODY, false},
    {"GET", "/v1/webhooks/{name}", 0, get, HTTP_SOMEBODY, false},
    {"PUT", "/v1/webhooks/{name}", SMALL_BODY, put, HTTP_CHANGERS, false},
    {"DELETE", "/v1/webhooks/{name}", 0, drop, HTTP_CHANGERS, false},
    {"GET", "/v1/webhook-deliveries", 0, list_deliveries, HTTP_SOMEBODY, false},
    {"POST", "/v1/webhook-deliveries/{id}/retry", SMALL_BODY, retry, HTTP_CHANGERS, false},
};

const struct http_routes api_webhook_routes = {routes, sizeof(routes) / sizeof(routes[0])};
