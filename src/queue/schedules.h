/*
 * Jobs that recur. Nobody has to be there for them: whoever works or serves looks whether one
 * is due. A time is done once, whoever looks: its job has the key "schedule/NAME/TIME".
 */
#ifndef CUPEL_QUEUE_SCHEDULES_H
#define CUPEL_QUEUE_SCHEDULES_H

#include "queue/queue.h"

/* What becomes of times at which nobody looked. */
enum cupel_missed {
    CUPEL_MISSED_ONCE, /* one job for all of them, as of the last */
    CUPEL_MISSED_SKIP, /* none, but for a time of less than a minute ago */
    CUPEL_MISSED_ALL,  /* a job each, for the first 100 */
    CUPEL_MISSED_WAYS,
};

extern const char *const cupel_missed_names[]; /* NULL behind the last */

struct cupel_schedule_request {
    const char *name; /* 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.' */
    const char *cron; /* see cron.h */
    const char *zone; /* "Europe/Berlin"; "UTC" */
    enum cupel_missed missed;
    /* without not_before, deadline and idempotency key */
    struct cupel_job_request job;
    const char *by;
};

struct cupel_schedule {
    char *name;
    char *cron;
    char *zone;
    enum cupel_missed missed;
    char *course;
    enum cupel_job_kind kind;
    char *spec;
    int64_t next_us;
    int64_t last_us; /* when its last job was due; 0: never */
    int64_t last_job;
    int64_t created_us;
    char *created_by;
};

struct cupel_schedule_list {
    struct cupel_schedule *items;
    size_t count;
};

/* Add or replace. -EINVAL with what is wrong in the expression, the zone or the name; -EACCES
 * if the name is another course's. */
CUPEL_MUST_CHECK int cupel_queue_set_schedule(struct cupel_queue *queue,
                                              const struct cupel_schedule_request *request,
                                              int64_t *ret_next_us, struct cupel_error *err);
/* course NULL: of all. */
CUPEL_MUST_CHECK int cupel_queue_list_schedules(struct cupel_queue *queue, const char *course,
                                                struct cupel_schedule_list *ret,
                                                struct cupel_error *err);
/* -ENOENT; course NULL: any. */
CUPEL_MUST_CHECK int cupel_queue_remove_schedule(struct cupel_queue *queue, const char *name,
                                                 const char *course, struct cupel_error *err);

/* Add the jobs that are due. *ret_next_us: when the next one is; INT64_MAX: never. -ENOENT: a
 * schedule's time zone is not known here; it holds up no other, and *ret_next_us is that of the
 * others. */
CUPEL_MUST_CHECK int cupel_queue_run_schedules(struct cupel_queue *queue, int64_t *ret_next_us,
                                               struct cupel_error *err);

void cupel_schedule_list_clear(struct cupel_schedule_list *list);

#endif
