/* Answers: what handlers fill, what is said of errors (RFC 9457), and sending either. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "service/http_exchange.h"

#define STREAM_BLOCK  4096
#define DETAIL_MAX    4096
#define RETRY_AFTER_S 2 /* of what may work in a moment */

int http_set_header(struct http_answer *answer, const char *name, const char *value)
{
    for (size_t i = 0; i < HTTP_HEADERS_MAX; i++) {
        if (answer->headers[i].name != NULL)
            continue;
        answer->headers[i].value = strdup(value);
        if (answer->headers[i].value == NULL)
            return -ENOMEM;
        answer->headers[i].name = name;
        return 0;
    }
    return -ENOMEM;
}

int http_answer_json(struct http_answer *answer, unsigned status, json_t *json,
                     struct cupel_error *err)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);

    json_decref(json);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    answer->status = status;
    answer->body = text;
    answer->len = strlen(text);
    return 0;
}

void exchange_answer_clear(struct http_answer *answer)
{
    free(answer->body);
    cupel_close_p(&answer->fd);
    for (size_t i = 0; i < HTTP_HEADERS_MAX; i++)
        free(answer->headers[i].value);
    if (answer->stream.free != NULL)
        answer->stream.free(answer->stream.state);
    *answer = (struct http_answer){.fd = -1};
}

static const char *title_of(unsigned status)
{
    const char *phrase = MHD_get_reason_phrase_for(status);

    return phrase != NULL ? phrase : "Error";
}

static bool is_for_people(const struct exchange *exchange)
{
    const char *accept =
        MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, "Accept");

    if (exchange->route != NULL)
        return exchange->route->is_page;
    return accept != NULL && strstr(accept, "text/html") != NULL;
}

static int problem_page(struct exchange *exchange, unsigned status, const char *detail)
{
    struct cupel_error err = {0};

    return exchange->service->options->problem_page(
        &exchange->request, status, title_of(status), detail, &exchange->answer, &err);
}

static int problem_document(struct http_answer *answer, const char *detail)
{
    json_t *json =
        json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank", "title",
                  title_of(answer->status), "status", (int)answer->status, "detail", detail);

    answer->type = "application/problem+json";
    answer->body = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    answer->len = answer->body != NULL ? strlen(answer->body) : 0;
    json_decref(json);
    return answer->body == NULL ? -ENOMEM : 0;
}

static int set_problem_headers(struct exchange *exchange, unsigned status)
{
    struct http_answer *answer = &exchange->answer;
    char seconds[16];

    if (status == MHD_HTTP_UNAUTHORIZED)
        return http_set_header(answer, "WWW-Authenticate", "Bearer realm=\"cupel\"");
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE && exchange->retry_after_s == 0)
        exchange->retry_after_s = RETRY_AFTER_S;
    if (exchange->retry_after_s == 0)
        return 0;
    (void)snprintf(seconds, sizeof(seconds), "%u", exchange->retry_after_s);
    return http_set_header(answer, "Retry-After", seconds);
}

void exchange_refuse(struct exchange *exchange, unsigned status, const char *detail)
{
    struct http_answer *answer = &exchange->answer;
    CUPEL_AUTO_FREE char *clean = NULL;

    exchange_answer_clear(answer);
    exchange->is_done = true;
    answer->status = status;
    /* It may quote what a client sent, cut within a character. */
    int r = cupel_text_clean(detail, strlen(detail), DETAIL_MAX, &clean);
    if (r == 0)
        r = is_for_people(exchange) ? problem_page(exchange, status, clean)
                                    : problem_document(answer, clean);
    if (r == 0)
        r = set_problem_headers(exchange, answer->status);
    if (r < 0)
        answer->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
}

int http_own_fault(int r, struct cupel_error *err)
{
    static const int told[] = {0, EINVAL, EFBIG, ENOSPC, EDQUOT, EPIPE, EAGAIN};

    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        if (told[i] == -r)
            return r;
    }
    return err->code = -EIO;
}

