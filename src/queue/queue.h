/*
 * A durable queue of jobs, in SQLite's file or a PostgreSQL database.
 *
 * Each job is leased by one worker at a time, which tells the queue now and then that it lives.
 * A lease that was not extended in time is given to the next one with a new token, and whatever
 * its former holder says is refused: so a job is never lost, and has one result.
 *
 *     waiting ──not_before──> ready ──lease──> running ──finish──> done
 *        ^                                        │├──cancel────> cancelled
 *        └──── failed, lease lost: again later ───┘└──attempts──> dead ──retry──> ready
 *
 * What the platform failed at is tried again, after twice the time each time; what a learner or
 * a grader did is a result. All times are microseconds since 1970 by the database's clock. No
 * function blocks for longer than the database does. One thread at a time uses a queue.
 */
#ifndef CUPEL_QUEUE_QUEUE_H
#define CUPEL_QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"
#include "cupel/outcome.h"

enum cupel_job_kind {
    CUPEL_JOB_GRADE, /* a submission, by a grader */
    CUPEL_JOB_RUN,   /* a command under a policy */
    CUPEL_JOB_CHECK, /* a version of a grader: its definition, and its samples */
    CUPEL_JOB_KINDS,
};

/* The lower, the sooner, whatever the course. */
enum cupel_job_priority {
    CUPEL_JOB_LIVE,
    CUPEL_JOB_REGRADE,
    CUPEL_JOB_BATCH,
    CUPEL_JOB_PRIORITIES,
};

enum cupel_job_state {
    CUPEL_JOB_WAITING, /* for its time */
    CUPEL_JOB_READY,
    CUPEL_JOB_RUNNING,
    CUPEL_JOB_DONE,
    CUPEL_JOB_DEAD, /* its attempts are used up, or its deadline has passed */
    CUPEL_JOB_CANCELLED,
    CUPEL_JOB_STATES,
};

/* "grade"; "live"; "waiting": indexed by the enums, NULL behind the last. */
extern const char *const cupel_job_kind_names[];
extern const char *const cupel_job_priority_names[];
extern const char *const cupel_job_state_names[];

/* Why a job is dead that nobody has begun in time; it is nobody's fault. */
#define CUPEL_WHY_LATE "its deadline has passed"

/* What is asked for; all of it is borrowed. */
struct cupel_job_request {
    enum cupel_job_kind kind;
    const char *course; /* made with weight 1 if it is new */
    enum cupel_job_priority priority;
    int64_t not_before_us; /* 0: now */
    int64_t deadline_us;   /* a job that has not begun until then is dead; 0: none */
    unsigned attempts;     /* at least 1; 1: at most once */
    uint64_t memory_bytes;
    unsigned cpus_milli;
    /* Whoever asks again with the same key of the same course gets the same job. NULL: none */
    const char *idempotency_key;
    const char *spec; /* a JSON object; which, docs/queue.md tells for each kind */
    /* What follows may be NULL or 0. */
    const char *submission; /* SHA-256 of the blob */
    const char *grader;     /* its name */
    const char *tree;       /* SHA-256 of its files, see tree.h */
    const char *learner;
    int64_t regrade;
    int64_t original; /* the job whose submission is graded again */
};

/* A lease, by which alone its holder can say anything of the job. */
struct cupel_lease {
    int64_t job;
    int64_t token;
};

struct cupel_job {
    int64_t id;
    enum cupel_job_kind kind;
    char *course;
    enum cupel_job_priority priority;
    enum cupel_job_state state;
    int64_t not_before_us;
    int64_t deadline_us; /* 0: none */
    unsigned attempts;
    unsigned failures; /* of the platform's */
    uint64_t memory_bytes;
    unsigned cpus_milli;
    char *idempotency_key; /* NULL: none; so are the texts below */
    char *spec;
    char *worker; /* the last that had it */
    int64_t token;
    bool cancel; /* asked for while it runs */
    int64_t created_us;
    int64_t started_us;  /* of the last attempt; 0: never */
    int64_t finished_us; /* 0: not yet */
    char *status;        /* the result's */
    bool has_score;
    int64_t score_micro; /* millionths of a point */
    int64_t max_score_micro;
    char *result; /* SHA-256 of the blob */
    char *facts;  /* a JSON object: what metrics count of the result */
    char *why;    /* it failed, last */
    char *submission;
    char *grader;
    char *tree;
    char *learner;
    int64_t regrade;  /* 0: none */
    int64_t original; /* 0: it is none's regrade */
    int64_t current;  /* the job whose score counts for this submission; 0: there is no score */
};

void cupel_job_free(struct cupel_job *job);

struct cupel_queue;

/*
 * Open the queue at url, sqlite://PATH or postgresql://…, and bring its tables to this version.
 * Returns 0; -EINVAL if url is neither; -EPIPE if the database cannot be reached;
 * -EPROTONOSUPPORT if the tables are of a later version; -errno with err.
 */
CUPEL_MUST_CHECK int cupel_queue_open(const char *url, struct cupel_queue **ret,
                                      struct cupel_error *err);
