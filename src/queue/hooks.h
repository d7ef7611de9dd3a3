/*
 * Webhooks: who is told when a job ends that counts, and when a published regrade has replaced
 * a score. Noted in the transaction that does it, so that none is forgotten; told at least
 * once, again with backoff (5 s, twice as long each time, up to an hour; 20 times, over ten
 * hours in all), then dead, and listed. A hook is told one thing at a time; one that fails is
 * left alone for as long, and is free again once it has been told anything.
 */
#ifndef CUPEL_QUEUE_HOOKS_H
#define CUPEL_QUEUE_HOOKS_H

#include "queue/queue.h"

#define CUPEL_HOOKS_MAX 10 /* of a course, and of all courses */

#define CUPEL_EVENT_ENDED   "job.ended"     /* the job has: done, dead or cancelled */
#define CUPEL_EVENT_CHANGED "score.changed" /* another job's score counts for the job's now */

struct cupel_hook {
    char *name;
    char *course; /* NULL: all courses */
    char *url;
    char *secret; /* of its signatures; kept, since it signs; shown to nobody */
    int64_t created_us;
};

struct cupel_hook_list {
    struct cupel_hook *items;
    size_t count;
};

/* One telling of one hook. */
struct cupel_delivery {
    int64_t id;
    int64_t token; /* as of a lease */
    char *hook;
    char *url;
    char *secret;
    char *event; /* CUPEL_EVENT_… */
    int64_t job;
    unsigned failures;
    int64_t created_us;
    int64_t next_us; /* when it is tried again */
    bool is_dead;
    char *why; /* it failed last; or NULL */
};

struct cupel_delivery_list {
    struct cupel_delivery *items;
    size_t count;
};

/* Add or replace. The caller has checked the address. -EINVAL: name; -EACCES: another course's;
 * -EBUSY: there are CUPEL_HOOKS_MAX. */
CUPEL_MUST_CHECK int cupel_queue_set_hook(struct cupel_queue *queue, const char *name,
                                          const char *course, const char *url,
                                          const char *secret, struct cupel_error *err);
/* course NULL: of all; else those of the course. Without secrets. */
CUPEL_MUST_CHECK int cupel_queue_list_hooks(struct cupel_queue *queue, const char *course,
                                            struct cupel_hook_list *ret,
                                            struct cupel_error *err);
/* -ENOENT; course NULL: any. What it was still to tell is dropped. */
CUPEL_MUST_CHECK int cupel_queue_remove_hook(struct cupel_queue *queue, const char *name,
                                             const char *course, struct cupel_error *err);

/* Take the next delivery that is due, for lease_us. *ret is the caller's to free with
 * cupel_delivery_free(); NULL: none. *ret_next_us as cupel_queue_lease(). */
CUPEL_MUST_CHECK int cupel_queue_lease_delivery(struct cupel_queue *queue, int64_t lease_us,
                                                struct cupel_delivery **ret,
                                                int64_t *ret_next_us, struct cupel_error *err);
/* It is told; the row is dropped. -ESTALE: it is another's, or gone; so is it below. */
CUPEL_MUST_CHECK int cupel_queue_delivered(struct cupel_queue *queue, int64_t id, int64_t token,
                                           struct cupel_error *err);
/* It is not: again later, or dead. */
CUPEL_MUST_CHECK int cupel_queue_not_delivered(struct cupel_queue *queue, int64_t id,
                                               int64_t token, const char *why,
                                               struct cupel_error *err);
/* It is due now, as often as at first, dead or not. -ENOENT; course NULL: any. */
CUPEL_MUST_CHECK int cupel_queue_retry_delivery(struct cupel_queue *queue, int64_t id,
                                                const char *course, struct cupel_error *err);
/* What is not told yet, the newest first, at most limit; course NULL: of all hooks. Without
 * secrets. */
CUPEL_MUST_CHECK int cupel_queue_list_deliveries(struct cupel_queue *queue, const char *course,
                                                 size_t limit, struct cupel_delivery_list *ret,
                                                 struct cupel_error *err);

void cupel_hook_list_clear(struct cupel_hook_list *list);
void cupel_delivery_free(struct cupel_delivery *delivery);
void cupel_delivery_list_clear(struct cupel_delivery_list *list);

#endif
