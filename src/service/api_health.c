/* Whether it is well, what it counts, and what it offers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/api.h"
#include "service/metrics.h"
#include "service/openapi.h"

static int answer_ok(struct http_answer *ret, struct cupel_error *err)
{
    return http_answer_json(ret, 200, json_pack("{s:s}", "status", "ok"), err);
}

/* That this is answered says it. */
static int health(struct http_request *request, struct http_answer *ret,
                  struct cupel_error *err)
{
    (void)request;
    return answer_ok(ret, err);
}

static int ready(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    if (cupel_queue_ping(request->queue, err) < 0)
        return cupel_fail(err, -EPIPE, "the queue cannot be read");
    return answer_ok(ret, err);
}

static int count(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    int r = metrics_render(http_settings(request)->metrics, request->queue, &ret->body, err);

    if (r != 0)
        return r;
    ret->len = strlen(ret->body);
    ret->type = "text/plain; version=0.0.4; charset=utf-8";
    return 0;
}

static int describe(struct http_request *request, struct http_answer *ret,
                    struct cupel_error *err)
{
    (void)request;
    ret->body = strndup(openapi_document, openapi_document_len);
    if (ret->body == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    ret->len = openapi_document_len;
    return 0;
}

static const struct http_route routes[] = {
    {"GET", "/healthz", 0, health, HTTP_ALWAYS, false},
    {"GET", "/readyz", 0, ready, HTTP_ANYBODY, false},
    {"GET", "/metrics", 0, count, HTTP_READERS, false},
    {"GET", "/openapi.json", 0, describe, HTTP_ALWAYS, false},
};

const struct http_routes api_health_routes = {routes, sizeof(routes) / sizeof(routes[0])};
