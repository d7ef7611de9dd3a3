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

#define THREADS             4
#define CONNECTIONS_OF_IP   128
#define IDLE_S              15
#define HEAD_BYTES          32768
#define KEEP_ALIVE_US       15000000
#define SPOOLED_SUBMISSIONS 16 /* of the largest, at the same time */
#define FAREWELL_US         5000000
#define STREAM_MAX_US       600000000 /* who follows comes again: a token may have ended */
#define WAIT_AGAIN_S        5

/* Whether it may wait; else it is refused. */
static bool admit_wait(struct exchange *exchange)
{
    unsigned status = http_work_admit_wait(exchange->service->work, exchange);

    if (status == 0)
        return true;
    exchange->retry_after_s = WAIT_AGAIN_S;
    exchange_refuse(exchange, status, "too many requests wait for something to happen");
    return false;
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
    bool is_stream = answer.stream.next != NULL;
    bool waits = answer.wait_us > 0 && !is_last;
    if ((is_stream || (waits && exchange->wait_end_us == 0)) && !admit_wait(exchange)) {
        exchange_answer_clear(&answer);
        return true;
    }
    if (waits) {
        if (exchange->wait_end_us == 0)
            exchange->wait_end_us = http_now_us() + answer.wait_us;
        exchange->wake_us = exchange->wait_end_us;
        exchange_answer_clear(&answer);
        return false;
    }
    exchange->answer = answer;
    exchange->is_done = true;
    exchange->is_stream = is_stream;
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
    exchange->is_stream_over =
        r != 0 || is_last || now_us - exchange->begun_us >= STREAM_MAX_US;
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

static void send_away(struct exchange *exchange)
{
    exchange->is_stream_over = true;
    if (!exchange->is_stream)
        exchange_refuse(exchange, MHD_HTTP_UNAUTHORIZED,
                        "the token is not valid, or no longer");
}

bool exchange_work(struct exchange *exchange, bool is_last)
{
    struct http_queues *queues = exchange->service->queues;
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};

    if (exchange->route->access == HTTP_ALWAYS)
        return handle(exchange, true);
    if (exchange->is_asking) {
        exchange_ask(exchange);
        return true;
    }
    int r = http_queues_take(queues, &queue, &err);
    if (r < 0) {
        if (exchange->is_stream)
            exchange->is_stream_over = true;
        else
            exchange_fail(exchange, r, &err);
        return true;
    }
    exchange->request.queue = queue;
    bool is_over = true;
    if (!exchange_may_wait(exchange, queue))
        send_away(exchange);
    else
        is_over =
            exchange->is_stream ? feed(exchange, queue, is_last) : handle(exchange, is_last);
    http_queues_give(queues, queue);
    exchange->request.queue = NULL;
    return is_over;
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
    unsigned of_ip = service->options->trust_proxy ? HTTP_CONNECTIONS_MAX : CONNECTIONS_OF_IP;
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
        0, NULL, NULL, exchange_take, service, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, THREADS, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
        MHD_OPTION_CONNECTION_LIMIT, HTTP_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        of_ip, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, exchange_complete,
        service, MHD_OPTION_NOTIFY_CONNECTION, connect_or_leave, service,
        MHD_OPTION_URI_LOG_CALLBACK, exchange_take_target, service, MHD_OPTION_ARRAY,
        cert != NULL ? tls : plain, MHD_OPTION_END);
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
    service->store.folder = options->settings.work;
    service->store.max_bytes = SPOOLED_SUBMISSIONS * options->settings.max_submission;
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
