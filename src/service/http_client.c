#include "service/http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cupel/cleanup.h"
#include "service/address.h"
#include "service/http_error.h"
#include "service/http_upload.h"
#include "service/http_url.h"

#define USER_AGENT "cupel/" CUPEL_VERSION

/* What stopped the answer on our side. */
enum stop { STOP_NONE, STOP_ENOUGH, STOP_HEADERS, STOP_MEMORY, STOP_TAKER };

struct transfer {
    const struct http_request *request;
    CURL *curl;
    struct curl_slist *headers;
    struct http_upload upload;
    struct http_answer answer;
    size_t body_room;
    size_t header_bytes;
    enum stop stop;
    struct cupel_error taker;       /* what the request's taker failed with */
    bool is_tried;                  /* an address that may be used was found */
    char refused[INET6_ADDRSTRLEN]; /* one that may not */
    char place[HTTP_PLACE_SIZE];
    char detail[CURL_ERROR_SIZE];
};

static const char *const methods[] = {
    [HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE"};

static int no_memory(struct cupel_error *err)
{
    return cupel_fail(err, -ENOMEM, "cannot prepare the request: no memory is left");
}

/* What could end a header's line, or be read otherwise by what it passes, is not sent. */
static bool is_header_text(const char *text)
{
    if (text[0] == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~')
            return false;
    }
    return true;
}

static int add_header(struct transfer *transfer, const char *name, const char *value,
                      struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *line = NULL;

    if (!is_header_text(value))
        return cupel_fail(err, -EINVAL,
                          "the header %s cannot be sent: expected printable ASCII", name);
    if (asprintf(&line, "%s: %s", name, value) < 0) {
        line = NULL;
        return no_memory(err);
    }
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    if (longer == NULL)
        return no_memory(err);
    transfer->headers = longer;
    return 0;
}

/* libcurl's own idea of a header is taken out by a line without a value. */
static int leave_out_header(struct transfer *transfer, const char *line,
                            struct cupel_error *err)
{
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    if (longer == NULL)
        return no_memory(err);
    transfer->headers = longer;
    return 0;
}

static int set_headers(struct transfer *transfer, struct cupel_error *err)
{
    const struct http_request *request = transfer->request;

    int r = leave_out_header(transfer, "Expect:", err); /* would wait for an interim answer */
    if (r == 0 && request->content_type != NULL)
        r = add_header(transfer, "Content-Type", request->content_type, err);
    else if (r == 0 && request->body.kind != HTTP_BODY_PARTS)
        r = leave_out_header(transfer, "Content-Type:", err);
    if (request->headers != NULL)
        for (const struct http_header *h = request->headers; r == 0 && h->name != NULL; h++)
            r = add_header(transfer, h->name, h->value, err);
    if (r < 0)
        return r;
    (void)curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, transfer->headers);
    return 0;
}

static int set_token(CURL *curl, const char *token, struct cupel_error *err)
{
    if (token == NULL)
        return 0;
    if (!is_header_text(token))
        return cupel_fail(err, -EINVAL, "the token cannot be sent: expected printable ASCII");
    (void)curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
    return curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token) == CURLE_OK ? 0
                                                                             : no_memory(err);
}

static void note_refused(struct transfer *transfer, const struct sockaddr *address)
{
    const void *bytes = NULL;

    if (address->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    else if (address->sa_family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (bytes == NULL || inet_ntop(address->sa_family, bytes, transfer->refused,
                                   sizeof(transfer->refused)) == NULL)
        (void)snprintf(transfer->refused, sizeof(transfer->refused), "elsewhere");
}

static curl_socket_t open_socket(void *data, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    struct transfer *transfer = data;

    (void)purpose; /* curl connects for nothing else: an HTTP client accepts none */
    if (!transfer->request->allow_private && !address_is_public(&address->addr)) {
        note_refused(transfer, &address->addr);
        return CURL_SOCKET_BAD;
    }
    transfer->is_tried = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t count_header(char *bytes, size_t size, size_t count, void *data)
{
    struct transfer *transfer = data;

    (void)bytes;
    transfer->header_bytes += size * count;
    if (transfer->header_bytes <= HTTP_HEADERS_MAX)
        return size * count;
    transfer->stop = STOP_HEADERS;
    return 0;
}

static enum stop keep(struct transfer *transfer, const char *bytes, size_t len)
{
    struct http_answer *answer = &transfer->answer;
    size_t most = transfer->request->answer_max_bytes;
    size_t taken = len < most - answer->body_len ? len : most - answer->body_len;

    if (answer->body_len + taken >= transfer->body_room) {
        size_t room = 2 * (answer->body_len + taken) + 1;
        char *body = realloc(answer->body, room);
        if (body == NULL)
            return STOP_MEMORY;
        answer->body = body;
        transfer->body_room = room;
    }
    (void)memcpy(answer->body + answer->body_len, bytes, taken);
    answer->body_len += taken;
    answer->body[answer->body_len] = '\0';
    answer->is_cut = taken < len;
    return answer->is_cut ? STOP_ENOUGH : STOP_NONE;
}

static enum stop give(struct transfer *transfer, const char *bytes, size_t len)
{
    const struct http_request *request = transfer->request;

    int r = request->take(request->take_owner, bytes, len, &transfer->taker);
    if (r < 0) {
        transfer->taker.code = r;
        return STOP_TAKER;
    }
    return r == HTTP_ENOUGH ? STOP_ENOUGH : STOP_NONE;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
    struct transfer *transfer = data;
    long status = 0;

    (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    bool is_taken = transfer->request->take != NULL && status / 100 == 2;
    transfer->stop = (is_taken ? give : keep)(transfer, bytes, size * count);
    return transfer->stop == STOP_NONE ? size * count : 0;
}

static void set_callbacks(struct transfer *transfer)
{
    CURL *curl = transfer->curl;

    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->detail);
    (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, count_header);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
}

static void set_limits(CURL *curl, const struct http_request *request)
{
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* Or the end would wait for a resolver that does not answer, however long that takes. */
    (void)curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_LIMIT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->limit_ms);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)request->idle_limit_s);
}

