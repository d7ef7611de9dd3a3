#include "cli/relay.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A descriptor that is ready takes so much without waiting. Source: pipe(7). */
#define PIECE PIPE_BUF

static void unwatch(struct cli_relay *relay)
{
    if (relay->watched)
        cupel_loop_remove(relay->loop, &relay->source);
    relay->watched = false;
}

static void fail(struct cli_relay *relay, int code)
{
    unwatch(relay);
    relay->failure = code;
    relay->len = relay->sent = 0;
}

static bool is_ready(int fd, int timeout_ms)
{
    struct pollfd output = {.fd = fd, .events = POLLOUT};

    return poll(&output, 1, timeout_ms) != 0; /* errors show when it is written to */
}

/* Write what is pending while the reader takes it at once (timeout_ms 0), or to the end (-1).
 */
static void flush(struct cli_relay *relay, int timeout_ms)
{
    while (relay->sent < relay->len && is_ready(relay->source.fd, timeout_ms)) {
        size_t left = relay->len - relay->sent;
        ssize_t n =
            write(relay->source.fd, relay->pending + relay->sent, left < PIECE ? left : PIECE);
        if (n >= 0)
            relay->sent += (size_t)n;
        else if (errno != EAGAIN && errno != EINTR)
            fail(relay, -errno);
    }
    if (relay->sent == relay->len)
        relay->len = relay->sent = 0;
}

/* Be called again when the reader has taken something, as long as there is something left. */
static void watch(struct cli_relay *relay)
{
    struct cupel_error err = {0};

    if (relay->len == 0 || relay->loop == NULL) {
        unwatch(relay);
    } else if (!relay->watched) {
        int r = cupel_loop_add(relay->loop, &relay->source, EPOLLOUT, &err);
        if (r < 0)
            fail(relay, r);
        relay->watched = r == 0;
    }
}

static void ready(struct cupel_source *source, uint32_t events)
{
    struct cli_relay *relay = source->owner;

    (void)events;
    flush(relay, 0);
    watch(relay);
}

static bool reserve(struct cli_relay *relay, size_t len)
{
    size_t size = relay->size;

    while (size - relay->len < len)
        size = size == 0 ? 65536 : size * 2;
    char *grown = size == relay->size ? relay->pending : realloc(relay->pending, size);
    if (grown == NULL)
        return false;
    relay->pending = grown;
    relay->size = size;
    return true;
}

void cli_relay_init(struct cli_relay *relay, struct cupel_loop *loop, int fd)
{
    *relay = (struct cli_relay){.loop = loop, .source = {fd, ready, relay}};
}

void cli_relay_put(struct cli_relay *relay, const void *bytes, size_t len)
{
    if (relay->failure < 0)
        return;
    if (!reserve(relay, len)) {
        fail(relay, -ENOMEM);
        return;
    }
    memcpy(relay->pending + relay->len, bytes, len);
    relay->len += len;
    flush(relay, 0);
    watch(relay);
}

int cli_relay_finish(struct cli_relay *relay)
{
    unwatch(relay);
    flush(relay, -1);
    return relay->failure;
}

void cli_relay_clear(struct cli_relay *relay)
{
    unwatch(relay);
    free(relay->pending);
    relay->pending = NULL;
}
