/*
 * What a client sends to the service's port, as bytes: libmicrohttpd, and what http_*.c make of
 * heads, forms and bodies. Answers that are no HTTP, and a server that answers nobody any more,
 * are faults.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "require.h"
#include "service/http_server.h"

#define SUBMISSION_MAX (1U << 20)
#define SMALL_BODY     4096
#define SOON_US        5000 /* an answer is there; who could say more is not waited for */
#define LONG_US        10000000
#define ASK_EVERY      64
#define ANSWER_MAX     256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes all that handlers do of a request. */
static int take(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    json_t *json = NULL;
    char *text = NULL;

    for (size_t i = 0; i < request->part_count; i++) {
        const struct http_part *part = &request->parts[i];
        require(part->fd >= 0 && (uint64_t)lseek(part->fd, 0, SEEK_END) == part->bytes);
        require(lseek(part->fd, 0, SEEK_SET) == 0);
        if (part->name == NULL || http_part_text(request, part->name, &text, err) < 0)
            continue;
        free(text);
        text = NULL;
    }
    if (request->part_count == 1 && http_body_json(request, &json, err) == 0)
        json_decref(json);
    (void)http_argument(request, "course");
    (void)http_header(request, "Last-Event-ID");
    return http_answer_json(ret, 200, json_object(), err);
}

static int tell(const struct http_request *request, unsigned status, const char *title,
                const char *detail, struct http_answer *ret, struct cupel_error *err)
{
    (void)request;
    (void)detail;
    return http_answer_json(ret, status, json_pack("{s:s}", "title", title), err);
}

static uint16_t start(void)
{
    static const struct http_route items[] = {
        {"GET", "/v1/things/{name}", 0, take, HTTP_ALWAYS, false},
        {"POST", "/v1/things", HTTP_BODY_SUBMISSION, take, HTTP_ALWAYS, false},
        {"PUT", "/v1/things/{name}", SMALL_BODY, take, HTTP_ALWAYS, false},
        {"POST", "/page", SMALL_BODY, take, HTTP_ALWAYS, true},
        {"DELETE", "/v1/things/{name}", 0, take, HTTP_PLATFORM, false},
    };
    static const struct http_routes routes = {items, sizeof(items) / sizeof(items[0])};
    static const struct http_routes *const tables[] = {&routes, NULL};
    static struct http_server_options options = {
        .settings = {.work = "/tmp", .max_submission = SUBMISSION_MAX},
        .queue_url = "sqlite:///nonexistent/queue.db",
        .address = "127.0.0.1",
        .trust_proxy = true,
        .rate = 1000000000,
        .tables = tables,
        .problem_page = tell,
    };
    static struct http_service *service; /* to the end of the process */
    struct cupel_error err = {0};
    uint16_t port = 0;

    require(http_server_start(&options, &service, &port, &err) == 0);
    return port;
}

static int connect_to(uint16_t port, int64_t patience_us)
{
    const struct timeval patience = {.tv_sec = patience_us / 1000000,
                                     .tv_usec = patience_us % 1000000};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    require(fd >= 0 &&
            setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
            connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

static void send_all(int fd, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* it has closed */
        data += n;
        size -= (size_t)n;
    }
    (void)shutdown(fd, SHUT_WR);
}

/* How much of it is kept in ret, of all that comes in time. */
static size_t ask(uint16_t port, int64_t patience_us, const uint8_t *data, size_t size,
                  char ret[static ANSWER_MAX])
{
    CUPEL_AUTO_FD fd = connect_to(port, patience_us);
    char rest[4096];
    size_t len = 0;
    ssize_t n = 1;

    send_all(fd, data, size);
    while (n > 0 && len < ANSWER_MAX) {
        n = recv(fd, ret + len, ANSWER_MAX - len, 0);
        len += n > 0 ? (size_t)n : 0;
    }
    while (n > 0)
        n = recv(fd, rest, sizeof(rest), 0);
    require(n == 0 || errno == ECONNRESET || errno == EAGAIN);
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char plain[] =
        "GET /v1/things/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    static const char version[] = "HTTP/1.";
    static uint16_t port;
    static unsigned asked;
    char answer[ANSWER_MAX];

    if (port == 0)
        port = start();
    size_t len = ask(port, SOON_US, data, size, answer);
    require(strncmp(answer, version, len < strlen(version) ? len : strlen(version)) == 0);
    if (asked++ % ASK_EVERY == 0) {
        len = ask(port, LONG_US, (const uint8_t *)plain, strlen(plain), answer);
        require(len > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0);
    }
    return 0;
}
