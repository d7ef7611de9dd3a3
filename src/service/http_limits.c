#include "service/http_limits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#define SECOND  1000000
#define BUCKETS 4096
#define WAYS    4 /* places that a key may have */

#define HEAD_US         (20 * (int64_t)SECOND)
#define CROWDED_HEAD_US (2 * (int64_t)SECOND)
#define BYTES_A_SECOND  16384
#define BODY_US_UNKNOWN (600 * (int64_t)SECOND)

struct bucket {
    uint64_t key; /* 0: free */
    double left;
    int64_t at_us;
};

struct http_watched {
    struct http_watched *next;
    struct http_watched *previous;
    int fd;
    int64_t end_us; /* INT64_MAX: nothing is expected */
    bool is_head;   /* what is expected */
};

struct http_limits {
    pthread_mutex_t lock;
    double rate;
    uint64_t seed;
    struct bucket buckets[BUCKETS];
    struct http_watched *watched;
    size_t watched_count;
    pthread_t sweeper;
    pthread_cond_t over; /* there is nothing to sweep any more */
    bool is_over;
};

/* Shut down those that are late. */
static void sweep(struct http_limits *limits, int64_t now_us)
{
    int64_t hurry_us = limits->watched_count > HTTP_CROWD ? HEAD_US - CROWDED_HEAD_US : 0;

    for (struct http_watched *item = limits->watched; item != NULL; item = item->next) {
        if (item->end_us <= now_us + (item->is_head ? hurry_us : 0)) {
            (void)shutdown(item->fd, SHUT_RDWR);
            item->end_us = INT64_MAX;
        }
    }
}

/* In a thread that waits for nothing else, least of all the database. */
static void *keep_sweeping(void *owner)
{
    struct http_limits *limits = owner;
    struct timespec now = {0};

    (void)pthread_mutex_lock(&limits->lock);
    while (!limits->is_over) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        sweep(limits, (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000);
        now.tv_sec++;
        (void)pthread_cond_timedwait(&limits->over, &limits->lock, &now);
    }
    (void)pthread_mutex_unlock(&limits->lock);
    return NULL;
}

