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

/* A job that has waited so long is not passed by smaller ones any more. */
#define PATIENCE_US INT64_C(10000000)

/* So often somebody else may have come first. */
#define TRIES 16

#define FITS " AND memory_bytes <= $1 AND cpus_milli <= $2"

/* The course whose job is next of those that fit, and that job's priority. Running jobs are
 * counted apart from courses, or the database would look at all jobs of one. */
static const char find_course[] =
    "SELECT name, priority FROM ("
    " SELECT c.name AS name, c.max_running AS max_running, r.running AS running,"
    "  CASE WHEN c.pass > s.served THEN c.pass ELSE s.served END AS start,"
    "  (SELECT j.priority FROM jobs j WHERE j.course = c.name AND j.state = 1" FITS
    "   ORDER BY j.priority, j.id LIMIT 1) AS priority"
    " FROM (SELECT max(served) AS served FROM courses) s CROSS JOIN courses c"
    " LEFT JOIN (SELECT course, count(*) AS running FROM jobs WHERE state = 2"
    "  GROUP BY course) r ON r.course = c.name) AS heads"
    " WHERE priority IS NOT NULL"
    " AND (max_running IS NULL OR coalesce(running, 0) < max_running)"
    " ORDER BY priority, start, name LIMIT 1";

static const char lock_course[] = "SELECT 1 FROM courses WHERE name = $1{lock}";

/* In a statement of its own: one that waits for a lock counts as of before it waited. The
 * course is compared as an expression, which no index of all jobs serves. */
static const char look_at_course[] =
    "SELECT weight, max_running,"
    " CASE WHEN pass > (SELECT max(served) FROM courses) THEN pass"
    "  ELSE (SELECT max(served) FROM courses) END,"
    " (SELECT count(*) FROM jobs r WHERE r.course || '' = $1 AND r.state = 2)"
    " FROM courses WHERE name = $1";

static const char find_job[] =
    "SELECT id, memory_bytes, cpus_milli,"
    " {now} - CASE WHEN not_before > created THEN not_before ELSE created END"
    " FROM jobs WHERE course = $3 AND priority = $4 AND state = 1" FITS " ORDER BY id LIMIT 1";

struct fit {
    int64_t memory_bytes;
    int64_t cpus_milli;
};

struct leasing {
    const char *worker;
    struct fit left;
    struct fit all;
    int64_t lease_us;
    struct cupel_job *job;
    bool again; /* somebody else was faster */
    int64_t wait_us;
};

/* What comes next of what fits; course: "", there is none. */
struct turn {
    char course[QUEUE_NAME_MAX + 1];
    int64_t priority;
};

static int find_turn(struct sql *sql, struct fit fit, struct turn *ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(fit.memory_bytes), sql_int(fit.cpus_milli)};
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, find_course, parameters, 2, &rows, NULL, err);
    if (r < 0)
        return r;
    *ret = (struct turn){.course = ""};
    if (sql_count(rows) == 0)
        return 0;
    (void)snprintf(ret->course, sizeof(ret->course), "%s", sql_get_text(rows, 0, 0, NULL));
    ret->priority = sql_get_int(rows, 0, 1);
    return 0;
}

static int find_head(struct sql *sql, const struct turn *turn, struct fit fit,
                     struct sql_rows **ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(fit.memory_bytes), sql_int(fit.cpus_milli),
                                           sql_text(turn->course), sql_int(turn->priority)};

    return sql_query(sql, find_job, parameters, 4, ret, NULL, err);
}

/* Whether what is left is to be kept for a job that needs more of it, and has waited long. */
static int is_kept(struct sql *sql, const struct leasing *leasing, bool *ret,
                   struct cupel_error *err)
{
    const struct fit *left = &leasing->left;
    SQL_AUTO_ROWS *head = NULL;
    struct turn turn;