static int check_ca_file(const char *path, struct cupel_error *err)
{
    if (path == NULL || access(path, R_OK) == 0)
        return 0;
    return cupel_fail(err, -EINVAL, "cannot read the CA file %s: %s", path,
                      strerrordesc_np(errno));
}

/* These fail for want of memory, or where libcurl was built without what they ask for. */
static int set_target(CURL *curl, const struct http_request *request, struct cupel_error *err)
{
    const char *protocols = request->allow_http ? "http,https" : "https";

    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, request->url);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, methods[request->method]);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* nor one of the environment */
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (code == CURLE_OK && request->ca_file != NULL)
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
    if (code == CURLE_OK)
        return 0;
    return code == CURLE_OUT_OF_MEMORY
               ? no_memory(err)
               : cupel_fail(err, -EINVAL, "cannot prepare the request: %s",
                            curl_easy_strerror(code));
}

/* A POST or PUT without a body says so, since servers ask for its length. */
static struct http_body body_of(const struct http_request *request)
{
    struct http_body body = request->body;

    if (body.kind == HTTP_BODY_NONE &&
        (request->method == HTTP_POST || request->method == HTTP_PUT))
        body = (struct http_body){.kind = HTTP_BODY_BYTES};
    return body;
}

static int prepare(struct transfer *transfer, struct cupel_error *err)
{
    const struct http_request *request = transfer->request;
    struct http_body body = body_of(request);

    int r = http_upload_set(&transfer->upload, transfer->curl, &body, err);
    if (r == 0)
        r = check_ca_file(request->ca_file, err);
    if (r == 0)
        r = set_target(transfer->curl, request, err);
    if (r == 0)
        r = set_headers(transfer, err);
    if (r == 0)
        r = set_token(transfer->curl, request->token, err);
    set_limits(transfer->curl, request);
    set_callbacks(transfer);
    return r;
}

static int fail(const struct transfer *transfer, CURLcode code, struct cupel_error *err)
{
    long os_errno = 0;

    if (transfer->upload.err.code != 0)
        return cupel_fail(err, transfer->upload.err.code, "%s", transfer->upload.err.text);
    if (transfer->stop == STOP_TAKER)
        return cupel_fail(err, transfer->taker.code, "%s", transfer->taker.text);
    if (transfer->stop == STOP_HEADERS)
        return cupel_fail(err, -EMSGSIZE, "%s answers with more than %u bytes of headers",
                          transfer->place, HTTP_HEADERS_MAX);
    if (transfer->stop == STOP_MEMORY)
        return cupel_fail(err, -ENOMEM, "no memory is left for the answer of %s",
                          transfer->place);
    if (transfer->refused[0] != '\0' && !transfer->is_tried)
        return cupel_fail(err, -EACCES, "%s is at %s, expected a public address",
                          transfer->place, transfer->refused);
    (void)curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &os_errno);
    return http_error_fail(code, transfer->place, transfer->detail, os_errno, err);
}

static int copy_text(const char *text, char **ret)
{
    if (text == NULL)
        return 0;
    *ret = strdup(text);
    return *ret == NULL ? -ENOMEM : 0;
}

static int read_answer(struct transfer *transfer, struct cupel_error *err)
{
    struct http_answer *answer = &transfer->answer;
    struct curl_header *location = NULL;
    const char *content_type = NULL;
    curl_off_t retry_after_s = 0;

    (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    (void)curl_easy_getinfo(transfer->curl, CURLINFO_CONTENT_TYPE, &content_type);
    (void)curl_easy_getinfo(transfer->curl, CURLINFO_RETRY_AFTER, &retry_after_s);
    (void)curl_easy_header(transfer->curl, "Location", 0, CURLH_HEADER, -1, &location);
    answer->retry_after_s = retry_after_s > 0 ? (uint64_t)retry_after_s : 0;
    if (answer->body == NULL)
        answer->body = calloc(1, 1);
    if (answer->body == NULL || copy_text(content_type, &answer->content_type) < 0 ||
        copy_text(location == NULL ? NULL : location->value, &answer->location) < 0)
        return no_memory(err);
    return 0;
}

static int run(struct transfer *transfer, struct cupel_error *err)
{
    int r = prepare(transfer, err);
    if (r < 0)
        return r;
    CURLcode code = curl_easy_perform(transfer->curl);
    if (code != CURLE_OK && transfer->stop != STOP_ENOUGH)
        return fail(transfer, code, err);
    return read_answer(transfer, err);
}

int http_client_request(const struct http_request *request, struct http_answer *ret,
                        struct cupel_error *err)
{
    struct transfer transfer = {.request = request};

    int r = http_url_check(request->url, request->allow_http, transfer.place, err);
    if (r < 0)
        return r;
    transfer.curl = curl_easy_init();
    if (transfer.curl == NULL)
        return no_memory(err);
    r = run(&transfer, err);
    http_upload_free(&transfer.upload);
    curl_slist_free_all(transfer.headers);
    curl_easy_cleanup(transfer.curl);
    if (r < 0)
        http_answer_free(&transfer.answer);
    else
        *ret = transfer.answer;
    return r;
}

void http_answer_free(struct http_answer *answer)
{
    free(answer->content_type);
    free(answer->location);
    free(answer->body);
    *answer = (struct http_answer){0};
}
