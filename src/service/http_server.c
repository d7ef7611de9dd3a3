#include "service/http_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "service/http_exchange.h"
#include "service/http_listen.h"

#define THREADS           4
#define CONNECTIONS_MAX   1024
#define CONNECTIONS_OF_IP 128
#define IDLE_S            15
#define HEAD_BYTES        32768
#define KEEP_ALIVE_US     15000000
#define DRAINED_MAX       1048576U /* of a refused body; then the connection is closed */
#define FAREWELL_US       5000000

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

/* Whether it is over, with an answer. */
static bool handle(struct exchange *exchange, bool is_last)
{
    struct http_answer answer = {.fd = -1};
    struct cupel_error err = {0};

    exchange->request.is_last = is_last;
    int r = exchange->route->handler(&exchange->request, &answer, &err);
    if (r < 0) {
        exchange_answer_clear(&answer);
        exchange_fail(exchange, r, &err);
        return true;
    }
    if (answer.wait_us > 0 && !is_last) {
        if (exchange->wait_end_us == 0)
            exchange->wait_end_us = http_now_us() + answer.wait_us;
        exchange->wake_us = exchange->wait_end_us;
        exchange_answer_clear(&answer);
        return false;
    }
    exchange->answer = answer;
    exchange->is_done = true;
    exchange->is_stream = answer.stream.next != NULL;
    exchange->wait_end_us = 0;
    return true;
}

/* Whether there is something to send, or no more to come. */
static bool feed(struct exchange *exchange, struct cupel_queue *queue, bool is_last)
{
    const struct http_stream *stream = &exchange->answer.stream;
    struct cupel_error err = {0};
    char *text = NULL;
    int64_t now_us = http_now_us();

    int r = stream->next(stream->state, queue, &text, &err);
    exchange->is_stream_over = r != 0 || is_last;
    if (text == NULL && exchange->last_sent_us + KEEP_ALIVE_US <= now_us)
        text = strdup(":\n\n");
    if (text == NULL && !exchange->is_stream_over) {
        exchange->wake_us = exchange->last_sent_us + KEEP_ALIVE_US;
        return false;
    }
    free(exchange->pending);
    exchange->pending = text;
    exchange->pending_len = text != NULL ? strlen(text) : 0;
    exchange->pending_at = 0;
    exchange->last_sent_us = now_us;
    return true;
}

bool exchange_work(struct exchange *exchange, bool is_last)
{
    struct http_queues *queues = exchange->service->queues;
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};

    /* What needs none is not to fail for want of it: health. */
    int r = http_queues_take(queues, &queue, &err);
    if (r < 0 && (exchange->is_stream || exchange->route->access != HTTP_ANYBODY)) {
        if (exchange->is_stream)
            exchange->is_stream_over = true;
        else
            exchange_fail(exchange, r, &err);
        return true;
    }
    exchange->request.queue = queue;
    bool is_over =
        exchange->is_stream ? feed(exchange, queue, is_last) : handle(exchange, is_last);
    http_queues_give(queues, queue);
    exchange->request.queue = NULL;
    return is_over;
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

/* A small body is heard to its end before it is refused: a client that is still sending when
 * the connection is closed would not read why. */
static bool is_worth_hearing(const struct exchange *exchange)
{
    const char *length =
        MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, "Content-Length");

    return length != NULL && strtoull(length, NULL, 10) <= DRAINED_MAX;
}

static enum MHD_Result take_head(struct http_service *service,
                                 struct MHD_Connection *connection, const char *url,
                                 const char *method, void **state)
{
    struct exchange *exchange = begin(service, connection);

    if (exchange == NULL)
        return MHD_NO;
    *state = exchange;
    (void)snprintf(exchange->method, sizeof(exchange->method), "%s", method);
    exchange->request.method = exchange->method;
    if (exchange_admit(exchange, method, url) || is_worth_hearing(exchange))
        return MHD_YES;
    return exchange_send(exchange);
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
    if (exchange->is_done)
        return exchange_send(exchange);
    if (http_work_put(exchange->service->work, exchange))
        return MHD_YES;
    exchange_refuse(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "the service is ending");
    return exchange_send(exchange);
}

static enum MHD_Result take(void *owner, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *bytes,
                            size_t *len, void **state)
{
    struct exchange *exchange = *state;

    (void)version;
    if (exchange == NULL)
        return take_head(owner, connection, url, method, state);
    if (*len == 0)
        return take_end(exchange);
    bool goes_on = exchange->is_done || exchange->body == NULL ||
                   http_body_add(exchange->body, bytes, *len);
    *len = 0;
    return goes_on ? MHD_YES : MHD_NO;
}

