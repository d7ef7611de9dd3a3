/* What time has done to jobs, done by whoever leases next: nobody has to be there for it. */
#include <errno.h>

#include "queue/queue_internal.h"

/* At once, so that a transaction stays short; whoever leases next goes on. */
#define BATCH "256"

#define WAS_LOST "the worker was not heard of any more"

/* A function that may change is no condition of an index, but what a SELECT of it gives is. */
static const char promote[] =
    "UPDATE jobs SET state = 1 WHERE id IN (SELECT id FROM jobs"
    " WHERE state = 0 AND not_before <= (SELECT {now}) ORDER BY not_before LIMIT " BATCH
    "{skip})";

static const char drop_late[] =
    "UPDATE jobs SET state = 4, finished = {now}, why = '" CUPEL_WHY_LATE
    "'"
    " WHERE id IN (SELECT id FROM jobs WHERE state < 2 AND deadline IS NOT NULL"
    " AND deadline <= (SELECT {now}) ORDER BY deadline LIMIT " BATCH
    "{skip})"
    " RETURNING id, token, state";

static const char release_lost[] =
    "UPDATE jobs SET failures = failures + 1, why = '" WAS_LOST
    "', lease_until = NULL,"
    " state = CASE WHEN cancel <> 0 THEN 5 WHEN failures + 1 >= attempts THEN 4 ELSE 0 END,"
    " finished = CASE WHEN cancel <> 0 OR failures + 1 >= attempts THEN {now} END,"
    " not_before = {now} + {backoff}"
    " WHERE id IN (SELECT id FROM jobs WHERE state = 2 AND lease_until <= (SELECT {now})"
    " ORDER BY lease_until LIMIT " BATCH
    "{skip})"
    " RETURNING id, token, state";

/* note: why the attempts ended, or NULL. */
static int end_jobs(struct sql *sql, const char *text, const char *note,
                    struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, text, NULL, 0, &rows, NULL, err);
    for (size_t i = 0; r == 0 && i < sql_count(rows); i++) {
        const struct cupel_lease lease = {sql_get_int(rows, i, 0), sql_get_int(rows, i, 1)};
        if (note != NULL)
            r = attempt_end(sql, lease, note, err);
        if (r == 0 && sql_get_int(rows, i, 2) > CUPEL_JOB_RUNNING)
            r = job_ended(sql, lease.job, err);
    }
    return r == 0 && sql_count(rows) > 0 ? sql_tell(sql, err) : r;
}

int queue_tidy(struct sql *sql, struct cupel_error *err)
{
    int r = end_jobs(sql, release_lost, WAS_LOST, err);
    if (r == 0)
        r = end_jobs(sql, drop_late, NULL, err);
    return r == 0 ? sql_query(sql, promote, NULL, 0, NULL, NULL, err) : r;
}
