#include "cupel/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/turns.h"
#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "sandbox/loop_internal.h"

#define BATCH 16

/* Nobody waits for longer, so that a turn that takes more than AWAY_NS tells of an absence. */
#define WAIT_MS 250
#define WAIT_NS (WAIT_MS * 1000000ULL)
#define AWAY_NS CUPEL_NS_PER_S

struct cupel_loop {
    int epoll_fd;
    struct epoll_event pending[BATCH];
    int pending_count;
    unsigned urgent;    /* sources that must not be late */
    bool first;         /* the thread comes before others for them */
    uint64_t turned_ns; /* CLOCK_MONOTONIC, at the last turn */
    uint64_t away_ns;
    unsigned char *chunk; /* of LOOP_CHUNK bytes; on a stack each page of it would be touched */
};

int cupel_loop_new(struct cupel_loop **ret, struct cupel_error *err)
{
    CUPEL_AUTO_FREE struct cupel_loop *loop = calloc(1, sizeof(*loop));

    if (loop == NULL)
        return cupel_fail_errno(err, "allocate an event loop");
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        return cupel_fail_errno(err, "epoll_create1");
    loop->chunk = malloc(LOOP_CHUNK);
    if (loop->chunk == NULL) {
        cupel_close_p(&loop->epoll_fd);
        return cupel_fail_errno(err, "allocate an event loop");
    }
    loop->turned_ns = base_now_ns();
    *ret = loop;
    loop = NULL;
    return 0;
}

void cupel_loop_free(struct cupel_loop *loop)
{
    if (loop == NULL)
        return;
    cupel_close_p(&loop->epoll_fd);
    free(loop->chunk);
    free(loop);
}

unsigned char *loop_chunk(struct cupel_loop *loop)
{
    return loop->chunk;
}

int cupel_loop_add(struct cupel_loop *loop, struct cupel_source *source, uint32_t events,
                   struct cupel_error *err)
{
    struct epoll_event event = {.events = events, .data.ptr = source};

    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, source->fd, &event) < 0)
        return cupel_fail_errno(err, "watch descriptor %d", source->fd);
    return 0;
}

void cupel_loop_remove(struct cupel_loop *loop, struct cupel_source *source)
{
    if (source->fd < 0)
        return;
    (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
    for (int i = 0; i < loop->pending_count; i++) {
        if (loop->pending[i].data.ptr == source)
            loop->pending[i].data.ptr = NULL; /* its owner may be gone before its turn comes */
    }
}

void loop_set_urgent(struct cupel_loop *loop, bool *urgent, bool now)
{
    if (*urgent == now)
        return;
    *urgent = now;
    if (now)
        loop->urgent++;
    else
        loop->urgent--;
    if (loop->urgent == 1 && now)
        loop->first = base_take_first_turn(true);
    else if (loop->urgent == 0 && loop->first)
        loop->first = !base_take_first_turn(false);
}

uint64_t loop_away_ns(const struct cupel_loop *loop)
{
    return loop->away_ns;
}

static void count_turn(struct cupel_loop *loop)
{
    uint64_t before_ns = loop->turned_ns;

    loop->turned_ns = base_now_ns();
    if (loop->turned_ns - before_ns > AWAY_NS)
        loop->away_ns += loop->turned_ns - before_ns - WAIT_NS;
}

int cupel_loop_once(struct cupel_loop *loop, int timeout_ms, struct cupel_error *err)
{
    if (timeout_ms < 0 || timeout_ms > WAIT_MS)
        timeout_ms = WAIT_MS;
    int n = epoll_wait(loop->epoll_fd, loop->pending, BATCH, timeout_ms);
    if (n < 0 && errno != EINTR)
        return cupel_fail_errno(err, "epoll_wait");
    count_turn(loop);
    loop->pending_count = n < 0 ? 0 : n;
    for (int i = 0; i < loop->pending_count; i++) {
        struct cupel_source *source = loop->pending[i].data.ptr;
        if (source != NULL)
            source->ready(source, loop->pending[i].events);
    }
    loop->pending_count = 0;
    return 0;
}
