/* Schedules that are due. Each is done in a transaction of its own, by whoever comes first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "queue/cron.h"
#include "queue/queue_internal.h"
#include "queue/schedules.h"

#define MINUTE   60000000
#define JOBS_MAX 100

static const char take_due[] =
    "SELECT cron, zone, course, spec, submission, grader, tree, learner, missed, kind, "
    "priority,"
    " attempts, memory_bytes, cpus_milli, next, {now} FROM schedules"
    " WHERE name = $1 AND next <= {now}{skip}";

enum column {
    CRON,
    ZONE,
    COURSE,
    SPEC,
    SUBMISSION,
    GRADER,
    TREE,
    LEARNER,
    MISSED,
    KIND,
    PRIORITY,
    ATTEMPTS,
    MEMORY_BYTES,
    CPUS_MILLI,
    NEXT,
    NOW,
};

/* A schedule, and the times of it that get a job now. */
struct due {
    const char *name;
    struct cron cron;
    struct zone *zone;
    int64_t next_us;
    int64_t now_us;
    int64_t times[JOBS_MAX];
    size_t count;
};

static int find_all(struct due *due, struct cupel_error *err)
{
    int64_t at = due->next_us;
    int r = 0;

    while (r == 0 && at <= due->now_us && due->count < JOBS_MAX) {
        due->times[due->count++] = at;
        r = cron_next(&due->cron, due->zone, at, &at, err);
    }
    return r;
}

/* Years of minutes may have been missed, so the last one is looked for near the present first.
 */
static int find_last(struct due *due, struct cupel_error *err)
{
    int64_t last = due->next_us;
    int64_t at = due->next_us;
    int r = 0;

    for (int64_t span = MINUTE; r == 0 && span < due->now_us - last; span *= 2) {
        r = cron_next(&due->cron, due->zone, due->now_us - span, &at, err);
        if (r == 0 && at <= due->now_us)
            last = at;
    }
    for (at = last; r == 0 && at <= due->now_us;) {
        last = at;
        r = cron_next(&due->cron, due->zone, last, &at, err);
    }
    due->times[due->count++] = last;
    return r;
}

/* Only what is not missed: a time within the last minute. */
static int find_recent(struct due *due, struct cupel_error *err)
{
    int64_t at = due->next_us;
    int r = 0;

    if (at <= due->now_us - MINUTE)
        r = cron_next(&due->cron, due->zone, due->now_us - MINUTE, &at, err);
    if (r == 0 && at <= due->now_us)
        due->times[due->count++] = at;
    return r;
}

static int find_times(struct due *due, enum cupel_missed missed, struct cupel_error *err)
{
    switch (missed) {
    case CUPEL_MISSED_SKIP:
        return find_recent(due, err);
    case CUPEL_MISSED_ALL:
        return find_all(due, err);
    case CUPEL_MISSED_ONCE:
    case CUPEL_MISSED_WAYS:
    default:
        return find_last(due, err);
    }
}

static const char *text_of(const struct sql_rows *rows, enum column column)
{
    return sql_is_null(rows, 0, column) ? NULL : sql_get_text(rows, 0, column, NULL);
}

static struct cupel_job_request job_of(const struct sql_rows *rows)
{
    return (struct cupel_job_request){
        .kind = (enum cupel_job_kind)sql_get_int(rows, 0, KIND),
        .course = text_of(rows, COURSE),
        .priority = (enum cupel_job_priority)sql_get_int(rows, 0, PRIORITY),
        .attempts = (unsigned)sql_get_int(rows, 0, ATTEMPTS),
        .memory_bytes = (uint64_t)sql_get_int(rows, 0, MEMORY_BYTES),
        .cpus_milli = (unsigned)sql_get_int(rows, 0, CPUS_MILLI),
        .spec = text_of(rows, SPEC),
        .submission = text_of(rows, SUBMISSION),
        .grader = text_of(rows, GRADER),
        .tree = text_of(rows, TREE),
        .learner = text_of(rows, LEARNER),
    };
}

