#include "queue/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "queue/sql_backend.h"

/* States and the like are numbers of enums in cupel/queue.h; times are microseconds since 1970.
 */
static const char version_1[] =
    "CREATE TABLE courses ("
    " name TEXT PRIMARY KEY,"
    " weight BIGINT NOT NULL DEFAULT 1,"
    " max_running BIGINT,"               /* NULL: as many as there are slots */
    " served BIGINT NOT NULL DEFAULT 0," /* start tag of the last job, see lease.c */
    " pass BIGINT NOT NULL DEFAULT 0);"  /* its finish tag */
    "CREATE TABLE jobs ("
    " id {serial},"
    " kind BIGINT NOT NULL,"
    " course TEXT NOT NULL REFERENCES courses (name),"
    " priority BIGINT NOT NULL,"
    " state BIGINT NOT NULL,"
    " not_before BIGINT NOT NULL,"
    " deadline BIGINT,"
    " attempts BIGINT NOT NULL,"
    " failures BIGINT NOT NULL DEFAULT 0,"
    " token BIGINT NOT NULL DEFAULT 0," /* of the last lease */
    " memory_bytes BIGINT NOT NULL,"
    " cpus_milli BIGINT NOT NULL,"
    " idempotency_key TEXT,"
    " fingerprint TEXT NOT NULL,"
    " spec TEXT NOT NULL,"
    " worker TEXT,"
    " lease_until BIGINT,"
    " cancel BIGINT NOT NULL DEFAULT 0,"
    " created BIGINT NOT NULL,"
    " started BIGINT,"
    " finished BIGINT,"
    " status TEXT,"
    " score_micro BIGINT,"
    " max_score_micro BIGINT,"
    " result TEXT,"
    " facts TEXT,"
    " why TEXT,"
    " submission TEXT,"
    " grader TEXT,"
    " tree TEXT,"
    " learner TEXT,"
    " regrade BIGINT,"
    " original BIGINT,"
    " current BIGINT);"
    "CREATE INDEX jobs_ready ON jobs (course, priority, id) WHERE state = 1;"
    "CREATE INDEX jobs_waiting ON jobs (not_before) WHERE state = 0;"
    "CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 2;"
    "CREATE INDEX jobs_running_of_course ON jobs (course) WHERE state = 2;"
    "CREATE INDEX jobs_deadline ON jobs (deadline) WHERE state < 2 AND deadline IS NOT NULL;"
    "CREATE INDEX jobs_finished ON jobs (finished, id) WHERE state > 2;"
    "CREATE INDEX jobs_dead ON jobs (id) WHERE state = 4;"
    "CREATE INDEX jobs_of_course ON jobs (course, id);"
    "CREATE INDEX jobs_of_grader ON jobs (grader, id) WHERE grader IS NOT NULL;"
    "CREATE INDEX jobs_of_learner ON jobs (learner, id) WHERE learner IS NOT NULL;"
    "CREATE INDEX jobs_of_regrade ON jobs (regrade, id) WHERE regrade IS NOT NULL;"
    "CREATE UNIQUE INDEX jobs_key ON jobs (course, idempotency_key)"
    " WHERE idempotency_key IS NOT NULL;"
    "CREATE TABLE attempts ("
    " job BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
    " token BIGINT NOT NULL,"
    " worker TEXT NOT NULL,"
    " leased BIGINT NOT NULL,"
    " ended BIGINT,"
    " why TEXT,"
    " PRIMARY KEY (job, token));"
    "CREATE TABLE events ("
    " job BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
    " number BIGINT NOT NULL,"
    " token BIGINT NOT NULL,"
    " at BIGINT NOT NULL,"
    " event TEXT NOT NULL,"
    " PRIMARY KEY (job, number));"
    "CREATE TABLE blobs ("
    " sha256 TEXT PRIMARY KEY,"
    " created BIGINT NOT NULL,"
    " bytes {bytes} NOT NULL);";

