#include "service/http_queues.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* As many as there are threads that take one; more are closed when they are given back. */
#define IDLE_MAX 16

struct http_queues {
    const char *url;
    pthread_mutex_t lock;
    struct cupel_queue *idle[IDLE_MAX];
    size_t count;
};

int http_queues_new(const char *url, struct http_queues **ret, struct cupel_error *err)
{
    struct http_queues *queues = calloc(1, sizeof(*queues));

    if (queues == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    queues->url = url;
    (void)pthread_mutex_init(&queues->lock, NULL);
    *ret = queues;
    return 0;
}

void http_queues_free(struct http_queues *queues)
{
    if (queues == NULL)
        return;
    for (size_t i = 0; i < queues->count; i++)
        cupel_queue_close(queues->idle[i]);
    (void)pthread_mutex_destroy(&queues->lock);
    free(queues);
}

int http_queues_take(struct http_queues *queues, struct cupel_queue **ret,
                     struct cupel_error *err)
{
    struct cupel_queue *queue = NULL;

    (void)pthread_mutex_lock(&queues->lock);
    if (queues->count > 0)
        queue = queues->idle[--queues->count];
    (void)pthread_mutex_unlock(&queues->lock);
    if (queue == NULL) {
        int r = cupel_queue_open(queues->url, &queue, err);
        if (r < 0) /* it could be opened when we began: no request is to blame */
            return r == -ENOMEM ? r : -EPIPE;
    }
    *ret = queue;
    return 0;
}

void http_queues_give(struct http_queues *queues, struct cupel_queue *queue)
{
    if (queue == NULL)
        return;
    (void)pthread_mutex_lock(&queues->lock);
    if (queues->count < IDLE_MAX) {
        queues->idle[queues->count++] = queue;
        queue = NULL;
    }
    (void)pthread_mutex_unlock(&queues->lock);
    cupel_queue_close(queue);
}
