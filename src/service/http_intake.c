/* Requests as libmicrohttpd tells them: a head, a body in pieces, an end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/http_exchange.h"
#include "service/http_parse.h"

#define DRAINED_MAX 1048576U /* of a refused body; then the connection is closed */

static void exchange_free(struct exchange *exchange)
{
    exchange_answer_clear(&exchange->answer);
    http_body_free(exchange->body);
    if (exchange->has_who)
        cupel_token_clear(&exchange->who);
    for (size_t i = 0; i < HTTP_PATH_PARTS; i++)
        free(exchange->variables[i]);
    free(exchange->path);
    free(exchange->pending);
    free(exchange);
}

static void note(struct exchange *exchange)
{
    const char *method = exchange->method;
    const char *object = NULL;
    struct http_log *log = exchange->service->log;

    for (size_t i = 0; i < HTTP_HEADERS_MAX && exchange->answer.headers[i].name != NULL; i++) {
        if (strcmp(exchange->answer.headers[i].name, "Location") == 0)
            object = exchange->answer.headers[i].value;
    }
    const struct http_log_line line = {
        .address = exchange->address,
        .token = exchange->has_who ? exchange->who.id : NULL,
        .name = exchange->has_who ? exchange->who.name : NULL,
        .method = method,
        .path = exchange->path != NULL ? exchange->path : "",
        .pattern = exchange->route != NULL ? exchange->route->pattern : NULL,
        .object = object,
        .status = exchange->answer.status,
        .duration_us = http_now_us() - exchange->begun_us,
    };
    http_log_access(log, &line);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        http_log_audit(log, &line);
}

static struct http_watched *watched_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info == NULL ? NULL : info->socket_context;
}

static struct exchange *begin(struct http_service *service, struct MHD_Connection *connection)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));

    if (exchange == NULL)
        return NULL;
    exchange->service = service;
    exchange->connection = connection;
    exchange->watched = watched_of(connection);
    exchange->answer.fd = -1;
    exchange->request.service = service;
    exchange->request.private = exchange;
    exchange->begun_us = http_now_us();
    http_limits_arrived(service->limits, exchange->watched);
    (void)atomic_fetch_add(&service->exchanges, 1);
    return exchange;
}

/* A small body is heard to its end before it is refused, in its time: a client that is still
 * sending when the connection is closed would not read why. Who asks first reads it first. */
static bool hear_out(struct exchange *exchange)
{
    if (exchange->length == 0 || exchange->length > DRAINED_MAX ||
        http_header(&exchange->request, "Expect") != NULL)
        return false;
    http_limits_expect(exchange->service->limits, exchange->watched, exchange->length,
                       http_now_us());
    return true;
}

/* Stands for the exchange of a request whose target is not plain, until it begins. */
static char not_plain;

void *exchange_take_target(void *owner, const char *target, struct MHD_Connection *connection)
{
    (void)owner;
    (void)connection;
    return http_target_is_plain(target) ? NULL : &not_plain;
}

/* To a thread that may wait. */
static enum MHD_Result put(struct exchange *exchange)
{
    if (http_work_put(exchange->service->work, exchange))
        return MHD_YES;
    exchange_refuse(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "the service is ending");
    return exchange_send(exchange);
}

static enum MHD_Result go_on(struct exchange *exchange)
{
    exchange->is_asking = false;
    return exchange_admit(exchange) || hear_out(exchange) ? MHD_YES : exchange_send(exchange);
}

static enum MHD_Result take_head(struct http_service *service,
                                 struct MHD_Connection *connection, const char *url,
                                 const char *method, void **state)
{
    struct exchange *exchange = begin(service, connection);

    if (exchange == NULL)
        return MHD_NO;
    bool is_plain = *state != &not_plain;
    *state = exchange;
    (void)snprintf(exchange->method, sizeof(exchange->method), "%s", method);
    exchange->request.method = exchange->method;
    if (!exchange_route(exchange, method, url, is_plain))
        return hear_out(exchange) ? MHD_YES : exchange_send(exchange);
    if (exchange->token == NULL)
        return go_on(exchange);
    exchange->is_asking = true;
    return put(exchange);
}

static enum MHD_Result take_end(struct exchange *exchange)
{
    struct cupel_error err = {0};
    int r = 0;

    http_limits_arrived(exchange->service->limits, exchange->watched);
    if (!exchange->is_done && exchange->body != NULL && exchange->request.parts == NULL)
        r = http_body_end(exchange->body, &exchange->request.parts,
                          &exchange->request.part_count, &err);
    if (r < 0)
        exchange_fail(exchange, r, &err);
    if (!exchange->is_done && exchange->route->access == HTTP_ALWAYS)
        (void)exchange_work(exchange, true);
    if (exchange->is_done)
        return exchange_send(exchange);
    return put(exchange);
}

enum MHD_Result exchange_take(void *owner, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *len, void **state)
{
    struct exchange *exchange = *state;

    (void)version;
    if (*state == NULL || *state == &not_plain)
        return take_head(owner, connection, url, method, state);
    if (exchange->is_asking)
        return go_on(exchange);
    if (*len == 0)
        return take_end(exchange);
    bool goes_on = exchange->is_done || exchange->body == NULL ||
                   http_body_add(exchange->body, bytes, *len);
    *len = 0;
    return goes_on ? MHD_YES : MHD_NO;
}

void exchange_complete(void *owner, struct MHD_Connection *connection, void **state,
                       enum MHD_RequestTerminationCode how)
{
    struct http_service *service = owner;
    struct exchange *exchange = *state;

    (void)how;
    http_limits_expect(service->limits, watched_of(connection), 0, http_now_us());
    if (*state == NULL || *state == &not_plain)
        return;
    note(exchange);
    http_work_forget(service->work, exchange);
    exchange_free(exchange);
    (void)atomic_fetch_sub(&service->exchanges, 1);
    *state = NULL;
}
