#include "service/http_work.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "service/http_exchange.h"

#define SECOND  1000000
#define THREADS 8
#define GAP_US  50000                 /* changes that follow each other are told together */
#define DEAF_US (5 * (int64_t)SECOND) /* a change that was not heard is seen then */

#define WAITING_OF_TOKEN 64
#define WAITING_MAX      (HTTP_CONNECTIONS_MAX / 4 * 3)

/* First in, first out. */
struct line {
    struct exchange *first;
    struct exchange *last;
};

struct http_work {
    struct http_service *service;
    pthread_mutex_t lock;
    pthread_cond_t more;  /* there is something in ready, or it is over */
    pthread_cond_t fewer; /* count is 0 */
    struct line ready;
    struct line woken; /* looked at when none is ready: there may be many */
    struct line parked;
    struct exchange *waiting; /* that were admitted to, until they end */
    size_t count;             /* exchanges that we have */
    uint64_t changes;         /* heard of */
    bool is_draining;
    bool is_over;
    int bell_fd; /* wakes the listener */
    pthread_t threads[THREADS];
    size_t thread_count;
    pthread_t listener;
    bool has_listener;
};

int64_t http_now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

static void push(struct line *line, struct exchange *exchange)
{
    exchange->next = NULL;
    if (line->first == NULL)
        line->first = exchange;
    else
        line->last->next = exchange;
    line->last = exchange;
}

static struct exchange *pop(struct line *line)
{
    struct exchange *exchange = line->first;

    if (exchange != NULL)
        line->first = exchange->next;
    return exchange;
}

/* Those of parked that are to be looked at now, or all. Returns when the next one is. */
static int64_t unpark(struct http_work *work, bool all, int64_t now_us)
{
    struct line parked = work->parked;
    int64_t next_us = INT64_MAX;

    work->parked = (struct line){NULL, NULL};
    for (struct exchange *item = pop(&parked); item != NULL; item = pop(&parked)) {
        if (all || item->wake_us <= now_us) {
            push(&work->woken, item);
            continue;
        }
        if (item->wake_us < next_us)
            next_us = item->wake_us;
        push(&work->parked, item);
    }
    if (work->woken.first != NULL)
        (void)pthread_cond_broadcast(&work->more);
    return next_us;
}

/* Locked before and after, but not meanwhile. */
static void work_on(struct http_work *work, struct exchange *exchange)
{
    struct MHD_Connection *connection = exchange->connection;
    bool is_last = work->is_draining ||
                   (exchange->wait_end_us != 0 && http_now_us() >= exchange->wait_end_us);

    exchange->seen = work->changes;
    (void)pthread_mutex_unlock(&work->lock);
    bool is_done = exchange_work(exchange, is_last);
    if (is_done)
        MHD_resume_connection(connection);
    (void)pthread_mutex_lock(&work->lock);
    if (is_done) {
        if (--work->count == 0)
            (void)pthread_cond_broadcast(&work->fewer);
    } else if (work->is_draining || exchange->seen != work->changes) {
        push(&work->woken, exchange);
    } else {
        push(&work->parked, exchange);
    }
}

static void *run(void *owner)
{
    struct http_work *work = owner;

    (void)pthread_mutex_lock(&work->lock);
    while (!work->is_over) {
        struct exchange *exchange = pop(&work->ready);
        if (exchange == NULL)
            exchange = pop(&work->woken);
        if (exchange != NULL)
            work_on(work, exchange);
        else
            (void)pthread_cond_wait(&work->more, &work->lock);
    }
    (void)pthread_mutex_unlock(&work->lock);
    return NULL;
}

unsigned http_work_admit_wait(struct http_work *work, struct exchange *exchange)
{
    unsigned count = 0;
    unsigned own = 0;

    (void)pthread_mutex_lock(&work->lock);
    for (const struct exchange *item = work->waiting; item != NULL; item = item->next_waiting) {
        count++;
        if (item->has_who && exchange->has_who && strcmp(item->who.id, exchange->who.id) == 0)
            own++;
    }
    bool ok = own < WAITING_OF_TOKEN && count < WAITING_MAX;
    if (ok) {
        exchange->next_waiting = work->waiting;
        work->waiting = exchange;
    }
    (void)pthread_mutex_unlock(&work->lock);
    if (ok)
        return 0;
    return own >= WAITING_OF_TOKEN ? MHD_HTTP_TOO_MANY_REQUESTS : MHD_HTTP_SERVICE_UNAVAILABLE;
}

void http_work_forget(struct http_work *work, const struct exchange *exchange)
{
    (void)pthread_mutex_lock(&work->lock);
    struct exchange **at = &work->waiting;
    while (*at != NULL && *at != exchange)
        at = &(*at)->next_waiting;
    if (*at != NULL)
        *at = exchange->next_waiting;
    (void)pthread_mutex_unlock(&work->lock);
}

