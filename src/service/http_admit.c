/* What is looked at before a request's body is read: where it goes, who it is, how often. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cupel/text.h"
#include "service/http_exchange.h"
#include "service/http_parse.h"
#include "service/http_routes.h"

#define RATE_KEY_SIZE  HTTP_ADDRESS_SIZE
#define CHECK_AGAIN_US 5000000

static const char *header(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* Of a header that may have come more than once. */
struct lines {
    const char *name;
    const char *last; /* borrowed; NULL: none */
    size_t count;
};

static enum MHD_Result look_at_line(void *owner, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct lines *lines = owner;

    (void)kind;
    if (strcasecmp(name, lines->name) == 0) {
        lines->last = value != NULL ? value : "";
        lines->count++;
    }
    return MHD_YES;
}

static struct lines find_lines(const struct exchange *exchange, const char *name)
{
    struct lines lines = {.name = name};

    (void)MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, look_at_line,
                                    &lines);
    return lines;
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
    const char *list = find_lines(exchange, "X-Forwarded-For").last;

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

static bool take_rate(struct exchange *exchange)
{
    char key[RATE_KEY_SIZE];

    /* A token's owner pays for what is asked with it, an address for all else. */
    if (exchange->has_who)
        (void)snprintf(key, sizeof(key), "token %s", exchange->who.id);
    else
        http_limits_name(exchange->address, key);
    if (http_limits_take(exchange->service->limits, key, http_now_us(),
                         &exchange->retry_after_s))
        return true;
    exchange_refuse(exchange, MHD_HTTP_TOO_MANY_REQUESTS, "too many requests; slow down");
    return false;
}

void exchange_ask(struct exchange *exchange)
{
    struct http_queues *queues = exchange->service->queues;
    struct cupel_queue *queue = NULL;
    struct cupel_error *err = &exchange->asked_err;

    int r = http_queues_take(queues, &queue, err);
    if (r == 0)
        r = cupel_queue_check_token(queue, exchange->token, &exchange->who, err);
    http_queues_give(queues, queue);
    exchange->asked = r;
    exchange->has_who = r == 0;
    exchange->request.who = r == 0 ? &exchange->who : NULL;
    exchange->checked_us = http_now_us();
}

bool exchange_may_wait(struct exchange *exchange, struct cupel_queue *queue)
{
    const char *token = exchange->has_who ? exchange->token : NULL;
    int64_t now_us = http_now_us();
    struct cupel_token who = {.id = NULL};
    struct cupel_error err;

    if (token == NULL || now_us - exchange->checked_us < CHECK_AGAIN_US)
        return true;
    int r = cupel_queue_check_token(queue, token, &who, &err);
    cupel_token_clear(&who);
    exchange->checked_us = now_us;
    return r != -EACCES; /* that the queue cannot be asked is seen elsewhere */
}

static bool may(const struct exchange *exchange)
{
    enum cupel_role role = exchange->who.role;

    switch (exchange->route->access) {
    case HTTP_ALWAYS:
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

static bool is_anybodys(const struct http_route *route)
{
    return route->access == HTTP_ALWAYS || route->access == HTTP_ANYBODY;
}

/* A token that is nobody's keeps nobody from what is anybody's: of a stale cookie, the page to
 * log in again. */
static bool admit_who(struct exchange *exchange)
{
    int r = exchange->token != NULL ? exchange->asked : -EACCES;

    if (r < 0 && r != -EACCES) {
        exchange_fail(exchange, r, &exchange->asked_err);
        return false;
    }
    if (!take_rate(exchange))
        return false;
    if (r < 0 && !is_anybodys(exchange->route))
        exchange_refuse(exchange, MHD_HTTP_UNAUTHORIZED,
                        exchange->token != NULL
                            ? exchange->asked_err.text
                            : "expected a token: Authorization: Bearer cupel_…");
    else if (r == 0 && !may(exchange))
        exchange_refuse(exchange, MHD_HTTP_FORBIDDEN, "this token's role may not do that");
    return !exchange->is_done;
}

/* Where a body ends is to be read in one way only, by a proxy as by us (RFC 9112, 6.3). */
static bool read_length(struct exchange *exchange)
{
    struct lines lengths = find_lines(exchange, "Content-Length");
    struct lines codings = find_lines(exchange, "Transfer-Encoding");
    struct cupel_error err;
    int64_t bytes = 0;

    exchange->length = lengths.count + codings.count > 0 ? UINT64_MAX : 0;
    if (lengths.count + codings.count > 1 ||
        (codings.count == 1 && strcasecmp(codings.last, "chunked") != 0)) {
        exchange_refuse(exchange, MHD_HTTP_BAD_REQUEST,
                        "expected one Content-Length, or Transfer-Encoding: chunked");
        return false;
    }
    if (lengths.count == 1 &&
        http_parse_number("", lengths.last, 0, INT64_MAX, &bytes, &err) == 0)
        exchange->length = (uint64_t)bytes;
    return true;
}

static bool admit_body(struct exchange *exchange)
{
    const struct http_settings *settings = &exchange->service->options->settings;
    uint64_t max = exchange->route->max_body == HTTP_BODY_SUBMISSION
                       ? settings->max_submission
                       : exchange->route->max_body;
    uint64_t length = exchange->length;
    struct cupel_error err = {0};

    if (length == 0)
        return true;
    if (length != UINT64_MAX && length > max) {
        (void)cupel_fail(&err, -EFBIG, "the body has %llu bytes; at most %llu are taken here",
                         (unsigned long long)length, (unsigned long long)max);
        exchange_fail(exchange, -EFBIG, &err);
        return false;
    }
    int r = http_body_new(exchange->connection, &exchange->service->store, max,
                          exchange->route->is_page, &exchange->body, &err);
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

static bool take_address(struct exchange *exchange, const char *url, bool is_plain)
{
    const char *why = NULL;

    exchange->path = strdup(url);
    exchange->request.path = exchange->path;
    if (!is_plain)
        why = "expected an address without %00, and without %2f in its path";
    else if (find_lines(exchange, "Host").count > 1)
        why = "expected one Host";
    else if (exchange->path == NULL || !is_text(exchange))
        why = "the address is not UTF-8";
    if (why != NULL)
        exchange_refuse(exchange, MHD_HTTP_BAD_REQUEST, why);
    return why == NULL;
}

bool exchange_route(struct exchange *exchange, const char *method, const char *url,
                    bool is_plain)
{
    find_client(exchange);
    if (!take_address(exchange, url, is_plain) || !read_length(exchange) ||
        !find_route(exchange, method)) {
        (void)take_rate(exchange); /* who asks for this too often is told that instead */
        return false;
    }
    const struct http_route *route = exchange->route;
    if (!is_anybodys(route) || (route->is_page && route->access != HTTP_ALWAYS))
        exchange->token = find_token(exchange);
    return true;
}

bool exchange_admit(struct exchange *exchange)
{
    return admit_who(exchange) && admit_body(exchange);
}