void cupel_queue_close(struct cupel_queue *queue);

/*
 * All below return 0, and besides what they name: -EPIPE if the database cannot be reached,
 * -ENOSPC if its disk is full, -EAGAIN if others kept coming in the way, -EIO with err. They
 * may be called again then.
 */

/*
 * Add a job, durable when this returns. *ret_is_new is false where the idempotency key was
 * there. -EEXIST if it was there with another request; -EINVAL: no attempt, a course that is no
 * name, a text that is not UTF-8, a deadline that has passed or is not behind not_before.
 */
CUPEL_MUST_CHECK int cupel_queue_add(struct cupel_queue *queue,
                                     const struct cupel_job_request *request, int64_t *ret_id,
                                     bool *ret_is_new, struct cupel_error *err);

/* What a worker has. */
struct cupel_capacity {
    uint64_t memory_bytes; /* left */
    unsigned cpus_milli;
    uint64_t total_memory_bytes; /* with what is at work; 0: no more than is left */
    unsigned total_cpus_milli;
};

/*
 * Take the next job that fits what is left, for lease_us: the highest priority, of the course
 * whose turn it is. Where the one that would be next fits all that the worker has, but not what
 * is left, smaller ones go first for some seconds, and no longer. *ret is the caller's to free;
 * NULL: there is none now. *ret_wait_us: how long it is, by the database's clock, until a job
 * becomes ready or a lease runs out; INT64_MAX: for ever.
 */
CUPEL_MUST_CHECK int cupel_queue_lease(struct cupel_queue *queue, const char *worker,
                                       const struct cupel_capacity *capacity, int64_t lease_us,
                                       struct cupel_job **ret, int64_t *ret_wait_us,
                                       struct cupel_error *err);

/* Hold it for lease_us from now on. -ESTALE: it is another's, or over. *ret_cancel: it shall be
 * ended. */
CUPEL_MUST_CHECK int cupel_queue_extend(struct cupel_queue *queue, struct cupel_lease lease,
                                        int64_t lease_us, bool *ret_cancel,
                                        struct cupel_error *err);

/* Tell what has happened so far, a JSON object a line; kept until the job ends, since its
 * result has all of it. -ESTALE. */
CUPEL_MUST_CHECK int cupel_queue_tell(struct cupel_queue *queue, struct cupel_lease lease,
                                      const char *lines, struct cupel_error *err);

/* How a job ended. */
struct cupel_job_end {
    const char *status;
    const char *result; /* SHA-256 of a blob that was put before */
    bool has_score;
    int64_t score_micro;
    int64_t max_score_micro;
    const char *facts; /* or NULL */
    /* Of a check that has passed: what a grading by that version takes. 0: not known */
    uint64_t grader_memory_bytes;
};

/* It is done. Told twice it is still done. -ESTALE: somebody else has told, or may. */
CUPEL_MUST_CHECK int cupel_queue_finish(struct cupel_queue *queue, struct cupel_lease lease,
                                        const struct cupel_job_end *end,
                                        struct cupel_error *err);

/* The platform failed at it: again later, or dead, or cancelled if that was asked for. -ESTALE.
 */
CUPEL_MUST_CHECK int cupel_queue_fail(struct cupel_queue *queue, struct cupel_lease lease,
                                      const char *why, struct cupel_error *err);

/* It was not begun, or may be begun twice: ready again, and no attempt less. why: of the
 * attempt, "given back …". -ESTALE. */
CUPEL_MUST_CHECK int cupel_queue_give_back(struct cupel_queue *queue, struct cupel_lease lease,
                                           const char *why, struct cupel_error *err);

/* End it, at once if nobody has begun. *ret: the state it is in. -ENOENT. */
CUPEL_MUST_CHECK int cupel_queue_cancel(struct cupel_queue *queue, int64_t id,
                                        enum cupel_job_state *ret, struct cupel_error *err);

/* Let a dead job be tried again, as often as it could at first, and without its deadline:
 * somebody has mended what it died of. A version whose check it is is being checked again.
 * -ENOENT; -EBUSY: it is not dead, or of a regrade that is not open any more. */
CUPEL_MUST_CHECK int cupel_queue_retry(struct cupel_queue *queue, int64_t id,
                                       struct cupel_error *err);

/* *ret is the caller's to free. -ENOENT. */
CUPEL_MUST_CHECK int cupel_queue_get(struct cupel_queue *queue, int64_t id,
                                     struct cupel_job **ret, struct cupel_error *err);

/* Weight 1 to 1000; max_running 0: no cap. */
CUPEL_MUST_CHECK int cupel_queue_set_course(struct cupel_queue *queue, const char *course,
                                            unsigned weight, unsigned max_running,
                                            struct cupel_error *err);

/* Which jobs; what is NULL, 0 or -1 does not matter. */
struct cupel_job_filter {
    const char *course;
    const char *grader;
    const char *learner;
    int64_t regrade;
    int kind;       /* enum cupel_job_kind; -1: any */
    int state;      /* enum cupel_job_state; -1: any */
    int64_t before; /* older than this id: the last of the page before */
    size_t limit;   /* 1 to 1000 */
};

