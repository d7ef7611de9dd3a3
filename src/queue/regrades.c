/* What becomes of regrades. */
#include "queue/regrades.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "queue/graders_internal.h"
#include "queue/queue_internal.h"

struct asking {
    const struct cupel_regrade_request *request;
    struct cupel_grader_version to;
    int64_t id;
};

/* Find `to`, and whether it may grade. */
static int find_to(struct sql *sql, struct asking *asking, struct cupel_error *err)
{
    const struct cupel_regrade_request *request = asking->request;

    cupel_grader_version_clear(&asking->to);
    int r = grader_find(sql, request->grader, request->to, &asking->to, err);
    if (r < 0)
        return r;
    if (request->course != NULL && strcmp(request->course, asking->to.course) != 0)
        return cupel_fail(err, -EACCES, "grader %.100s is of another course", request->grader);
    return grader_check_passed(&asking->to, err);
}

static int insert(struct sql *sql, struct asking *asking, struct cupel_error *err)
{
    static const char text[] =
        "INSERT INTO regrades (grader, course, from_number, to_number, tree, sample, state,"
        " created, created_by) VALUES ($1, $2, $3, $4, $5, $6, 0, {now}, $7) RETURNING id";
    const struct cupel_regrade_request *request = asking->request;
    const struct sql_value parameters[] = {
        sql_text(request->grader),  sql_text(asking->to.course), sql_number(request->from),
        sql_int(asking->to.number), sql_text(asking->to.tree),   sql_number(request->sample),
        sql_text(request->by)};
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, text, parameters, 7, &rows, NULL, err);
    if (r == -EEXIST)
        return cupel_fail(err, -EBUSY,
                          "a regrade of %.100s is open: publish or withdraw it first",
                          request->grader);
    if (r == 0)
        asking->id = sql_get_int(rows, 0, 0);
    return r;
}

/* from: its tree, or NULL: of any but `to`'s. What counts, if anything, is of s; where the
 * grader failed, nothing does, and s is the submission's own job. A grader's learners are many,
 * so one statement takes and adds them all. */
static int insert_jobs(struct sql *sql, const struct asking *asking, const char *from,
                       struct cupel_error *err)
{
    static const char text[] =
        "INSERT INTO jobs (kind, course, priority, state, not_before, attempts, memory_bytes,"
        " cpus_milli, fingerprint, spec, submission, grader, tree, learner, regrade, original,"
        " created)"
        " SELECT o.kind, o.course, 1, 1, {now}, 3,"
        "  coalesce(CAST($6 AS BIGINT), o.memory_bytes), o.cpus_milli, '', o.spec,"
        "  o.submission, o.grader, $2, o.learner, $4, o.id, {now}"
        " FROM (SELECT j.id AS id FROM jobs j JOIN jobs s ON s.id = coalesce(j.current, j.id)"
        "  WHERE j.grader = $1 AND j.kind = 0 AND j.original IS NULL"
        "  AND (j.current IS NOT NULL OR j.state = 3 AND j.status = 'grader_error')"
        "  AND (s.tree = $3 OR CAST($3 AS TEXT) IS NULL AND s.tree <> $2)"
        "  ORDER BY random() LIMIT $5) AS taken JOIN jobs o ON o.id = taken.id ORDER BY "
        "o.id{lock}";
    const struct cupel_regrade_request *request = asking->request;
    const struct sql_value parameters[] = {
        sql_text(request->grader),
        sql_text(asking->to.tree),
        sql_text(from),
        sql_int(asking->id),
        sql_int(request->sample == 0 ? INT64_MAX : request->sample),
        sql_number((int64_t)cupel_grader_job_memory(&asking->to, 0))};
    int64_t added = 0;

    int r = sql_query(sql, text, parameters, 6, NULL, &added, err);
    if (r == 0 && added == 0)
        return cupel_fail(err, -ENOENT, "grader %.100s: no submission was graded by %s version",
                          request->grader, from == NULL ? "another" : "that");
    return r;
}

static int add_jobs(struct sql *sql, const struct asking *asking, struct cupel_error *err)
{
    const struct cupel_regrade_request *request = asking->request;
    struct cupel_grader_version from = {.number = 0};
    int r = 0;

    if (request->from != 0)
        r = grader_find(sql, request->grader, request->from, &from, err);
    if (r == 0)
        r = insert_jobs(sql, asking, from.tree, err);
    cupel_grader_version_clear(&from);
    return r;
}

static int ask(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct asking *asking = owner;

    int r = find_to(sql, asking, err);
    if (r == 0)
        r = insert(sql, asking, err);
    if (r == 0)
        r = add_jobs(sql, asking, err);
    return r == 0 ? sql_tell(sql, err) : r;
}

int cupel_queue_regrade(struct cupel_queue *queue, const struct cupel_regrade_request *request,
                        int64_t *ret_id, struct cupel_error *err)
{
    struct asking asking = {.request = request};

    if (request->sample < 0)
        return cupel_fail(err, -EINVAL, "a sample is 1 or more, not %jd",
                          (intmax_t)request->sample);
    int r = sql_transact(queue->sql, ask, &asking, err);
    cupel_grader_version_clear(&asking.to);
    if (r == 0)
        *ret_id = asking.id;
    return r;
}

