/* A queue as the files of this module see it. */
#ifndef CUPEL_QUEUE_INTERNAL_H
#define CUPEL_QUEUE_INTERNAL_H

#include "queue/queue.h"
#include "queue/sql.h"

#define QUEUE_NAME_MAX 64 /* bytes of a course's name, a grader's, … */

struct cupel_queue {
    struct sql *sql;
    struct sql *ear; /* listens, and does nothing else; NULL: nobody does */
    char *url;
};

/* job.c: the columns that job_read() reads, in their order. */
extern const char job_columns[];

/* A copy of a cell of rows that may be NULL, as that is. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int queue_copy_text(const struct sql_rows *rows, size_t row, size_t column,
                                     char **ret);

/* *ret is the caller's to free. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int job_read(const struct sql_rows *rows, size_t row, struct cupel_job **ret,
                              struct cupel_error *err);

/* hold.c: note how a lease ended, in a transaction. */
CUPEL_MUST_CHECK int attempt_end(struct sql *sql, struct cupel_lease lease, const char *why,
                                 struct cupel_error *err);

/* ended.c: what follows from a job's end, in the transaction that ends it. */
CUPEL_MUST_CHECK int job_ended(struct sql *sql, int64_t id, struct cupel_error *err);

/* add.c: cupel_queue_add() in a transaction that is open. */
CUPEL_MUST_CHECK int job_add(struct sql *sql, const struct cupel_job_request *request,
                             int64_t *ret_id, bool *ret_is_new, struct cupel_error *err);

/* jobs.c: cupel_queue_cancel() in a transaction that is open. */
CUPEL_MUST_CHECK int job_cancel(struct sql *sql, int64_t id, enum cupel_job_state *ret,
                                struct cupel_error *err);

/* hooks.c: who is to be told of a job's end, unless it is a regrade's; graders.c: what becomes
 * of the version that it checked, if any. In the transaction that ends the job. */
CUPEL_MUST_CHECK int hooks_note_end(struct sql *sql, int64_t job, struct cupel_error *err);
/* hooks.c: who is to be told of the scores that a regrade has replaced, in the transaction that
 * publishes it. */
CUPEL_MUST_CHECK int hooks_note_publication(struct sql *sql, int64_t regrade,
                                            struct cupel_error *err);
CUPEL_MUST_CHECK int graders_note_end(struct sql *sql, int64_t job, struct cupel_error *err);

/* graders.c: what gradings take by the version whose check this job is. After
 * graders_note_end(), which locks it. */
CUPEL_MUST_CHECK int graders_note_memory(struct sql *sql, int64_t job, uint64_t bytes,
                                         struct cupel_error *err);

/* graders.c: a check that could not be done is tried again, and so its version is no more
 * refused. In the transaction that makes the job ready. */
CUPEL_MUST_CHECK int graders_note_retry(struct sql *sql, int64_t job, struct cupel_error *err);

/* regrades.c: lock a regrade that is open, so that it is not published or withdrawn meanwhile.
 * -ENOENT; -EBUSY: it is not open. */
CUPEL_MUST_CHECK int regrade_lock_open(struct sql *sql, int64_t id, struct cupel_error *err);

/* names.c: -EINVAL if it is not 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', the first a letter
 * or digit. what: "course". */
CUPEL_MUST_CHECK int queue_check_name(const char *what, const char *name,
                                      struct cupel_error *err);
/* A course that there may not have been before, in a transaction. */
CUPEL_MUST_CHECK int course_make(struct sql *sql, const char *name, struct cupel_error *err);

/* blob.c: whether it is 64 lower-case hexadecimal digits. */
bool queue_is_sha256(const char *text);

/* blob.c: "PATH.blobs", made if it is missing, where SQLite's blobs are: in folders named by so
 * many digits, in files named by the others. Returns a descriptor that the caller closes. */
#define BLOB_PREFIX    2
#define BLOB_TEMPORARY "new-" /* begins the name of a file that is still being written */
CUPEL_MUST_CHECK int blob_open_folder(const struct cupel_queue *queue, struct cupel_error *err);

/* What is dropped. */
struct blob_sum {
    int64_t count;
    uint64_t bytes;
};

/*
 * blob_drop.c: drop the blobs that were last put before before_us and that the table kept_blobs
 * (of the connection, column sha256) does not name. -errno with err.
 */
CUPEL_MUST_CHECK int blob_drop(struct cupel_queue *queue, int64_t before_us,
                               struct blob_sum *ret, struct cupel_error *err);

/*
 * tidy.c: give up leases that have run out, and jobs whose deadline has passed; make ready what
 * was to wait until now. In a transaction.
 */
CUPEL_MUST_CHECK int queue_tidy(struct sql *sql, struct cupel_error *err);

#endif