struct cupel_job_list {
    struct cupel_job **items;
    size_t count;
};

/* The newest first. *ret is the caller's to clear. */
CUPEL_MUST_CHECK int cupel_queue_list(struct cupel_queue *queue,
                                      const struct cupel_job_filter *filter,
                                      struct cupel_job_list *ret, struct cupel_error *err);
/* Those that ended after (after_us, after_id), the first to end first: for who counts. */
CUPEL_MUST_CHECK int cupel_queue_list_ended(struct cupel_queue *queue, int64_t after_us,
                                            int64_t after_id, size_t limit,
                                            struct cupel_job_list *ret,
                                            struct cupel_error *err);
void cupel_job_list_clear(struct cupel_job_list *list);

/* One try at a job. */
struct cupel_attempt {
    int64_t token;
    char *worker;
    int64_t leased_us;
    int64_t ended_us; /* 0: not yet */
    char *why;        /* it ended without a result; NULL: it did not */
};

struct cupel_attempt_list {
    struct cupel_attempt *items;
    size_t count;
};

CUPEL_MUST_CHECK int cupel_queue_list_attempts(struct cupel_queue *queue, int64_t id,
                                               struct cupel_attempt_list *ret,
                                               struct cupel_error *err);
void cupel_attempt_list_clear(struct cupel_attempt_list *list);

/* What was told of a job that runs. */
struct cupel_event {
    int64_t number; /* they rise, with the token as well */
    int64_t token;  /* of the lease: a new one begins anew */
    char *text;     /* a JSON object */
};

struct cupel_event_list {
    struct cupel_event *items;
    size_t count;
};

/* Those behind a number, the first first, at most 1000. */
CUPEL_MUST_CHECK int cupel_queue_list_events(struct cupel_queue *queue, int64_t id,
                                             int64_t after, struct cupel_event_list *ret,
                                             struct cupel_error *err);
/* The last ones of a lease, at most limit, the first of them first. */
CUPEL_MUST_CHECK int cupel_queue_last_events(struct cupel_queue *queue, int64_t id,
                                             int64_t token, size_t limit,
                                             struct cupel_event_list *ret,
                                             struct cupel_error *err);
void cupel_event_list_clear(struct cupel_event_list *list);

/* Jobs of a course in a state that has not ended. */
struct cupel_depth {
    char *course;
    enum cupel_job_priority priority;
    enum cupel_job_state state;
    int64_t count;
    int64_t oldest_us; /* since when the first of them may run; of running ones: began */
};

/* A course and its share. */
struct cupel_course {
    char *name;
    unsigned weight;
    unsigned max_running; /* 0: no cap */
    int64_t dead;         /* jobs */
};

struct cupel_queue_state {
    int64_t now_us; /* by the database's clock */
    struct cupel_depth *depths;
    size_t depth_count;
    struct cupel_course *courses;
    size_t course_count;
    int64_t dead;   /* jobs that somebody should look at */
    int64_t untold; /* deliveries of webhooks that are to come */
    int64_t dead_deliveries;
};

/* Whether the database answers. It costs the same whatever is queued. */
CUPEL_MUST_CHECK int cupel_queue_ping(struct cupel_queue *queue, struct cupel_error *err);

/* A course alone; *ret is the caller's to clear. -ENOENT. */
CUPEL_MUST_CHECK int cupel_queue_get_course(struct cupel_queue *queue, const char *name,
                                            struct cupel_course *ret, struct cupel_error *err);
void cupel_course_clear(struct cupel_course *course);

CUPEL_MUST_CHECK int cupel_queue_look(struct cupel_queue *queue, struct cupel_queue_state *ret,
                                      struct cupel_error *err);
void cupel_queue_state_clear(struct cupel_queue_state *state);

struct cupel_blob {
    char sha256[CUPEL_SHA256_HEX_SIZE];
    uint64_t bytes;
};

/* Keep what fd gives up to its end, durable when this returns. -EFBIG if that is more than
 * max_bytes. */
CUPEL_MUST_CHECK int cupel_queue_put_blob(struct cupel_queue *queue, int fd, uint64_t max_bytes,
                                          struct cupel_blob *ret, struct cupel_error *err);

/* Open one to be read, from its beginning; *ret_fd is the caller's to close. -EINVAL if sha256
 * is none; -ENOENT. */
CUPEL_MUST_CHECK int cupel_queue_open_blob(struct cupel_queue *queue, const char *sha256,
                                           int *ret_fd, struct cupel_error *err);

/* A descriptor that is readable when something may have changed since cupel_queue_heard(); -1
 * while the database cannot be reached. */
CUPEL_MUST_CHECK int cupel_queue_listen(struct cupel_queue *queue, struct cupel_error *err);
int cupel_queue_ear_fd(const struct cupel_queue *queue);
void cupel_queue_heard(struct cupel_queue *queue);

#endif