int regrade_lock_open(struct sql *sql, int64_t id, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT state FROM regrades WHERE id = $1{lock}", &parameter, 1,
                      &rows, NULL, err);
    if (r < 0)
        return r;
    if (sql_count(rows) == 0)
        return cupel_fail(err, -ENOENT, "there is no regrade %jd", (intmax_t)id);
    int64_t state = sql_get_int(rows, 0, 0);
    if (state != CUPEL_REGRADE_OPEN)
        return cupel_fail(err, -EBUSY, "regrade %jd is %s already", (intmax_t)id,
                          cupel_regrade_state_names[state]);
    return 0;
}

static int check_ended(struct sql *sql, int64_t id, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT count(*) FROM jobs WHERE regrade = $1 AND state < 3",
                      &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    intmax_t left = sql_get_int(rows, 0, 0);
    return left == 0 ? 0
                     : cupel_fail(err, -EBUSY, "regrade %jd: %jd of its jobs have not ended",
                                  (intmax_t)id, left);
}

static int publish(struct sql *sql, void *owner, struct cupel_error *err)
{
    static const char keep[] =
        "INSERT INTO regrade_scores (regrade, original, score_micro, max_score_micro)"
        " SELECT j.regrade, j.original, s.score_micro, s.max_score_micro FROM jobs j"
        " JOIN jobs o ON o.id = j.original JOIN jobs s ON s.id = o.current"
        " WHERE j.regrade = $1";
    static const char replace[] =
        "UPDATE jobs SET current = j.id FROM jobs j WHERE j.regrade = $1"
        " AND j.original = jobs.id AND j.state = 3 AND j.status = 'graded'";
    static const char note[] = "UPDATE regrades SET state = 1, published = {now} WHERE id = $1";
    static const char *const steps[] = {keep, replace, note};
    const int64_t id = *(const int64_t *)owner;
    const struct sql_value parameter = sql_int(id);

    int r = regrade_lock_open(sql, id, err);
    if (r == 0)
        r = check_ended(sql, id, err);
    for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
        r = sql_query(sql, steps[i], &parameter, 1, NULL, NULL, err);
    if (r == 0)
        r = hooks_note_publication(sql, id, err);
    return r == 0 ? sql_tell(sql, err) : r;
}

int cupel_queue_publish_regrade(struct cupel_queue *queue, int64_t id, struct cupel_error *err)
{
    return sql_transact(queue->sql, publish, &id, err);
}

/* The regrade; jobs up to `after` are cancelled, or asked to end. */
struct withdrawing {
    int64_t id;
    int64_t after;
    int64_t last; /* of a batch that is not committed yet */
};

#define BATCH "256"

/* As job_cancel(), of the next jobs at once: there may be one for each learner of a course. */
static int cancel_batch(struct sql *sql, struct withdrawing *withdrawing,
                        struct cupel_error *err)
{
    static const char text[] =
        "UPDATE jobs SET cancel = 1, finished = CASE WHEN state < 2 THEN {now} END,"
        " state = CASE WHEN state < 2 THEN 5 ELSE state END"
        " WHERE id IN (SELECT id FROM jobs WHERE regrade = $1 AND id > $2 AND state < 3"
        "  ORDER BY id LIMIT " BATCH "{lock}) RETURNING id, state";
    const struct sql_value parameters[] = {sql_int(withdrawing->id),
                                           sql_int(withdrawing->after)};
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, text, parameters, 2, &rows, NULL, err);
    withdrawing->last = withdrawing->after;
    for (size_t i = 0; r == 0 && i < sql_count(rows); i++) {
        int64_t job = sql_get_int(rows, i, 0);
        withdrawing->last = job > withdrawing->last ? job : withdrawing->last;
        if (sql_get_int(rows, i, 1) == CUPEL_JOB_CANCELLED)
            r = job_ended(sql, job, err);
    }
    return r;
}

/* Returns 1: there may be more. */
static int withdraw(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct withdrawing *withdrawing = owner;
    const struct sql_value parameter = sql_int(withdrawing->id);

    int r = regrade_lock_open(sql, withdrawing->id, err);
    if (r == 0)
        r = cancel_batch(sql, withdrawing, err);
    bool all = withdrawing->last == withdrawing->after;
    if (r == 0 && all)
        r = sql_query(sql, "UPDATE regrades SET state = 2 WHERE id = $1", &parameter, 1, NULL,
                      NULL, err);
    if (r == 0)
        r = sql_tell(sql, err);
    return r == 0 && !all ? 1 : r;
}

/* Jobs are cancelled in small transactions, between which others work, and it is open until
 * the last: if that is broken off, it can be withdrawn again. */
int cupel_queue_withdraw_regrade(struct cupel_queue *queue, int64_t id, struct cupel_error *err)
{
    struct withdrawing withdrawing = {.id = id};
    int r;

    while ((r = sql_transact(queue->sql, withdraw, &withdrawing, err)) > 0)
        withdrawing.after = withdrawing.last;
    return r;
}
