/* What anybody may ask of jobs, or for them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "queue/queue_internal.h"

static int fail_missing(int64_t id, struct cupel_error *err)
{
    return cupel_fail(err, -ENOENT, "there is no job %jd", (intmax_t)id);
}

int cupel_queue_get(struct cupel_queue *queue, int64_t id, struct cupel_job **ret,
                    struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *rows = NULL;
    char text[768];

    (void)snprintf(text, sizeof(text), "SELECT %s FROM jobs WHERE id = $1", job_columns);
    int r = sql_query(queue->sql, text, &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    return sql_count(rows) == 0 ? fail_missing(id, err) : job_read(rows, 0, ret, err);
}

int job_cancel(struct sql *sql, int64_t id, enum cupel_job_state *ret, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *ended = NULL;
    SQL_AUTO_ROWS *asked = NULL;

    int r = sql_query(sql,
                      "UPDATE jobs SET finished = {now}, cancel = 1, state = 5"
                      " WHERE id = $1 AND state < 2 RETURNING state",
                      &parameter, 1, &ended, NULL, err);
    if (r == 0 && sql_count(ended) > 0)
        r = job_ended(sql, id, err);
    if (r == 0)
        r = sql_query(sql,
                      "UPDATE jobs SET cancel = CASE WHEN state = 2 THEN 1 ELSE cancel END"
                      " WHERE id = $1 RETURNING state",
                      &parameter, 1, &asked, NULL, err);
    if (r < 0)
        return r;
    if (sql_count(asked) == 0)
        return fail_missing(id, err);
    *ret = (enum cupel_job_state)sql_get_int(asked, 0, 0);
    return sql_tell(sql, err);
}

struct cancelling {
    int64_t id;
    enum cupel_job_state state;
};

static int cancel(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct cancelling *cancelling = owner;

    return job_cancel(sql, cancelling->id, &cancelling->state, err);
}

int cupel_queue_cancel(struct cupel_queue *queue, int64_t id, enum cupel_job_state *ret,
                       struct cupel_error *err)
{
    struct cancelling cancelling = {.id = id};

    int r = sql_transact(queue->sql, cancel, &cancelling, err);
    if (r == 0)
        *ret = cancelling.state;
    return r;
}

static int retry(struct sql *sql, void *owner, struct cupel_error *err)
{
    const int64_t id = *(const int64_t *)owner;
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *rows = NULL;
    int64_t changed = 0;

    int r =
        sql_query(sql,
                  "UPDATE jobs SET state = 1, failures = 0, deadline = NULL, finished = NULL"
                  " WHERE id = $1 AND state = 4",
                  &parameter, 1, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = sql_query(sql, "SELECT state FROM jobs WHERE id = $1", &parameter, 1, &rows, NULL,
                      err);
    if (r < 0)
        return r;
    if (changed > 0)
        return sql_tell(sql, err);
    if (sql_count(rows) == 0)
        return fail_missing(id, err);
    return cupel_fail(err, -EINVAL, "job %jd is %s: only a dead one is tried again",
                      (intmax_t)id, cupel_job_state_names[sql_get_int(rows, 0, 0)]);
}

int cupel_queue_retry(struct cupel_queue *queue, int64_t id, struct cupel_error *err)
{
    return sql_transact(queue->sql, retry, &id, err);
}

int cupel_queue_set_course(struct cupel_queue *queue, const char *course, unsigned weight,
                           unsigned max_running, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(course), sql_int(weight),
                                           max_running == 0 ? sql_null()
                                                            : sql_int(max_running)};

    int r = queue_check_name("course", course, err);
    if (r < 0)
        return r;
    if (weight < 1 || weight > 1000)
        return cupel_fail(err, -EINVAL, "course %.100s: a weight is 1 to 1000", course);
    return sql_query(queue->sql,
                     "INSERT INTO courses (name, weight, max_running) VALUES ($1, $2, $3)"
                     " ON CONFLICT (name) DO UPDATE SET weight = $2, max_running = $3",
                     parameters, 3, NULL, NULL, err);
}
