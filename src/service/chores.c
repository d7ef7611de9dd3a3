#include "service/chores.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "queue/hooks.h"
#include "queue/schedules.h"
#include "service/documents.h"
#include "service/webhook.h"

#define LEASE_US    60000000
#define MAX_WAIT_MS 10000 /* what was to be heard may have been missed */
#define RETRY_MS    1000  /* while the queue cannot be reached */
#define GAP_US      50000
#define THREADS     4 /* so that a receiver that is slow does not keep others waiting */

struct chores {
    const char *url;
    bool allow_private;
    int bell_fd;
    atomic_bool is_over;
    pthread_t threads[THREADS];
    size_t thread_count;
};

static char *make_body(const struct cupel_job *job)
{
    json_t *json = json_pack("{s:s, s:o}", "event", "job.ended", "job", document_job(job));
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);

    json_decref(json);
    return text;
}

static int post(const struct chores *chores, const struct cupel_delivery *delivery,
                const struct cupel_job *job, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *body = make_body(job);
    char id[24];
    long status = 0;

    if (body == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    (void)snprintf(id, sizeof(id), "%" PRId64, delivery->id);
    const struct webhook_request request = {
        .url = delivery->url,
        .event = "job.ended",
        .delivery = id,
        .body = body,
        .body_len = strlen(body),
        .key = delivery->secret,
        .key_len = strlen(delivery->secret),
        .now_s = (int64_t)time(NULL),
        .allow_http = chores->allow_private,
        .allow_private = chores->allow_private,
    };
    int r = webhook_post(&request, &status, err);
    if (r == 0 && (status < 200 || status > 299))
        r = cupel_fail(err, -EPROTO, "the receiver answered with status %ld", status);
    return r;
}

static int deliver(const struct chores *chores, struct cupel_queue *queue,
                   const struct cupel_delivery *delivery, struct cupel_error *err)
{
    struct cupel_error why = {0};
    struct cupel_job *job = NULL;

    int r = cupel_queue_get(queue, delivery->job, &job, err);
    if (r < 0 && r != -ENOENT)
        return r;
    int told = r < 0 ? 0 : post(chores, delivery, job, &why); /* nobody asks for a pruned job */
    cupel_job_free(job);
    r = told == 0
            ? cupel_queue_delivered(queue, delivery->id, delivery->token, err)
            : cupel_queue_not_delivered(queue, delivery->id, delivery->token, why.text, err);
    return r == -ESTALE ? 0 : r;
}

/* All that is due. *ret_next_us: when something is next, by the queue's clock. */
static int do_all(struct chores *chores, struct cupel_queue *queue, int64_t *ret_next_us,
                  struct cupel_error *err)
{
    int64_t next_us = INT64_MAX;

    while (!atomic_load(&chores->is_over)) {
        struct cupel_delivery *delivery = NULL;
        int64_t schedule_us = INT64_MAX;
        int r = cupel_queue_run_schedules(queue, &schedule_us, err);
        if (r == 0)
            r = cupel_queue_lease_delivery(queue, LEASE_US, &delivery, &next_us, err);
        if (schedule_us < next_us)
            next_us = schedule_us;
        if (r < 0 || delivery == NULL) {
            *ret_next_us = next_us;
            return r;
        }
        r = deliver(chores, queue, delivery, err);
        cupel_delivery_free(delivery);
        if (r < 0)
            return r;
    }
    return 0;
}

static int wait_of(int64_t next_us)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t left_ms = next_us / 1000 - ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000) + 1;
    if (left_ms < 0)
        return 0;
    return left_ms < MAX_WAIT_MS ? (int)left_ms : MAX_WAIT_MS;
}

static void wait_for_more(const struct chores *chores, struct cupel_queue *queue, int wait_ms)
{
    struct pollfd fds[] = {
        {.fd = chores->bell_fd, .events = POLLIN},
        {.fd = queue == NULL ? -1 : cupel_queue_ear_fd(queue), .events = POLLIN}};

    (void)poll(fds, 2, wait_ms);
    if (fds[1].revents != 0) {
        cupel_queue_heard(queue);
        (void)usleep(GAP_US);
    }
}

static void *run(void *owner)
{
    struct chores *chores = owner;
    struct cupel_queue *queue = NULL;
    bool had_failed = false;

    while (!atomic_load(&chores->is_over)) {
        struct cupel_error err = {0};
        int64_t next_us = 0;
        int r = queue == NULL ? cupel_queue_open(chores->url, &queue, &err) : 0;
        if (r == 0 && cupel_queue_ear_fd(queue) < 0)
            r = cupel_queue_listen(queue, &err);
        if (r == 0)
            r = do_all(chores, queue, &next_us, &err);
        if (r < 0 && !had_failed) /* once: it is tried each second */
            (void)cupel_cli_fail("cupel serve", 0, "schedules and webhooks: %s", err.text);
        had_failed = r < 0;
        wait_for_more(chores, queue, r < 0 ? RETRY_MS : wait_of(next_us));
    }
    cupel_queue_close(queue);
    return NULL;
}

static int start_threads(struct chores *chores, struct cupel_error *err)
{
    for (; chores->thread_count < THREADS; chores->thread_count++) {
        int r = pthread_create(&chores->threads[chores->thread_count], NULL, run, chores);
        if (r != 0)
            return cupel_fail(err, -r, "start a thread: %s", strerrordesc_np(r));
    }
    return 0;
}

int chores_start(const char *url, bool allow_private_webhooks, struct chores **ret,
                 struct cupel_error *err)
{
    struct chores *chores = calloc(1, sizeof(*chores));

    if (chores == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    chores->url = url;
    chores->allow_private = allow_private_webhooks;
    chores->bell_fd = eventfd(0, EFD_CLOEXEC);
    int r = chores->bell_fd < 0 ? cupel_fail_errno(err, "eventfd") : start_threads(chores, err);
    if (r < 0) {
        chores_stop(chores);
        return r;
    }
    *ret = chores;
    return 0;
}

void chores_stop(struct chores *chores)
{
    if (chores == NULL)
        return;
    atomic_store(&chores->is_over, true);
    if (chores->bell_fd >= 0)
        (void)eventfd_write(chores->bell_fd, 1);
    for (size_t i = 0; i < chores->thread_count; i++)
        (void)pthread_join(chores->threads[i], NULL);
    cupel_close_p(&chores->bell_fd);
    free(chores);
}
