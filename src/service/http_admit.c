/* What is looked at before a request's body is read: where it goes, who it is, how often. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"
#include "service/http_exchange.h"
#include "service/http_parse.h"
#include "service/http_routes.h"

#define TOKEN_KEY_SIZE 48

static const char *header(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static bool is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* The last of X-Forwarded-For is what the proxy itself has seen; others are the client's word.
 */
static bool take_forwarded(struct exchange *exchange)
{
    const char *list = header(exchange, "X-Forwarded-For");

    if (list == NULL)
        return false;
    const char *comma = strrchr(list, ',');
    const char *last = comma != NULL ? comma + 1 : list;
    last += strspn(last, " \t");
    if (strlen(last) >= sizeof(exchange->address) || !is_address(last))
        return false;
    (void)snprintf(exchange->address, sizeof(exchange->address), "%s", last);
    return true;
}

static void find_client(struct exchange *exchange)
{
    const struct http_server_options *options = exchange->service->options;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info == NULL ? NULL : info->client_addr;
    const char *scheme = header(exchange, "X-Forwarded-Proto");

    exchange->request.is_secure =
        options->tls_cert != NULL ||
        (options->trust_proxy && scheme != NULL && strcmp(scheme, "https") == 0);
    if (options->trust_proxy && take_forwarded(exchange))
        return;
    socklen_t size = address != NULL && address->sa_family == AF_INET6
                         ? sizeof(struct sockaddr_in6)
                         : sizeof(struct sockaddr_in);
    if (address == NULL || getnameinfo(address, size, exchange->address,
                                       sizeof(exchange->address), NULL, 0, NI_NUMERICHOST) != 0)
        (void)snprintf(exchange->address, sizeof(exchange->address), "unknown");
}

static enum MHD_Result look_at_argument(void *owner, enum MHD_ValueKind kind, const char *name,
                                        const char *value)
{
    bool *ok = owner;

    (void)kind;
    *ok = *ok && cupel_text_is_utf8(name, strlen(name)) &&
          (value == NULL || cupel_text_is_utf8(value, strlen(value)));
    return MHD_YES;
}

static bool is_text(const struct exchange *exchange)
{
    bool ok = cupel_text_is_utf8(exchange->path, strlen(exchange->path));

    (void)MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND,
                                    look_at_argument, &ok);
    return ok;
}

/* Borrowed; NULL: none. Pages are asked for by browsers, which send cookies. */
static const char *find_token(const struct exchange *exchange)
{
    const char *authorization = header(exchange, "Authorization");

    if (authorization != NULL)
        return http_parse_bearer(authorization);
    if (!exchange->route->is_page)
        return NULL;
    return MHD_lookup_connection_value(exchange->connection, MHD_COOKIE_KIND, "cupel_token");
}

static bool take_rate(struct exchange *exchange, const char *key)
{
    if (http_limits_take(exchange->service->limits, key, http_now_us(),
                         &exchange->retry_after_s))
        return true;
    exchange_refuse(exchange, MHD_HTTP_TOO_MANY_REQUESTS, "too many requests; slow down");
    return false;
}

/* Whom the token is. A wrong one costs its address a request of those that it may make. */
static bool authenticate(struct exchange *exchange, const char *token)
{
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};
    char key[TOKEN_KEY_SIZE];

    int r = http_queues_take(exchange->service->queues, &queue, &err);
    if (r == 0)
        r = cupel_queue_check_token(queue, token, &exchange->who, &err);
    http_queues_give(exchange->service->queues, queue);
    if (r == -EACCES) {
        if (take_rate(exchange, exchange->address))
            exchange_refuse(exchange, MHD_HTTP_UNAUTHORIZED, err.text);
        return false;
    }
    if (r < 0) {
        exchange_fail(exchange, r, &err);
        return false;
    }
    exchange->has_who = true;
    exchange->request.who = &exchange->who;
    (void)snprintf(key, sizeof(key), "token %s", exchange->who.id);
    return take_rate(exchange, key);
}

/* A form on another site cannot make a browser change something here: its cookie is SameSite,
 * and where a browser does not know that, its Origin tells. */
static bool is_own_site(const struct exchange *exchange)
{
    const char *site = header(exchange, "Sec-Fetch-Site");
    const char *origin = header(exchange, "Origin");
    const char *host = header(exchange, "Host");

    if (site != NULL)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    if (origin == NULL)
        return true;
    const char *authority = strstr(origin, "://");
    return authority != NULL && host != NULL && strcmp(authority + 3, host) == 0;
}