static unsigned status_of(int r)
{
    static const struct {
        int code;
        unsigned status;
    } statuses[] = {
        {-EINVAL, MHD_HTTP_BAD_REQUEST},
        {-EACCES, MHD_HTTP_FORBIDDEN},
        {-ENOENT, MHD_HTTP_NOT_FOUND},
        {-EEXIST, MHD_HTTP_CONFLICT},
        {-EBUSY, MHD_HTTP_CONFLICT},
        {-ESTALE, MHD_HTTP_CONFLICT},
        {-EFBIG, MHD_HTTP_CONTENT_TOO_LARGE},
        {-EPROTO, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE},
        {-ENOSPC, MHD_HTTP_INSUFFICIENT_STORAGE},
        {-EDQUOT, MHD_HTTP_INSUFFICIENT_STORAGE},
        {-EPIPE, MHD_HTTP_SERVICE_UNAVAILABLE},
        {-EAGAIN, MHD_HTTP_SERVICE_UNAVAILABLE},
    };

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (statuses[i].code == r)
            return statuses[i].status;
    }
    return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

void exchange_fail(struct exchange *exchange, int r, const struct cupel_error *err)
{
    unsigned status = status_of(r);
    const char *detail = err->text;

    if (status >= MHD_HTTP_INTERNAL_SERVER_ERROR) {
        (void)cupel_cli_fail("cupel serve", 0, "%s: %s",
                             exchange->route != NULL ? exchange->route->pattern : "request",
                             err->text);
        detail = r == -EAGAIN ? "this is busy at the moment"
                 : status == MHD_HTTP_SERVICE_UNAVAILABLE
                     ? "the queue cannot be reached at the moment"
                 : status == MHD_HTTP_INSUFFICIENT_STORAGE
                     ? "there is no room for this at the moment"
                     : "something failed here; the service's log tells what";
    }
    exchange_refuse(exchange, status, detail);
}

static ssize_t read_stream(void *owner, uint64_t position, char *ret, size_t max)
{
    struct exchange *exchange = owner;
    size_t left = exchange->pending_len - exchange->pending_at;

    (void)position;
    if (left > 0) {
        size_t len = left < max ? left : max;
        memcpy(ret, exchange->pending + exchange->pending_at, len);
        exchange->pending_at += len;
        return (ssize_t)len;
    }
    if (exchange->is_stream_over || !http_work_put(exchange->service->work, exchange))
        return MHD_CONTENT_READER_END_OF_STREAM;
    return 0;
}

static struct MHD_Response *response_of_fd(struct http_answer *answer)
{
    struct stat status;

    if (fstat(answer->fd, &status) < 0)
        return NULL;
    struct MHD_Response *response =
        MHD_create_response_from_fd64((uint64_t)status.st_size, answer->fd);
    if (response != NULL)
        answer->fd = -1;
    return response;
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
    struct http_answer *answer = &exchange->answer;

    if (answer->stream.next != NULL)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream,
                                                 exchange, NULL);
    if (answer->fd >= 0)
        return response_of_fd(answer);
    if (answer->body == NULL)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->len, answer->body, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        answer->body = NULL;
    return response;
}

static bool has_header(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < HTTP_HEADERS_MAX && answer->headers[i].name != NULL; i++) {
        if (strcmp(answer->headers[i].name, name) == 0)
            return true;
    }
    return false;
}

static const char *type_of(const struct http_answer *answer)
{
    if (answer->type != NULL)
        return answer->type;
    return answer->stream.next != NULL ? "text/event-stream" : "application/json";
}

/* What nobody may do with any answer, unless its handler says otherwise. */
static bool add_headers(struct MHD_Response *response, const struct http_answer *answer)
{
    static const char *const defaults[][2] = {
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    };
    bool ok = MHD_add_response_header(response, "Content-Type", type_of(answer)) == MHD_YES;

    for (size_t i = 0; i < HTTP_HEADERS_MAX && answer->headers[i].name != NULL; i++)
        ok = ok && MHD_add_response_header(response, answer->headers[i].name,
                                           answer->headers[i].value) == MHD_YES;
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        if (!has_header(answer, defaults[i][0]))
            ok = ok &&
                 MHD_add_response_header(response, defaults[i][0], defaults[i][1]) == MHD_YES;
    }
    return ok;
}

enum MHD_Result exchange_send(struct exchange *exchange)
{
    struct MHD_Response *response = make_response(exchange);
    enum MHD_Result result = MHD_NO;

    if (exchange->answer.status == 0)
        exchange->answer.status = MHD_HTTP_OK;
    if (response == NULL)
        return MHD_NO;
    if (add_headers(response, &exchange->answer))
        result = MHD_queue_response(exchange->connection, exchange->answer.status, response);
    MHD_destroy_response(response);
    return result;
}
