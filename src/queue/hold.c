/* What the holder of a lease says. Whatever it is, it counts only while the lease is its own.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "queue/queue_internal.h"

static int fail_stale(struct cupel_lease lease, struct cupel_error *err)
{
    return cupel_fail(err, -ESTALE, "job %jd: lease %jd is over", (intmax_t)lease.job,
                      (intmax_t)lease.token);
}

int cupel_queue_extend(struct cupel_queue *queue, struct cupel_lease lease, int64_t lease_us,
                       bool *ret_cancel, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(lease.job), sql_int(lease.token),
                                           sql_int(lease_us)};
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(queue->sql,
                      "UPDATE jobs SET lease_until = {now} + $3"
                      " WHERE id = $1 AND token = $2 AND state = 2 RETURNING cancel",
                      parameters, 3, &rows, NULL, err);
    if (r < 0)
        return r;
    if (sql_count(rows) == 0)
        return fail_stale(lease, err);
    *ret_cancel = sql_get_int(rows, 0, 0) != 0;
    return 0;
}

int attempt_end(struct sql *sql, struct cupel_lease lease, const char *why,
                struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(lease.job), sql_int(lease.token),
                                           sql_text(why)};

    return sql_query(
        sql, "UPDATE attempts SET ended = {now}, why = $3 WHERE job = $1 AND token = $2",
        parameters, 3, NULL, NULL, err);
}

struct saying {
    struct cupel_lease lease;
    const struct cupel_job_end *end;
    const char *text;
};

/* Whether it has been told the same before, and the answer was lost. */
static int is_told(struct sql *sql, const struct saying *saying, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(saying->lease.job),
                                           sql_int(saying->lease.token)};
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT result FROM jobs WHERE id = $1 AND token = $2 AND state = 3",
                      parameters, 2, &rows, NULL, err);
    if (r < 0)
        return r;
    bool told = sql_count(rows) > 0 &&
                strcmp(sql_get_text(rows, 0, 0, NULL),
                       saying->end->result == NULL ? "" : saying->end->result) == 0;
    return told ? 0 : fail_stale(saying->lease, err);
}

static int finish(struct sql *sql, void *owner, struct cupel_error *err)
{
    const struct saying *saying = owner;
    const struct cupel_job_end *end = saying->end;
    const struct sql_value parameters[] = {
        sql_int(saying->lease.job),
        sql_int(saying->lease.token),
        sql_text(end->status),
        sql_text(end->result),
        end->has_score ? sql_int(end->score_micro) : sql_null(),
        end->has_score ? sql_int(end->max_score_micro) : sql_null(),
        sql_text(end->facts)};
    int64_t changed = 0;

    int r = sql_query(sql,
                      "UPDATE jobs SET state = 3, status = $3, result = $4, score_micro = $5,"
                      " max_score_micro = $6, facts = $7, finished = {now},"
                      " lease_until = NULL, why = NULL,"
                      " current = CASE WHEN original IS NULL AND CAST($5 AS BIGINT) IS NOT NULL"
                      "  THEN id ELSE current END"
                      " WHERE id = $1 AND token = $2 AND state = 2",
                      parameters, 7, NULL, &changed, err);
    if (r < 0)
        return r;
    if (changed == 0)
        return is_told(sql, saying, err);
    r = attempt_end(sql, saying->lease, NULL, err);
    if (r == 0)
        r = job_ended(sql, saying->lease.job, err);
    if (r == 0 && end->grader_memory_bytes > 0)
        r = graders_note_memory(sql, saying->lease.job, end->grader_memory_bytes, err);
    return r == 0 ? sql_tell(sql, err) : r;
}

int cupel_queue_finish(struct cupel_queue *queue, struct cupel_lease lease,
                       const struct cupel_job_end *end, struct cupel_error *err)
{
    struct saying saying = {.lease = lease, .end = end};

    return sql_transact(queue->sql, finish, &saying, err);
}

/* The lease is over, and the job may be with it. text updates the job, with its id, the token
 * and, if count is 3, why; and returns its state. */