static void complete(void *owner, struct MHD_Connection *connection, void **state,
                     enum MHD_RequestTerminationCode how)
{
    struct http_service *service = owner;
    struct exchange *exchange = *state;

    (void)how;
    http_limits_expect(service->limits, watched_of(connection), 0, http_now_us());
    if (exchange == NULL)
        return;
    note(exchange);
    exchange_free(exchange);
    (void)atomic_fetch_sub(&service->exchanges, 1);
    *state = NULL;
}

static void connect_or_leave(void *owner, struct MHD_Connection *connection, void **context,
                             enum MHD_ConnectionNotificationCode what)
{
    struct http_service *service = owner;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        http_limits_leave(service->limits, *context);
        *context = NULL;
    } else if (info != NULL) {
        *context = http_limits_enter(service->limits, info->connect_fd, http_now_us());
    }
}

static int start_daemon(struct http_service *service, int fd, const char *cert, const char *key,
                        struct cupel_error *err)
{
    /* All of one address come from the proxy, if there is one. */
    unsigned of_ip = service->options->trust_proxy ? CONNECTIONS_MAX : CONNECTIONS_OF_IP;
    const struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL}};

    service->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
            (cert != NULL ? MHD_USE_TLS : 0),
        0, NULL, NULL, take, service, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        THREADS, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_CONNECTION_LIMIT,
        CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT, of_ip,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, complete, service, MHD_OPTION_NOTIFY_CONNECTION,
        connect_or_leave, service, MHD_OPTION_ARRAY, cert != NULL ? tls : plain,
        MHD_OPTION_END);
    if (service->daemon == NULL)
        return cert != NULL
                   ? cupel_fail(err, -EINVAL, "%s, %s: expected a certificate and its key, PEM",
                                service->options->tls_cert, service->options->tls_key)
                   : cupel_fail(err, -EIO, "start the HTTP server");
    return 0;
}

static int serve(struct http_service *service, uint16_t *ret_port, struct cupel_error *err)
{
    const struct http_server_options *options = service->options;
    CUPEL_AUTO_FREE char *cert = NULL;
    CUPEL_AUTO_FREE char *key = NULL;

    int r = http_read_pem(options->tls_cert, &cert, err);
    if (r == 0)
        r = http_read_pem(options->tls_key, &key, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd = http_listen_on(options->address, options->port, err);
    if (fd < 0)
        return fd;
    uint16_t port = http_port_of(fd);
    r = start_daemon(service, fd, cert, key, err);
    if (r < 0)
        return r;
    (void)cupel_take_fd(&fd); /* the daemon's */
    *ret_port = port;
    return 0;
}

int http_server_start(const struct http_server_options *options, struct http_service **ret,
                      uint16_t *ret_port, struct cupel_error *err)
{
    struct http_service *service = calloc(1, sizeof(*service));

    if (service == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    service->options = options;
    int r = http_queues_new(options->queue_url, &service->queues, err);
    if (r == 0)
        r = http_log_open(options->access_log, options->audit_log, &service->log, err);
    if (r == 0)
        r = http_limits_new(options->rate, &service->limits, err);
    if (r == 0)
        r = http_work_start(service, &service->work, err);
    if (r == 0)
        r = serve(service, ret_port, err);
    if (r < 0) {
        http_server_stop(service);
        return r;
    }
    *ret = service;
    return 0;
}

/* What was answered is to be sent before connections are closed. */
static void let_them_read(struct http_service *service)
{
    for (int64_t end_us = http_now_us() + FAREWELL_US; http_now_us() < end_us;) {
        if (atomic_load(&service->exchanges) == 0)
            return;
        (void)usleep(20000);
    }
}

void http_server_stop(struct http_service *service)
{
    if (service == NULL)
        return;
    if (service->daemon != NULL) {
        MHD_socket fd = MHD_quiesce_daemon(service->daemon);
        http_work_drain(service->work);
        let_them_read(service);
        MHD_stop_daemon(service->daemon);
        if (fd != MHD_INVALID_SOCKET)
            (void)close(fd);
    }
    http_work_stop(service->work);
    http_limits_free(service->limits);
    http_log_free(service->log);
    http_queues_free(service->queues);
    free(service);
}
