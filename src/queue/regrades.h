/*
 * Regrades: submissions that one version of a grader has scored, or failed at by a fault of its
 * own, are graded by another, all or a sample of them, as jobs of priority regrade; what would
 * change can be seen before it counts. Publishing makes each new score count whose job was
 * graded; where it failed, was rejected or cancelled, the old score stays, if there is one.
 */
#ifndef CUPEL_QUEUE_REGRADES_H
#define CUPEL_QUEUE_REGRADES_H

#include "queue/queue.h"

enum cupel_regrade_state {
    CUPEL_REGRADE_OPEN,
    CUPEL_REGRADE_PUBLISHED,
    CUPEL_REGRADE_WITHDRAWN,
    CUPEL_REGRADE_STATES,
};

extern const char *const cupel_regrade_state_names[]; /* NULL behind the last */

struct cupel_regrade_request {
    const char *grader;
    const char *course; /* that the grader must be of; NULL: any */
    int64_t from;       /* version whose gradings are looked at; 0: any but `to` */
    int64_t to;         /* version to grade with; 0: the live one */
    int64_t sample;     /* so many, taken at random; 0: all */
    const char *by;
};

struct cupel_regrade {
    int64_t id;
    char *grader;
    char *course;
    int64_t from; /* 0: any */
    int64_t to;
    char *tree; /* of `to` */
    int64_t sample;
    enum cupel_regrade_state state;
    int64_t created_us;
    char *created_by;
    int64_t published_us; /* 0: not yet */
    int64_t total;        /* jobs */
    int64_t ended;
    int64_t graded;  /* that have a new score */
    int64_t changed; /* of those: points, or the maximum, are others than what counts, if any */
    int64_t higher;  /* by the fraction of the maximum, which may be another one */
    int64_t lower;
};

struct cupel_regrade_list {
    struct cupel_regrade *items;
    size_t count;
};

/* One submission of a regrade. */
struct cupel_regrade_item {
    int64_t original; /* jobs */
    int64_t job;
    enum cupel_job_state state; /* of job */
    char *status;               /* of job's result; NULL: none yet */
    char *learner;              /* or NULL */
    bool has_old; /* what counts now, if any; of a published regrade: what counted before */
    int64_t old_micro, old_max_micro;
    bool has_new;
    int64_t new_micro, new_max_micro;
};

struct cupel_regrade_items {
    struct cupel_regrade_item *items;
    size_t count;
};

/* -ENOENT: no such grader or version, or nothing to grade again; -EACCES: it is another
 * course's; -EBUSY: a regrade of this grader is open, or `to` is being checked or was refused;
 * -EINVAL: sample is negative. */
CUPEL_MUST_CHECK int cupel_queue_regrade(struct cupel_queue *queue,
                                         const struct cupel_regrade_request *request,
                                         int64_t *ret_id, struct cupel_error *err);

/* -ENOENT. */
CUPEL_MUST_CHECK int cupel_queue_get_regrade(struct cupel_queue *queue, int64_t id,
                                             struct cupel_regrade *ret,
                                             struct cupel_error *err);
/* The newest first, older than `before` (0: any), at most limit; grader, course: NULL: any. */
CUPEL_MUST_CHECK int cupel_queue_list_regrades(struct cupel_queue *queue, const char *grader,
                                               const char *course, int64_t before, size_t limit,
                                               struct cupel_regrade_list *ret,
                                               struct cupel_error *err);
/* By job, behind `after`, at most limit; only those that are `changed` if changed_only. */
CUPEL_MUST_CHECK int cupel_queue_list_regrade_items(struct cupel_queue *queue, int64_t id,
                                                    bool changed_only, int64_t after,
                                                    size_t limit,
                                                    struct cupel_regrade_items *ret,
                                                    struct cupel_error *err);

/* Let the new scores count, all at once. -ENOENT; -EBUSY: some jobs have not ended, or it
 * is not open. */
CUPEL_MUST_CHECK int cupel_queue_publish_regrade(struct cupel_queue *queue, int64_t id,
                                                 struct cupel_error *err);
/* Drop it: jobs that have not ended are cancelled. -ENOENT; -EBUSY: it is not open. If that
 * fails midway, it is open still and can be withdrawn again. */
CUPEL_MUST_CHECK int cupel_queue_withdraw_regrade(struct cupel_queue *queue, int64_t id,
                                                  struct cupel_error *err);

void cupel_regrade_clear(struct cupel_regrade *regrade);
void cupel_regrade_list_clear(struct cupel_regrade_list *list);
void cupel_regrade_items_clear(struct cupel_regrade_items *items);

#endif