/* Wait for a change, at most until next_us. Returns whether there may have been one. */
static bool hear(struct http_work *work, struct cupel_queue **queue, int64_t next_us)
{
    struct cupel_error err;
    int64_t wait_us = next_us - http_now_us();
    bool was_deaf = *queue == NULL || cupel_queue_ear_fd(*queue) < 0;

    if (*queue == NULL)
        (void)!http_queues_take(work->service->queues, queue, &err);
    if (*queue != NULL && was_deaf)
        (void)!cupel_queue_listen(*queue, &err);
    int ear_fd = *queue == NULL ? -1 : cupel_queue_ear_fd(*queue);
    if (was_deaf && ear_fd >= 0)
        return true;
    struct pollfd fds[] = {{.fd = ear_fd, .events = POLLIN},
                           {.fd = work->bell_fd, .events = POLLIN}};
    if (poll(fds, 2, wait_us <= 0 ? 0 : (int)(wait_us / 1000) + 1) <= 0 || fds[0].revents == 0)
        return false;
    cupel_queue_heard(*queue);
    return true;
}

static void *listen_to_queue(void *owner)
{
    struct http_work *work = owner;
    struct cupel_queue *queue = NULL;
    int64_t heard_us = http_now_us();
    int64_t next_us = 0;

    (void)pthread_mutex_lock(&work->lock);
    while (!work->is_over) {
        (void)pthread_mutex_unlock(&work->lock);
        bool has_changed = hear(work, &queue, next_us);
        int64_t now_us = http_now_us();
        has_changed = has_changed || now_us - heard_us >= DEAF_US;
        heard_us = has_changed ? now_us : heard_us;
        (void)pthread_mutex_lock(&work->lock);
        if (has_changed)
            work->changes++;
        next_us = unpark(work, has_changed, now_us);
        if (next_us > now_us + SECOND)
            next_us = now_us + SECOND;
        if (has_changed && !work->is_over) {
            (void)pthread_mutex_unlock(&work->lock);
            (void)usleep(GAP_US);
            (void)pthread_mutex_lock(&work->lock);
        }
    }
    (void)pthread_mutex_unlock(&work->lock);
    cupel_queue_close(queue);
    return NULL;
}

static int start_threads(struct http_work *work, struct cupel_error *err)
{
    int r = 0;

    for (; r == 0 && work->thread_count < THREADS; work->thread_count += r == 0 ? 1 : 0)
        r = pthread_create(&work->threads[work->thread_count], NULL, run, work);
    if (r == 0)
        r = pthread_create(&work->listener, NULL, listen_to_queue, work);
    work->has_listener = r == 0;
    return r == 0 ? 0 : cupel_fail(err, -r, "start a thread: %s", strerrordesc_np(r));
}

int http_work_start(struct http_service *service, struct http_work **ret,
                    struct cupel_error *err)
{
    struct http_work *work = calloc(1, sizeof(*work));

    if (work == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    work->service = service;
    (void)pthread_mutex_init(&work->lock, NULL);
    (void)pthread_cond_init(&work->more, NULL);
    (void)pthread_cond_init(&work->fewer, NULL);
    work->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = work->bell_fd < 0 ? cupel_fail_errno(err, "eventfd") : start_threads(work, err);
    if (r < 0) {
        http_work_stop(work);
        return r;
    }
    *ret = work;
    return 0;
}

bool http_work_put(struct http_work *work, struct exchange *exchange)
{
    (void)pthread_mutex_lock(&work->lock);
    bool is_taken = !work->is_draining;
    if (is_taken) {
        MHD_suspend_connection(exchange->connection);
        work->count++;
        push(&work->ready, exchange);
        (void)pthread_cond_signal(&work->more);
    }
    (void)pthread_mutex_unlock(&work->lock);
    return is_taken;
}

void http_work_drain(struct http_work *work)
{
    (void)pthread_mutex_lock(&work->lock);
    work->is_draining = true;
    (void)unpark(work, true, 0);
    while (work->count > 0)
        (void)pthread_cond_wait(&work->fewer, &work->lock);
    (void)pthread_mutex_unlock(&work->lock);
}

void http_work_stop(struct http_work *work)
{
    if (work == NULL)
        return;
    (void)pthread_mutex_lock(&work->lock);
    work->is_over = true;
    (void)pthread_cond_broadcast(&work->more);
    (void)pthread_mutex_unlock(&work->lock);
    if (work->bell_fd >= 0)
        (void)eventfd_write(work->bell_fd, 1);
    for (size_t i = 0; i < work->thread_count; i++)
        (void)pthread_join(work->threads[i], NULL);
    if (work->has_listener)
        (void)pthread_join(work->listener, NULL);
    if (work->bell_fd >= 0)
        (void)close(work->bell_fd);
    (void)pthread_cond_destroy(&work->more);
    (void)pthread_cond_destroy(&work->fewer);
    (void)pthread_mutex_destroy(&work->lock);
    free(work);
}
