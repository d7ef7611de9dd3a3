/*
 * Whose turn it is. Courses share by start-time fair queueing: each job that is leased gets a
 * start tag, the later of its course's finish tag and of the latest start tag given, and its
 * course's finish tag moves on from there by what a job weighs, STRIDE by the course's weight.
 * The course with the lowest start tag is next; one that had nothing to do for a while comes in
 * at the present, neither with credit nor with debt. It costs a look into the index for each
 * course, whatever the number of jobs.
 *
 * Source: Goyal, Vin, Cheng: Start-time Fair Queueing, SIGCOMM 1996.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cupel/cleanup.h"
#include "queue/queue_internal.h"

#define STRIDE 1000000

/* So many jobs of a course are looked at for one that fits. */
#define LOOK_AHEAD "64"

/* Running jobs are counted apart from courses, or the database would look at all jobs of one.
 */
static const char find_courses[] =
    "SELECT name FROM ("
    " SELECT c.name AS name, c.max_running AS max_running, r.running AS running,"
    "  CASE WHEN c.pass > s.served THEN c.pass ELSE s.served END AS start,"
    "  (SELECT j.priority FROM jobs j WHERE j.course = c.name AND j.state = 1"
    "   ORDER BY j.priority, j.id LIMIT 1) AS priority"
    " FROM (SELECT max(served) AS served FROM courses) s CROSS JOIN courses c"
    " LEFT JOIN (SELECT course, count(*) AS running FROM jobs WHERE state = 2"
    "  GROUP BY course) r ON r.course = c.name) AS heads"
    " WHERE priority IS NOT NULL"
    " AND (max_running IS NULL OR coalesce(running, 0) < max_running)"
    " ORDER BY priority, start, name LIMIT 64";

/* The course is compared as an expression, which no index of all jobs serves. */
static const char lock_course[] =
    "SELECT weight, max_running,"
    " CASE WHEN pass > (SELECT max(served) FROM courses) THEN pass"
    "  ELSE (SELECT max(served) FROM courses) END,"
    " (SELECT count(*) FROM jobs r WHERE r.course || '' = $1 AND r.state = 2)"
    " FROM courses WHERE name = $1{lock}";

static const char find_job[] =
    "SELECT id FROM (SELECT id, priority, memory_bytes, cpus_milli FROM jobs"
    " WHERE course = $1 AND state = 1 ORDER BY priority, id LIMIT " LOOK_AHEAD
    ") AS head"
    " WHERE memory_bytes <= $2 AND cpus_milli <= $3 ORDER BY priority, id";

struct leasing {
    const char *worker;
    const struct cupel_capacity *capacity;
    int64_t lease_us;
    struct cupel_job *job;
    int64_t next_us;
};

static int take(struct sql *sql, const struct leasing *leasing, int64_t id,
                struct cupel_job **ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(id), sql_text(leasing->worker),
                                           sql_int(leasing->lease_us)};
    char text[1024];
    SQL_AUTO_ROWS *rows = NULL;

    (void)snprintf(text, sizeof(text),
                   "UPDATE jobs SET state = 2, token = token + 1, worker = $2,"
                   " lease_until = {now} + $3, started = {now}"
                   " WHERE id = $1 AND state = 1 RETURNING %s",
                   job_columns);
    int r = sql_query(sql, text, parameters, 3, &rows, NULL, err);
    if (r < 0 || sql_count(rows) == 0)
        return r;
    r = job_read(rows, 0, ret, err);
    if (r < 0)
        return r;
    const struct sql_value attempt[] = {sql_int(id), sql_int((*ret)->token),
                                        sql_text(leasing->worker)};
    return sql_query(sql,
                     "INSERT INTO attempts (job, token, worker, leased)"
                     " VALUES ($1, $2, $3, {now})",
                     attempt, 3, NULL, NULL, err);
}

/* The course's row is locked until the end, so that its cap and its turns hold. */
static int move_on(struct sql *sql, const char *course, int64_t weight, int64_t start,
                   struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(course), sql_int(start),
                                           sql_int(start + STRIDE / weight)};

    return sql_query(sql, "UPDATE courses SET served = $2, pass = $3 WHERE name = $1",
                     parameters, 3, NULL, NULL, err);
}

static int lease_of(struct sql *sql, struct leasing *leasing, const char *course,
                    struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(course),
                                           sql_int((int64_t)leasing->capacity->memory_bytes),
                                           sql_int(leasing->capacity->cpus_milli)};
    SQL_AUTO_ROWS *locked = NULL;
    SQL_AUTO_ROWS *jobs = NULL;

    int r = sql_query(sql, lock_course, parameters, 1, &locked, NULL, err);
    if (r < 0 || sql_count(locked) == 0)
        return r;
    if (!sql_is_null(locked, 0, 1) && sql_get_int(locked, 0, 3) >= sql_get_int(locked, 0, 1))
        return 0;
    r = sql_query(sql, find_job, parameters, 3, &jobs, NULL, err);
    for (size_t i = 0; r == 0 && leasing->job == NULL && i < sql_count(jobs); i++)
        r = take(sql, leasing, sql_get_int(jobs, i, 0), &leasing->job, err);
    if (r == 0 && leasing->job != NULL)
        r = move_on(sql, course, sql_get_int(locked, 0, 0), sql_get_int(locked, 0, 2), err);
    return r;
}

static int find_next(struct sql *sql, int64_t *ret_us, struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql,
                      "SELECT min(at) FROM ("
                      " SELECT min(not_before) AS at FROM jobs WHERE state = 0 UNION ALL"
                      " SELECT min(lease_until) FROM jobs WHERE state = 2 UNION ALL"
                      " SELECT min(deadline) FROM jobs WHERE state < 2"
                      "  AND deadline IS NOT NULL) AS times",
                      NULL, 0, &rows, NULL, err);
    if (r == 0)
        *ret_us = sql_is_null(rows, 0, 0) ? INT64_MAX : sql_get_int(rows, 0, 0);
    return r;
}

static int lease(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct leasing *leasing = owner;
    SQL_AUTO_ROWS *courses = NULL;

    cupel_job_free(leasing->job);
    leasing->job = NULL;
    int r = queue_tidy(sql, err);
    if (r == 0)
        r = sql_query(sql, find_courses, NULL, 0, &courses, NULL, err);
    for (size_t i = 0; r == 0 && leasing->job == NULL && i < sql_count(courses); i++)
        r = lease_of(sql, leasing, sql_get_text(courses, i, 0, NULL), err);
    return r == 0 ? find_next(sql, &leasing->next_us, err) : r;
}

int cupel_queue_lease(struct cupel_queue *queue, const char *worker,
                      const struct cupel_capacity *capacity, int64_t lease_us,
                      struct cupel_job **ret, int64_t *ret_next_us, struct cupel_error *err)
{
    struct leasing leasing = {
        .worker = worker, .capacity = capacity, .lease_us = lease_us, .next_us = INT64_MAX};

    int r = sql_transact(queue->sql, lease, &leasing, err);
    if (r < 0) {
        cupel_job_free(leasing.job);
        return r;
    }
    *ret = leasing.job;
    *ret_next_us = leasing.next_us;
    return 0;
}