static int let_go(struct sql *sql, const struct saying *saying, const char *text, size_t count,
                  struct cupel_error *err)
{
    const struct sql_value parameters[] = {
        sql_int(saying->lease.job), sql_int(saying->lease.token), sql_text(saying->text)};
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, text, parameters, count, &rows, NULL, err);
    if (r == 0 && sql_count(rows) == 0)
        r = fail_stale(saying->lease, err);
    if (r == 0)
        r = attempt_end(sql, saying->lease, saying->text, err);
    if (r == 0 && sql_get_int(rows, 0, 0) > CUPEL_JOB_RUNNING)
        r = job_ended(sql, saying->lease.job, err);
    return r == 0 ? sql_tell(sql, err) : r;
}

/* Again after a second, and twice as long after each failure; see tidy.c. */
static int fail(struct sql *sql, void *owner, struct cupel_error *err)
{
    static const char text[] =
        "UPDATE jobs SET failures = failures + 1, why = $3, lease_until = NULL,"
        " state = CASE WHEN cancel <> 0 THEN 5 WHEN failures + 1 >= attempts THEN 4 ELSE 0 END,"
        " finished = CASE WHEN cancel <> 0 OR failures + 1 >= attempts THEN {now} END,"
        " not_before = {now} + {backoff}"
        " WHERE id = $1 AND token = $2 AND state = 2 RETURNING state";

    return let_go(sql, owner, text, 3, err);
}

int cupel_queue_fail(struct cupel_queue *queue, struct cupel_lease lease, const char *why,
                     struct cupel_error *err)
{
    struct saying saying = {.lease = lease, .text = why};

    return sql_transact(queue->sql, fail, &saying, err);
}

static int give_back(struct sql *sql, void *owner, struct cupel_error *err)
{
    static const char text[] =
        "UPDATE jobs SET lease_until = NULL,"
        " state = CASE WHEN cancel <> 0 THEN 5 ELSE 1 END,"
        " finished = CASE WHEN cancel <> 0 THEN {now} END"
        " WHERE id = $1 AND token = $2 AND state = 2 RETURNING state";

    return let_go(sql, owner, text, 2, err);
}

int cupel_queue_give_back(struct cupel_queue *queue, struct cupel_lease lease, const char *why,
                          struct cupel_error *err)
{
    struct saying saying = {.lease = lease, .text = why};

    return sql_transact(queue->sql, give_back, &saying, err);
}

static int append(struct sql *sql, const struct saying *saying, const char *line, size_t len,
                  struct cupel_error *err)
{
    const struct sql_value parameters[] = {
        sql_int(saying->lease.job), sql_int(saying->lease.token),
        (struct sql_value){.type = SQL_TEXT, .bytes = line, .len = len}};

    return sql_query(sql,
                     "INSERT INTO events (job, number, token, at, event)"
                     " SELECT $1, coalesce(max(number), 0) + 1, $2, {now}, $3"
                     " FROM events WHERE job = $1",
                     parameters, 3, NULL, NULL, err);
}

static int tell(struct sql *sql, void *owner, struct cupel_error *err)
{
    const struct saying *saying = owner;
    const struct sql_value parameters[] = {sql_int(saying->lease.job),
                                           sql_int(saying->lease.token)};
    SQL_AUTO_ROWS *rows = NULL;

    int r =
        sql_query(sql, "SELECT 1 FROM jobs WHERE id = $1 AND token = $2 AND state = 2{lock}",
                  parameters, 2, &rows, NULL, err);
    if (r == 0 && sql_count(rows) == 0)
        return fail_stale(saying->lease, err);
    for (const char *line = saying->text; r == 0 && *line != '\0';) {
        size_t len = strcspn(line, "\n");
        if (len > 0)
            r = append(sql, saying, line, len, err);
        line += len + (line[len] == '\n' ? 1 : 0);
    }
    return r == 0 ? sql_tell(sql, err) : r;
}

int cupel_queue_tell(struct cupel_queue *queue, struct cupel_lease lease, const char *lines,
                     struct cupel_error *err)
{
    struct saying saying = {.lease = lease, .text = lines};

    return sql_transact(queue->sql, tell, &saying, err);
}