static bool may(const struct exchange *exchange)
{
    enum cupel_role role = exchange->who.role;

    switch (exchange->route->access) {
    case HTTP_ANYBODY:
    case HTTP_SOMEBODY:
        return true;
    case HTTP_CHANGERS:
        return role != CUPEL_ROLE_AUDITOR;
    case HTTP_PLATFORM:
        return role == CUPEL_ROLE_PLATFORM;
    case HTTP_READERS:
        return role != CUPEL_ROLE_STAFF;
    }
    return false;
}

static bool admit_who(struct exchange *exchange)
{
    bool anybody = exchange->route->access == HTTP_ANYBODY;
    const char *token = find_token(exchange);

    if (token == NULL || (anybody && !exchange->route->is_page)) {
        if (!take_rate(exchange, exchange->address))
            return false;
        if (!anybody)
            exchange_refuse(exchange, MHD_HTTP_UNAUTHORIZED,
                            "expected a token: Authorization: Bearer cupel_…");
        return anybody;
    }
    if (!authenticate(exchange, token)) {
        if (!anybody || exchange->answer.status != MHD_HTTP_UNAUTHORIZED)
            return false;
        exchange_answer_clear(&exchange->answer); /* a stale cookie keeps nobody from /login */
        exchange->is_done = false;
        return true;
    }
    if (!may(exchange)) {
        exchange_refuse(exchange, MHD_HTTP_FORBIDDEN, "this token's role may not do that");
        return false;
    }
    return true;
}

/* UINT64_MAX: it is not told. */
static uint64_t body_length(const struct exchange *exchange)
{
    const char *length = header(exchange, "Content-Length");
    struct cupel_error err;
    int64_t bytes = 0;

    if (length != NULL)
        return http_parse_number("", length, 0, INT64_MAX, &bytes, &err) == 0 ? (uint64_t)bytes
                                                                              : UINT64_MAX;
    return header(exchange, "Transfer-Encoding") != NULL ? UINT64_MAX : 0;
}

static bool admit_body(struct exchange *exchange)
{
    const struct http_settings *settings = &exchange->service->options->settings;
    uint64_t max = exchange->route->max_body == HTTP_BODY_SUBMISSION
                       ? settings->max_submission
                       : exchange->route->max_body;
    uint64_t length = body_length(exchange);
    struct cupel_error err = {0};

    if (length == 0)
        return true;
    if (length != UINT64_MAX && length > max) {
        (void)cupel_fail(&err, -EFBIG, "the body has %llu bytes; at most %llu are taken here",
                         (unsigned long long)length, (unsigned long long)max);
        exchange_fail(exchange, -EFBIG, &err);
        return false;
    }
    int r = http_body_new(exchange->connection, settings->work, max, &exchange->body, &err);
    if (r < 0)
        exchange_fail(exchange, r, &err);
    http_limits_expect(exchange->service->limits, exchange->watched, length, http_now_us());
    return r == 0;
}

static bool find_route(struct exchange *exchange, const char *method)
{
    struct http_match match;
    struct cupel_error err = {0};

    int r = http_routes_match(exchange->service->options->tables, method, exchange->path,
                              &match, &err);
    for (size_t i = 0; i < HTTP_PATH_PARTS; i++) {
        exchange->variables[i] = match.variables[i];
        exchange->request.variables[i] = match.variables[i];
    }
    exchange->route = match.route;
    if (r == 0 && match.route != NULL)
        return true;
    if (r < 0) {
        exchange_fail(exchange, r, &err);
    } else if (match.allow[0] == '\0') {
        exchange_refuse(exchange, MHD_HTTP_NOT_FOUND, "there is nothing here");
    } else {
        exchange_refuse(exchange, MHD_HTTP_METHOD_NOT_ALLOWED, "this is not done here");
        if (http_set_header(&exchange->answer, "Allow", match.allow) < 0)
            exchange->answer.status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    }
    return false;
}

bool exchange_admit(struct exchange *exchange, const char *method, const char *url)
{
    find_client(exchange);
    exchange->path = strdup(url);
    if (exchange->path == NULL || !is_text(exchange)) {
        exchange_refuse(exchange, MHD_HTTP_BAD_REQUEST, "the address is not UTF-8");
        return false;
    }
    exchange->request.path = exchange->path;
    if (!find_route(exchange, method) || !admit_who(exchange))
        return false;
    if (exchange->route->is_page && strcmp(exchange->route->method, "GET") != 0 &&
        !is_own_site(exchange)) {
        exchange_refuse(exchange, MHD_HTTP_FORBIDDEN, "this form is another site's");
        return false;
    }
    return admit_body(exchange);
}