int http_limits_new(unsigned rate, struct http_limits **ret, struct cupel_error *err)
{
    struct http_limits *limits = calloc(1, sizeof(*limits));
    pthread_condattr_t monotonic;

    if (limits == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    if (getrandom(&limits->seed, sizeof(limits->seed), 0) < 0) {
        free(limits);
        return cupel_fail_errno(err, "getrandom");
    }
    limits->rate = rate;
    (void)pthread_mutex_init(&limits->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&limits->over, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    int r = pthread_create(&limits->sweeper, NULL, keep_sweeping, limits);
    if (r != 0) {
        free(limits);
        return cupel_fail(err, -r, "start a thread: %s", strerrordesc_np(r));
    }
    *ret = limits;
    return 0;
}

void http_limits_free(struct http_limits *limits)
{
    if (limits == NULL)
        return;
    (void)pthread_mutex_lock(&limits->lock);
    limits->is_over = true;
    (void)pthread_cond_signal(&limits->over);
    (void)pthread_mutex_unlock(&limits->lock);
    (void)pthread_join(limits->sweeper, NULL);
    (void)pthread_cond_destroy(&limits->over);
    (void)pthread_mutex_destroy(&limits->lock);
    free(limits);
}

/* FNV-1a from a seed that nobody knows, and mixed; never 0. */
static uint64_t hash(uint64_t seed, const char *key)
{
    uint64_t value = seed ^ UINT64_C(0xcbf29ce484222325);

    for (; *key != '\0'; key++)
        value = (value ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    value = (value ^ (value >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    return (value ^ (value >> 32)) | 1;
}

static double fill(const struct bucket *bucket, double rate, int64_t now_us)
{
    double left = bucket->left + (double)(now_us - bucket->at_us) / SECOND * rate;

    return left < 2 * rate ? left : 2 * rate;
}

/* The key's own, or else that of the places it may have which is missed least. */
static struct bucket *find(struct http_limits *limits, uint64_t key, int64_t now_us)
{
    struct bucket *best = NULL;

    for (unsigned i = 0; i < WAYS; i++) {
        struct bucket *bucket = &limits->buckets[((key >> 8) + i) % BUCKETS];
        if (bucket->key == key)
            return bucket;
        if (bucket->key == 0)
            bucket->left = 2 * limits->rate;
        if (best == NULL ||
            fill(bucket, limits->rate, now_us) > fill(best, limits->rate, now_us))
            best = bucket;
    }
    *best = (struct bucket){.key = key, .left = 2 * limits->rate, .at_us = now_us};
    return best;
}

void http_limits_name(const char *address, char ret[static HTTP_ADDRESS_SIZE])
{
    struct in6_addr six;

    (void)snprintf(ret, HTTP_ADDRESS_SIZE, "%s", address);
    if (inet_pton(AF_INET6, address, &six) != 1 || IN6_IS_ADDR_V4MAPPED(&six))
        return;
    memset(&six.s6_addr[8], 0, 8);
    (void)inet_ntop(AF_INET6, &six, ret, HTTP_ADDRESS_SIZE);
}

bool http_limits_take(struct http_limits *limits, const char *key, int64_t now_us,
                      unsigned *ret_after_s)
{
    (void)pthread_mutex_lock(&limits->lock);
    struct bucket *bucket = find(limits, hash(limits->seed, key), now_us);
    bucket->left = fill(bucket, limits->rate, now_us);
    bucket->at_us = now_us;
    bool ok = bucket->left >= 1;
    if (ok)
        bucket->left -= 1;
    else
        *ret_after_s = 1 + (unsigned)((1 - bucket->left) / limits->rate);
    (void)pthread_mutex_unlock(&limits->lock);
    return ok;
}

struct http_watched *http_limits_enter(struct http_limits *limits, int fd, int64_t now_us)
{
    struct http_watched *watched = malloc(sizeof(*watched));

    if (watched == NULL)
        return NULL;
    (void)pthread_mutex_lock(&limits->lock);
    *watched = (struct http_watched){
        .next = limits->watched, .fd = fd, .end_us = now_us + HEAD_US, .is_head = true};
    limits->watched_count++;
    if (limits->watched != NULL)
        limits->watched->previous = watched;
    limits->watched = watched;
    (void)pthread_mutex_unlock(&limits->lock);
    return watched;
}

void http_limits_leave(struct http_limits *limits, struct http_watched *watched)
{
    if (watched == NULL)
        return;
    (void)pthread_mutex_lock(&limits->lock);
    limits->watched_count--;
    if (watched->previous != NULL)
        watched->previous->next = watched->next;
    else
        limits->watched = watched->next;
    if (watched->next != NULL)
        watched->next->previous = watched->previous;
    (void)pthread_mutex_unlock(&limits->lock);
    free(watched);
}

static void set_end(struct http_limits *limits, struct http_watched *watched, int64_t end_us,
                    bool is_head)
{
    if (watched == NULL)
        return;
    (void)pthread_mutex_lock(&limits->lock);
    watched->end_us = end_us;
    watched->is_head = is_head;
    (void)pthread_mutex_unlock(&limits->lock);
}

void http_limits_expect(struct http_limits *limits, struct http_watched *watched,
                        uint64_t bytes, int64_t now_us)
{
    int64_t length = bytes == UINT64_MAX ? BODY_US_UNKNOWN
                                         : HEAD_US + (int64_t)(bytes / BYTES_A_SECOND) * SECOND;

    set_end(limits, watched, now_us + length, bytes == 0);
}

void http_limits_arrived(struct http_limits *limits, struct http_watched *watched)
{
    set_end(limits, watched, INT64_MAX, false);
}
