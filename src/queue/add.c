#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cupel/hash.h"
#include "cupel/text.h"
#include "queue/queue_internal.h"

struct adding {
    const struct cupel_job_request *request;
    char fingerprint[CUPEL_SHA256_HEX_SIZE];
    int64_t id;
    bool is_new;
};

static void hash_text(struct cupel_hash *hash, const char *text)
{
    cupel_hash_update(hash, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
    cupel_hash_update(hash, text == NULL ? "-" : "+", 2); /* with its NUL */
}

/* Of what makes a request another one. Of a grader that is named it is whichever version was
 * live, with the memory that this one takes: who asks again gets the job that was pinned then.
 */
static void take_fingerprint(const struct cupel_job_request *request,
                             char ret[static CUPEL_SHA256_HEX_SIZE])
{
    bool is_named = request->kind == CUPEL_JOB_GRADE && request->grader != NULL;
    struct cupel_hash hash;
    char numbers[256];

    (void)snprintf(numbers, sizeof(numbers), "%d %d %jd %jd %u %ju %u", (int)request->kind,
                   (int)request->priority, (intmax_t)request->not_before_us,
                   (intmax_t)request->deadline_us, request->attempts,
                   is_named ? 0 : (uintmax_t)request->memory_bytes, request->cpus_milli);
    cupel_hash_init(&hash);
    hash_text(&hash, numbers);
    hash_text(&hash, request->spec);
    hash_text(&hash, request->submission);
    hash_text(&hash, request->grader);
    hash_text(&hash, is_named ? NULL : request->tree);
    hash_text(&hash, request->learner);
    cupel_hash_hex(&hash, ret);
}

/* Whether the key is there: 1; 0; -EEXIST. */
static int find_key(struct sql *sql, struct adding *adding, struct cupel_error *err)
{
    const struct cupel_job_request *request = adding->request;
    const struct sql_value parameters[] = {sql_text(request->course),
                                           sql_text(request->idempotency_key)};
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    SQL_AUTO_ROWS *rows = NULL;

    if (request->idempotency_key == NULL)
        return 0;
    int r = sql_query(sql,
                      "SELECT id, fingerprint FROM jobs WHERE course = $1"
                      " AND idempotency_key = $2",
                      parameters, 2, &rows, NULL, err);
    if (r < 0 || sql_count(rows) == 0)
        return r;
    adding->id = sql_get_int(rows, 0, 0);
    if (strcmp(sql_get_text(rows, 0, 1, NULL), adding->fingerprint) != 0)
        return cupel_fail(
            err, -EEXIST, "idempotency key %s: job %jd was asked for with it otherwise",
            cupel_text_excerpt(request->idempotency_key, excerpt), (intmax_t)adding->id);
    return 1;
}

static int insert(struct sql *sql, struct adding *adding, struct cupel_error *err)
{
    static const char text[] =
        "INSERT INTO jobs (kind, course, priority, state, not_before, deadline, attempts,"
        " memory_bytes, cpus_milli, idempotency_key, fingerprint, spec, submission,"
        " grader, tree, learner, regrade, original, created)"
        " VALUES ($1, $2, $3, CASE WHEN CAST($4 AS BIGINT) > {now} THEN 0 ELSE 1 END, $4, $5, "
        "$6,"
        " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, {now})"
        " RETURNING id";
    const struct cupel_job_request *request = adding->request;
    const struct sql_value parameters[] = {
        sql_int(request->kind),
        sql_text(request->course),
        sql_int(request->priority),
        sql_int(request->not_before_us),
        sql_number(request->deadline_us),
        sql_int(request->attempts),
        sql_int((int64_t)request->memory_bytes),
        sql_int(request->cpus_milli),
        sql_text(request->idempotency_key),
        sql_text(adding->fingerprint),
        sql_text(request->spec),
        sql_text(request->submission),
        sql_text(request->grader),
        sql_text(request->tree),
        sql_text(request->learner),
        sql_number(request->regrade),
        sql_number(request->original),
    };
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, text, parameters, sizeof(parameters) / sizeof(parameters[0]), &rows,
                      NULL, err);
    if (r == -EEXIST) /* somebody has added it meanwhile: this time it is found */
        return -EAGAIN;
    if (r == 0)
        adding->id = sql_get_int(rows, 0, 0);
    return r;
}

static int check(const struct cupel_job_request *request, struct cupel_error *err)
{
    if (request->attempts == 0)
        return cupel_fail(err, -EINVAL, "a job has at least one attempt");
    if (request->deadline_us != 0 && request->not_before_us >= request->deadline_us)
        return cupel_fail(err, -EINVAL, "not_before: expected a time before the deadline");
    return queue_check_name("course", request->course, err);
}

static int add(struct sql *sql, struct adding *adding, struct cupel_error *err)
{
    adding->is_new = false;
    int r = find_key(sql, adding, err);
    if (r != 0)
        return r < 0 ? r : 0;
    adding->is_new = true;
    r = course_make(sql, adding->request->course, err);
    if (r == 0)
        r = insert(sql, adding, err);
    return r == 0 ? sql_tell(sql, err) : r;
}

int job_add(struct sql *sql, const struct cupel_job_request *request, int64_t *ret_id,
            bool *ret_is_new, struct cupel_error *err)
{
    struct adding adding = {.request = request};

    int r = check(request, err);
    if (r < 0)
        return r;
    take_fingerprint(request, adding.fingerprint);
    r = add(sql, &adding, err);
    if (r < 0)
        return r;
    *ret_id = adding.id;
    *ret_is_new = adding.is_new;
    return 0;
}

/* What nobody could begin is not taken; but who asks again, with a key, gets the job of then.
 */
static int check_deadline(struct sql *sql, const struct adding *adding, struct cupel_error *err)
{
    int64_t deadline_us = adding->request->deadline_us;
    SQL_AUTO_ROWS *rows = NULL;

    if (deadline_us == 0 || !adding->is_new)
        return 0;
    int r = sql_query(sql, "SELECT {now}", NULL, 0, &rows, NULL, err);
    if (r == 0 && sql_get_int(rows, 0, 0) >= deadline_us)
        r = cupel_fail(err, -EINVAL, "deadline: expected a time to come");
    return r;
}

static int add_alone(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct adding *adding = owner;

    int r = job_add(sql, adding->request, &adding->id, &adding->is_new, err);
    return r == 0 ? check_deadline(sql, adding, err) : r;
}

int cupel_queue_add(struct cupel_queue *queue, const struct cupel_job_request *request,
                    int64_t *ret_id, bool *ret_is_new, struct cupel_error *err)
{
    struct adding adding = {.request = request};

    int r = sql_transact(queue->sql, add_alone, &adding, err);
    if (r < 0)
        return r;
    *ret_id = adding.id;
    *ret_is_new = adding.is_new;
    return 0;
}