    *ret = false;
    if (left->memory_bytes >= leasing->all.memory_bytes &&
        left->cpus_milli >= leasing->all.cpus_milli)
        return 0;
    int r = find_turn(sql, leasing->all, &turn, err);
    if (r < 0 || turn.course[0] == '\0')
        return r;
    r = find_head(sql, &turn, leasing->all, &head, err);
    if (r < 0 || sql_count(head) == 0)
        return r;
    bool fits = sql_get_int(head, 0, 1) <= left->memory_bytes &&
                sql_get_int(head, 0, 2) <= left->cpus_milli;
    *ret = !fits && sql_get_int(head, 0, 3) > PATIENCE_US;
    return 0;
}

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

/* By then another one may have taken the job, or used up the cap. */
static int lease_of(struct sql *sql, struct leasing *leasing, const struct turn *turn,
                    struct cupel_error *err)
{
    const struct sql_value course = sql_text(turn->course);
    SQL_AUTO_ROWS *found = NULL;
    SQL_AUTO_ROWS *head = NULL;

    int r = sql_query(sql, lock_course, &course, 1, NULL, NULL, err);
    if (r == 0)
        r = sql_query(sql, look_at_course, &course, 1, &found, NULL, err);
    if (r < 0 || sql_count(found) == 0)
        return r;
    if (!sql_is_null(found, 0, 1) && sql_get_int(found, 0, 3) >= sql_get_int(found, 0, 1))
        return 0;
    r = find_head(sql, turn, leasing->left, &head, err);
    if (r == 0 && sql_count(head) > 0)
        r = take(sql, leasing, sql_get_int(head, 0, 0), &leasing->job, err);
    if (r == 0 && leasing->job != NULL)
        r = move_on(sql, turn->course, sql_get_int(found, 0, 0), sql_get_int(found, 0, 2), err);
    return r;
}

static int find_wait(struct sql *sql, int64_t *ret_us, struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql,
                      "SELECT min(at) - {now} FROM ("
                      " SELECT min(not_before) AS at FROM jobs WHERE state = 0 UNION ALL"
                      " SELECT min(lease_until) FROM jobs WHERE state = 2 UNION ALL"
                      " SELECT min(deadline) FROM jobs WHERE state < 2"
                      "  AND deadline IS NOT NULL) AS times",
                      NULL, 0, &rows, NULL, err);
    if (r < 0)
        return r;
    *ret_us = sql_is_null(rows, 0, 0) ? INT64_MAX : sql_get_int(rows, 0, 0);
    if (*ret_us < 0)
        *ret_us = 0;
    return 0;
}

/* One course is locked at most, so that no two wait for each other. */
static int lease(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct leasing *leasing = owner;
    struct turn turn = {.course = ""};
    bool kept = false;

    cupel_job_free(leasing->job);
    leasing->job = NULL;
    int r = queue_tidy(sql, err);
    if (r == 0)
        r = is_kept(sql, leasing, &kept, err);
    if (r == 0 && !kept)
        r = find_turn(sql, leasing->left, &turn, err);
    if (r == 0 && turn.course[0] != '\0')
        r = lease_of(sql, leasing, &turn, err);
    leasing->again = turn.course[0] != '\0' && leasing->job == NULL;
    return r == 0 ? find_wait(sql, &leasing->wait_us, err) : r;
}

int cupel_queue_lease(struct cupel_queue *queue, const char *worker,
                      const struct cupel_capacity *capacity, int64_t lease_us,
                      struct cupel_job **ret, int64_t *ret_wait_us, struct cupel_error *err)
{
    struct leasing leasing = {
        .worker = worker,
        .left = {(int64_t)capacity->memory_bytes, capacity->cpus_milli},
        .all = {(int64_t)capacity->total_memory_bytes, capacity->total_cpus_milli},
        .lease_us = lease_us,
        .again = true,
        .wait_us = INT64_MAX};
    int r = 0;

    for (int i = 0; r == 0 && leasing.again && i < TRIES; i++)
        r = sql_transact(queue->sql, lease, &leasing, err);
    if (r < 0) {
        cupel_job_free(leasing.job);
        return r;
    }
    *ret = leasing.job;
    *ret_wait_us = leasing.wait_us;
    return 0;
}
