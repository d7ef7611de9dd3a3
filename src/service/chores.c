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
#define MIN_WAIT_MS 100   /* the queue's clock may be behind ours */
#define RETRY_MS    1000  /* while the queue cannot be reached */
#define GAP_US      50000
#define TELLERS     4 /* so that a receiver that is slow does not keep others waiting */

struct chores;

/* What a thread does, again and again. */
enum { SCHEDULES, WEBHOOKS, CHORES };

struct chore {
    const char *what;
    /* All that is due. *ret_next_us: when something is next, by the queue's clock. */
    int (*do_all)(struct chores *chores, struct cupel_queue *queue, int64_t *ret_next_us,
                  struct cupel_error *err);
};

struct thread {
    pthread_t id;
    struct chores *chores;
    int chore;
};

struct chores {
    const char *url;
    bool allow_private;
    int bell_fd;
    atomic_bool is_over;
    pthread_mutex_t lock;
    struct cupel_error told[CHORES]; /* what is wrong, and told once */
    struct thread threads[1 + TELLERS];
    size_t thread_count;
};

/* What counts for a submission, since a regrade was published; nothing of other events. */
static int get_current(struct cupel_queue *queue, const struct cupel_delivery *delivery,
                       const struct cupel_job *job, json_t **ret, struct cupel_error *err)
{
    struct cupel_job *current = NULL;

    if (strcmp(delivery->event, CUPEL_EVENT_CHANGED) != 0)
        return 0;
    int r = cupel_queue_get(queue, job->current, &current, err);
    if (r == 0)
        *ret = document_job(current);
    cupel_job_free(current);
    return r == -ENOENT ? 0 : r; /* pruned since */
}

static int make_body(struct cupel_queue *queue, const struct cupel_delivery *delivery,
                     const struct cupel_job *job, char **ret, struct cupel_error *err)
{
    json_t *current = NULL;

    int r = get_current(queue, delivery, job, &current, err);
    if (r < 0)
        return r;
    json_t *json = json_pack("{s:s, s:o, s:o*}", "event", delivery->event, "job",
                             document_job(job), "current", current);
    *ret = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return *ret == NULL ? cupel_fail(err, -ENOMEM, "out of memory") : 0;
}

/* Who may set a hook is not told what names inside resolve to; who reads the log is. */
static void hide_address(const struct chores *chores, const struct cupel_delivery *delivery,
                         int r, struct cupel_error *err)
{
    if (chores->allow_private || (r != -EACCES && r != -EHOSTUNREACH))
        return;
    (void)cupel_cli_fail("cupel serve", 0, "webhook %s: %s", delivery->hook, err->text);
    (void)cupel_fail(err, r, "its host has no public address");
}

static int post(const struct chores *chores, const struct cupel_delivery *delivery,
                const char *body, struct cupel_error *err)
{
    char id[48];
    long status = 0;

    /* Numbers may be given again once a backup was restored; with the time, they are not. */
    (void)snprintf(id, sizeof(id), "%" PRId64 "-%" PRId64, delivery->id, delivery->created_us);
    const struct webhook_request request = {
        .url = delivery->url,
        .event = delivery->event,
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
    if (r < 0)
        hide_address(chores, delivery, r, err);
    else if (status < 200 || status > 299)
        r = cupel_fail(err, -EPROTO, "the receiver answered with status %ld", status);
    return r;
}

static int deliver(const struct chores *chores, struct cupel_queue *queue,
                   const struct cupel_delivery *delivery, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *body = NULL;
    struct cupel_error why = {0};
    struct cupel_job *job = NULL;

    int r = cupel_queue_get(queue, delivery->job, &job, err);
    if (r < 0 && r != -ENOENT)
        return r;
    /* Nobody asks for a job that is pruned; one that is tried again tells its next end. */
    r = r == 0 && job->state > CUPEL_JOB_RUNNING ? make_body(queue, delivery, job, &body, err)
                                                 : 0;
    cupel_job_free(job);
    if (r < 0)
        return r;
    int told = body == NULL ? 0 : post(chores, delivery, body, &why);
    r = told == 0
            ? cupel_queue_delivered(queue, delivery->id, delivery->token, err)
            : cupel_queue_not_delivered(queue, delivery->id, delivery->token, why.text, err);
    return r == -ESTALE ? 0 : r;
}

static int tell_all(struct chores *chores, struct cupel_queue *queue, int64_t *ret_next_us,
                    struct cupel_error *err)
{
    while (!atomic_load(&chores->is_over)) {
        struct cupel_delivery *delivery = NULL;
        int r = cupel_queue_lease_delivery(queue, LEASE_US, &delivery, ret_next_us, err);
        if (r < 0 || delivery == NULL)
            return r;
        r = deliver(chores, queue, delivery, err);
        cupel_delivery_free(delivery);
        if (r < 0)
            return r;
    }
    return 0;
}

static int run_schedules(struct chores *chores, struct cupel_queue *queue, int64_t *ret_next_us,
                         struct cupel_error *err)
{
    (void)chores;
    return cupel_queue_run_schedules(queue, ret_next_us, err);
}

static int wait_of(int64_t next_us, int max_ms)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t left_ms = next_us / 1000 - ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000) + 1;
    if (left_ms < MIN_WAIT_MS)
        return MIN_WAIT_MS;
    return left_ms < max_ms ? (int)left_ms : max_ms;
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

static const struct chore all_chores[] = {
    [SCHEDULES] = {"schedules", run_schedules}, [WEBHOOKS] = {"webhooks", tell_all}};

/* It is tried each second, by several threads, and told once. err: empty: nothing is wrong. */
static void tell_failure(struct chores *chores, int chore, const struct cupel_error *err)
{
    struct cupel_error *told = &chores->told[chore];

    (void)pthread_mutex_lock(&chores->lock);
    if (err->code != 0 && strcmp(told->text, err->text) != 0)
        (void)cupel_cli_fail("cupel serve", 0, "%s: %s", all_chores[chore].what, err->text);
    *told = *err;
    (void)pthread_mutex_unlock(&chores->lock);
}

static void *run(void *owner)
{
    const struct thread *thread = owner;
    struct chores *chores = thread->chores;
    struct cupel_queue *queue = NULL;

    while (!atomic_load(&chores->is_over)) {
        struct cupel_error err = {0};
        int64_t next_us = INT64_MAX;
        int r = queue == NULL ? cupel_queue_open(chores->url, &queue, &err) : 0;
        if (r == 0 && cupel_queue_ear_fd(queue) < 0)
            r = cupel_queue_listen(queue, &err);
        if (r == 0)
            r = all_chores[thread->chore].do_all(chores, queue, &next_us, &err);
        tell_failure(chores, thread->chore, &err);
        wait_for_more(chores, queue, wait_of(next_us, r < 0 ? RETRY_MS : MAX_WAIT_MS));
    }
    cupel_queue_close(queue);
    return NULL;
}

static int start_threads(struct chores *chores, struct cupel_error *err)
{
    for (; chores->thread_count < 1 + TELLERS; chores->thread_count++) {
        struct thread *thread = &chores->threads[chores->thread_count];
        thread->chores = chores;
        thread->chore = chores->thread_count == 0 ? SCHEDULES : WEBHOOKS;
        int r = pthread_create(&thread->id, NULL, run, thread);
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
    (void)pthread_mutex_init(&chores->lock, NULL);
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
        (void)pthread_join(chores->threads[i].id, NULL);
    (void)pthread_mutex_destroy(&chores->lock);
    cupel_close_p(&chores->bell_fd);
    free(chores);
}