static const char version_2[] =
    "CREATE TABLE graders ("
    " name TEXT NOT NULL,"
    " number BIGINT NOT NULL,"
    " course TEXT NOT NULL REFERENCES courses (name),"
    " tree TEXT NOT NULL,"
    " state BIGINT NOT NULL,"
    " created BIGINT NOT NULL,"
    " created_by TEXT NOT NULL,"
    " check_job BIGINT NOT NULL,"
    " why TEXT,"
    " PRIMARY KEY (name, number));"
    "CREATE UNIQUE INDEX graders_live ON graders (name) WHERE state = 1;"
    "CREATE UNIQUE INDEX graders_check ON graders (check_job);"
    "CREATE TABLE regrades ("
    " id {serial},"
    " grader TEXT NOT NULL,"
    " course TEXT NOT NULL REFERENCES courses (name),"
    " from_number BIGINT,"
    " to_number BIGINT NOT NULL,"
    " tree TEXT NOT NULL,"
    " sample BIGINT,"
    " state BIGINT NOT NULL,"
    " created BIGINT NOT NULL,"
    " created_by TEXT NOT NULL,"
    " published BIGINT);"
    "CREATE UNIQUE INDEX regrades_open ON regrades (grader) WHERE state = 0;"
    /* What counted before a regrade was published. */
    "CREATE TABLE regrade_scores ("
    " regrade BIGINT NOT NULL REFERENCES regrades (id) ON DELETE CASCADE,"
    " original BIGINT NOT NULL,"
    " score_micro BIGINT NOT NULL,"
    " max_score_micro BIGINT NOT NULL,"
    " PRIMARY KEY (regrade, original));"
    "CREATE TABLE schedules ("
    " name TEXT PRIMARY KEY,"
    " cron TEXT NOT NULL,"
    " zone TEXT NOT NULL,"
    " missed BIGINT NOT NULL,"
    " course TEXT NOT NULL REFERENCES courses (name),"
    " kind BIGINT NOT NULL,"
    " priority BIGINT NOT NULL,"
    " deadline_after BIGINT," /* microseconds from the time that is due */
    " attempts BIGINT NOT NULL,"
    " memory_bytes BIGINT NOT NULL,"
    " cpus_milli BIGINT NOT NULL,"
    " spec TEXT NOT NULL,"
    " submission TEXT,"
    " grader TEXT,"
    " tree TEXT,"
    " learner TEXT,"
    " next BIGINT NOT NULL,"
    " last BIGINT,"
    " last_job BIGINT,"
    " created BIGINT NOT NULL,"
    " created_by TEXT NOT NULL);"
    "CREATE INDEX schedules_next ON schedules (next);"
    "CREATE TABLE tokens ("
    " id TEXT PRIMARY KEY,"
    " hash TEXT NOT NULL," /* SHA-256 of the secret */
    " role BIGINT NOT NULL,"
    " course TEXT,"
    " name TEXT NOT NULL,"
    " created BIGINT NOT NULL,"
    " expires BIGINT,"
    " revoked BIGINT,"
    " used BIGINT);"
    "CREATE TABLE hooks ("
    " name TEXT PRIMARY KEY,"
    " course TEXT,"
    " url TEXT NOT NULL,"
    " secret TEXT NOT NULL,"
    " created BIGINT NOT NULL);"
    "CREATE TABLE deliveries ("
    " id {serial},"
    " hook TEXT NOT NULL REFERENCES hooks (name) ON DELETE CASCADE,"
    " job BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
    " failures BIGINT NOT NULL DEFAULT 0,"
    " token BIGINT NOT NULL DEFAULT 0," /* of the last lease */
    " created BIGINT NOT NULL,"
    " next BIGINT," /* NULL: dead */
    " why TEXT);"
    "CREATE INDEX deliveries_next ON deliveries (next) WHERE next IS NOT NULL;"
    "CREATE INDEX deliveries_of_job ON deliveries (job);"
    "CREATE INDEX deliveries_of_hook ON deliveries (hook);";

static const char version_3[] =
    "ALTER TABLE hooks ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;" /* since it was told */
    "ALTER TABLE hooks ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE hooks ADD COLUMN busy_until BIGINT NOT NULL DEFAULT 0;" /* it is being told */
    "ALTER TABLE graders ADD COLUMN memory_bytes BIGINT;"                /* NULL: not known */
    "ALTER TABLE schedules DROP COLUMN deadline_after;"
    "ALTER TABLE deliveries ADD COLUMN event TEXT NOT NULL DEFAULT 'job.ended';"
    "DROP INDEX deliveries_next;"
    "DROP INDEX deliveries_of_hook;"
    "CREATE INDEX deliveries_of_hook ON deliveries (hook, next, id);"
    /* With what a job needs, so that those that do not fit are passed within the index. */
    "DROP INDEX jobs_ready;"
    "CREATE INDEX jobs_ready ON jobs (course, priority, id, memory_bytes, cpus_milli)"
    " WHERE state = 1;"
    "CREATE INDEX jobs_open ON jobs (course, priority, state, created, not_before, started)"
    " WHERE state < 3;";

static const char *const versions[] = {version_1, version_2, version_3};

#define VERSION (sizeof(versions) / sizeof(versions[0]))

static int read_version(struct sql *sql, int64_t *ret, struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT version FROM cupel_schema", NULL, 0, &rows, NULL, err);
    if (r == 0)
        *ret = sql_count(rows) > 0 ? sql_get_int(rows, 0, 0) : 0;
    return r;
}

/* PostgreSQL's clock is the server's, and not that of the transaction's start. */
static const char clock_of_postgres[] =
    "CREATE OR REPLACE FUNCTION cupel_now() RETURNS BIGINT LANGUAGE sql VOLATILE AS"
    " 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::BIGINT'";

static int migrate(struct sql *sql, void *owner, struct cupel_error *err)
{
    int64_t version = 0;

    (void)owner;
    int r = 0;
    if (sql_is_postgres(sql)) /* others that start at the same time wait */
        r = sql_script(sql, "SELECT pg_advisory_xact_lock(1668641893)", err);
    if (r == 0)
        r = sql_script(sql, "CREATE TABLE IF NOT EXISTS cupel_schema (version BIGINT NOT NULL)",
                       err);
    if (r == 0)
        r = read_version(sql, &version, err);
    if (r < 0)
        return r;
    if (version > (int64_t)VERSION)
        return cupel_fail(err, -EPROTONOSUPPORT,
                          "the queue has schema %jd, and this cupel knows up to %zu: install a "
                          "newer one",
                          (intmax_t)version, VERSION);
    if (version == (int64_t)VERSION)
        return 0;
    if (sql_is_postgres(sql))
        r = sql_script(sql, clock_of_postgres, err);
    for (size_t i = (size_t)version; r == 0 && i < VERSION; i++)
        r = sql_script(sql, versions[i], err);
    if (r == 0)
        r = sql_script(sql, "DELETE FROM cupel_schema", err);
    const struct sql_value now = sql_int((int64_t)VERSION);
    return r == 0 ? sql_query(sql, "INSERT INTO cupel_schema VALUES ($1)", &now, 1, NULL, NULL,
                              err)
                  : r;
}

int schema_migrate(struct sql *sql, struct cupel_error *err)
{
    return sql_transact(sql, migrate, NULL, err);
}
