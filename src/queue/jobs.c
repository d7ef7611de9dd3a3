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

/* One statement, so that a lease that ends meanwhile is either seen or waited for. */
int job_cancel(struct sql *sql, int64_t id, enum cupel_job_state *ret, struct cupel_error *err)
{
    static const char text[] =
        "UPDATE jobs SET cancel = 1, finished = CASE WHEN state < 2 THEN {now} END,"
        " state = CASE WHEN state < 2 THEN 5 ELSE state END"
        " WHERE id = $1 AND state < 3 RETURNING state";
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *asked = NULL;
    SQL_AUTO_ROWS *found = NULL;

    int r = sql_query(sql, text, &parameter, 1, &asked, NULL, err);
    if (r == 0 && sql_count(asked) == 0)
        r = sql_query(sql, "SELECT state FROM jobs WHERE id = $1", &parameter, 1, &found, NULL,
                      err);
    if (r < 0)
        return r;
    const struct sql_rows *rows = sql_count(asked) > 0 ? asked : found;
    if (sql_count(rows) == 0)
        return fail_missing(id, err);
    *ret = (enum cupel_job_state)sql_get_int(rows, 0, 0);
    if (*ret == CUPEL_JOB_CANCELLED && rows == asked)
        r = job_ended(sql, id, err);
    return r == 0 ? sql_tell(sql, err) : r;
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

/* What a regrade has told when it was published or withdrawn holds. It is locked before its
 * jobs, as by those who do that. */
static int lock_regrade_of(struct sql *sql, int64_t id, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT regrade FROM jobs WHERE id = $1 AND state = 4", &parameter,
                      1, &rows, NULL, err);
    if (r < 0 || sql_count(rows) == 0 || sql_is_null(rows, 0, 0))
        return r;
    return regrade_lock_open(sql, sql_get_int(rows, 0, 0), err);
}

static int fail_not_dead(struct sql *sql, int64_t id, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *rows = NULL;

    int r =
        sql_query(sql, "SELECT state FROM jobs WHERE id = $1", &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    if (sql_count(rows) == 0)
        return fail_missing(id, err);
    return cupel_fail(err, -EBUSY, "job %jd is %s: only a dead one is tried again",
                      (intmax_t)id, cupel_job_state_names[sql_get_int(rows, 0, 0)]);
}

static int retry(struct sql *sql, void *owner, struct cupel_error *err)
{
    const int64_t id = *(const int64_t *)owner;
    const struct sql_value parameter = sql_int(id);
    int64_t changed = 0;

    int r = lock_regrade_of(sql, id, err);
    if (r == 0)
        r = sql_query(
            sql,
            "UPDATE jobs SET state = 1, failures = 0, deadline = NULL, finished = NULL,"
            " not_before = {now}"
            " WHERE id = $1 AND state = 4",
            &parameter, 1, NULL, &changed, err);
    if (r == 0 && changed == 0)
        return fail_not_dead(sql, id, err);
    if (r == 0)
        r = graders_note_retry(sql, id, err);
    return r == 0 ? sql_tell(sql, err) : r;
}

int cupel_queue_retry(struct cupel_queue *queue, int64_t id, struct cupel_error *err)
{
    return sql_transact(queue->sql, retry, &id, err);
}

struct setting {
    const struct sql_value *parameters;
};

/* Those who wait hear of it: more may run now. */
static int set_course(struct sql *sql, void *owner, struct cupel_error *err)
{
    const struct setting *setting = owner;

    int r = sql_query(sql,
                      "INSERT INTO courses (name, weight, max_running) VALUES ($1, $2, $3)"
                      " ON CONFLICT (name) DO UPDATE SET weight = $2, max_running = $3",
                      setting->parameters, 3, NULL, NULL, err);
    return r == 0 ? sql_tell(sql, err) : r;
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
    struct setting setting = {.parameters = parameters};
    return sql_transact(queue->sql, set_course, &setting, err);
}