static int note_job(struct sql *sql, const struct due *due, int64_t at_us, int64_t job,
                    struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(due->name), sql_int(at_us), sql_int(job)};

    return sql_query(sql, "UPDATE schedules SET last = $2, last_job = $3 WHERE name = $1",
                     parameters, 3, NULL, NULL, err);
}

static int add_job(struct sql *sql, const struct due *due, const struct sql_rows *rows,
                   int64_t at_us, struct cupel_error *err)
{
    struct cupel_job_request job = job_of(rows);
    char key[128];
    bool is_new = false;
    int64_t id = 0;

    (void)snprintf(key, sizeof(key), "schedule/%s/%jd", due->name, (intmax_t)at_us);
    job.idempotency_key = key;
    int r = job_add(sql, &job, &id, &is_new, err);
    if (r ==
        -EEXIST) /* another job has this key: this time is done, and must not hold up others
                  */
        return 0;
    return r == 0 ? note_job(sql, due, at_us, id, err) : r;
}

static int move_on(struct sql *sql, const struct due *due, struct cupel_error *err)
{
    int64_t next_us = 0;

    int r = cron_next(&due->cron, due->zone, due->now_us, &next_us, err);
    const struct sql_value parameters[] = {sql_text(due->name), sql_int(next_us)};
    return r == 0 ? sql_query(sql, "UPDATE schedules SET next = $2 WHERE name = $1", parameters,
                              2, NULL, NULL, err)
                  : r;
}

static int run(struct sql *sql, struct due *due, const struct sql_rows *rows,
               struct cupel_error *err)
{
    due->zone = NULL;
    int r = cron_parse(text_of(rows, CRON), &due->cron, err);
    if (r == 0)
        r = zone_open(text_of(rows, ZONE), &due->zone, err);
    if (r == 0)
        r = find_times(due, (enum cupel_missed)sql_get_int(rows, 0, MISSED), err);
    for (size_t i = 0; r == 0 && i < due->count; i++)
        r = add_job(sql, due, rows, due->times[i], err);
    if (r == 0)
        r = move_on(sql, due, err);
    zone_free(due->zone);
    return r;
}

static int run_if_due(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct due *due = owner;
    const struct sql_value name = sql_text(due->name);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, take_due, &name, 1, &rows, NULL, err);
    if (r < 0 || sql_count(rows) == 0) /* somebody else has done it, or does */
        return r;
    due->next_us = sql_get_int(rows, 0, NEXT);
    due->now_us = sql_get_int(rows, 0, NOW);
    due->count = 0;
    return run(sql, due, rows, err);
}

static int find_next(struct sql *sql, int64_t after_us, int64_t *ret_us,
                     struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(after_us);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT min(next) FROM schedules WHERE next > $1", &parameter, 1,
                      &rows, NULL, err);
    if (r == 0)
        *ret_us = sql_is_null(rows, 0, 0) ? INT64_MAX : sql_get_int(rows, 0, 0);
    return r;
}

int cupel_queue_run_schedules(struct cupel_queue *queue, int64_t *ret_next_us,
                              struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;
    int failed = 0;

    int r = sql_query(
        queue->sql,
        "SELECT name, {now} FROM schedules WHERE next <= (SELECT {now}) ORDER BY next, name",
        NULL, 0, &rows, NULL, err);
    if (r < 0)
        return r;
    /* One that fails, as where its zone is not installed, does not hold up the others. */
    for (size_t i = 0; i < sql_count(rows); i++) {
        struct due due = {.name = sql_get_text(rows, i, 0, NULL)};
        struct cupel_error why = {0};
        r = sql_transact(queue->sql, run_if_due, &due, &why);
        if (r < 0 && failed == 0)
            failed = cupel_fail(err, r, "schedule %s: %s", due.name, why.text);
    }
    /* Those that failed are due still, and to be tried when the caller likes. */
    r = find_next(queue->sql, failed < 0 ? sql_get_int(rows, 0, 1) : 0, ret_next_us,
                  failed < 0 ? NULL : err);
    return failed < 0 ? failed : r;
}
