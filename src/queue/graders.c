/*
 * What becomes of versions of graders. Whoever changes one locks the first version of its name
 * before, and so all of them: what one statement has seen still holds in the next.
 */
#include "queue/graders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "queue/graders_internal.h"
#include "queue/queue_internal.h"

#define CHECK_ATTEMPTS     3
#define CHECK_MEMORY_BYTES (UINT64_C(512) << 20)
#define CHECK_CPUS_MILLI   1000

/* Lock a name. *ret: one row with its course; none if the name is new. */
static int lock_name(struct sql *sql, const char *name, struct sql_rows **ret,
                     struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(name);

    return sql_query(sql, "SELECT course FROM graders WHERE name = $1 AND number = 1{lock}",
                     &parameter, 1, ret, NULL, err);
}

struct putting {
    const char *name;
    const char *course;
    const char *tree;
    const char *by;
    struct cupel_grader_version version;
};

static int check(const struct putting *putting, struct cupel_error *err)
{
    if (!queue_is_sha256(putting->tree))
        return cupel_fail(err, -EINVAL, "tree %.64s: no SHA-256 in lower-case digits",
                          putting->tree);
    return queue_check_name("grader", putting->name, err);
}

/* first: as lock_name() finds it. */
static int check_course(const struct sql_rows *first, const char *name, const char *course,
                        struct cupel_error *err)
{
    if (sql_count(first) == 0 || strcmp(sql_get_text(first, 0, 0, NULL), course) == 0)
        return 0;
    return cupel_fail(err, -EACCES, "grader %.100s is of another course", name);
}

int cupel_queue_check_grader(struct cupel_queue *queue, const char *name, const char *course,
                             struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(name);
    SQL_AUTO_ROWS *first = NULL;

    int r = queue_check_name("grader", name, err);
    if (r == 0)
        r = queue_check_name("course", course, err);
    if (r == 0)
        r = sql_query(queue->sql, "SELECT course FROM graders WHERE name = $1 AND number = 1",
                      &parameter, 1, &first, NULL, err);
    return r == 0 ? check_course(first, name, course, err) : r;
}

static int add_check(struct sql *sql, const struct putting *putting, int64_t *ret,
                     struct cupel_error *err)
{
    const struct cupel_job_request request = {.kind = CUPEL_JOB_CHECK,
                                              .course = putting->course,
                                              .priority = CUPEL_JOB_LIVE,
                                              .attempts = CHECK_ATTEMPTS,
                                              .memory_bytes = CHECK_MEMORY_BYTES,
                                              .cpus_milli = CHECK_CPUS_MILLI,
                                              .spec = "{}",
                                              .grader = putting->name,
                                              .tree = putting->tree};
    bool is_new = false;

    return job_add(sql, &request, ret, &is_new, err);
}

static int insert(struct sql *sql, struct putting *putting, int64_t check_job,
                  struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(putting->name), sql_text(putting->course),
                                           sql_text(putting->tree), sql_text(putting->by),
                                           sql_int(check_job)};
    SQL_AUTO_ROWS *rows = NULL;
    char text[512];

    (void)snprintf(text, sizeof(text),
                   "INSERT INTO graders (name, number, course, tree, state, created,"
                   " created_by, check_job)"
                   " SELECT $1, coalesce(max(number), 0) + 1, $2, $3, 0, {now}, $4, $5"
                   " FROM graders WHERE name = $1 RETURNING %s",
                   grader_columns);
    int r = sql_query(sql, text, parameters, 5, &rows, NULL, err);
    if (r == -EEXIST) /* there was no row to lock: this time there is */
        return -EAGAIN;
    return r == 0 ? grader_read(rows, 0, &putting->version, err) : r;
}

static int put(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct putting *putting = owner;
    SQL_AUTO_ROWS *first = NULL;
    int64_t check_job = 0;

    cupel_grader_version_clear(&putting->version);
    int r = lock_name(sql, putting->name, &first, err);
    if (r == 0)
        r = check_course(first, putting->name, putting->course, err);
    if (r < 0)
        return r;
    r = add_check(sql, putting, &check_job, err);
    return r == 0 ? insert(sql, putting, check_job, err) : r;
}

int cupel_queue_put_grader(struct cupel_queue *queue, const char *name, const char *course,
                           const char *tree, const char *by, struct cupel_grader_version *ret,
                           struct cupel_error *err)
{
    struct putting putting = {.name = name, .course = course, .tree = tree, .by = by};

    int r = check(&putting, err);
    if (r == 0)
        r = sql_transact(queue->sql, put, &putting, err);
    if (r < 0)
        cupel_grader_version_clear(&putting.version);
    else
        *ret = putting.version;
    return r;
}

/* The version whose check has ended; its statements are given its name, number and job. */
struct ending {
    struct sql_value version[3];
    bool passed;
};

static int end_check(struct sql *sql, const struct ending *ending, struct cupel_error *err)
{
    static const char refuse[] =
        "UPDATE graders SET state = 2, why = (SELECT CASE j.state"
        "  WHEN 3 THEN 'its check found faults' WHEN 5 THEN 'its check was cancelled'"
        "  ELSE 'its check could not be done: ' || coalesce(j.why, 'no reason is known') END"
        "  FROM jobs j WHERE j.id = $3)"
        " WHERE name = $1 AND number = $2";
    static const char retire[] =
        "UPDATE graders SET state = 3 WHERE name = $1 AND state = 1 AND number < $2";
    static const char publish[] =
        "UPDATE graders SET state = CASE WHEN EXISTS (SELECT 1 FROM graders g"
        "  WHERE g.name = $1 AND g.state = 1) THEN 3 ELSE 1 END"
        " WHERE name = $1 AND number = $2";

    if (!ending->passed)
        return sql_query(sql, refuse, ending->version, 3, NULL, NULL, err);
    int r = sql_query(sql, retire, ending->version, 2, NULL, NULL, err);
    return r == 0 ? sql_query(sql, publish, ending->version, 2, NULL, NULL, err) : r;
}

int graders_note_end(struct sql *sql, int64_t job, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(job);
    SQL_AUTO_ROWS *rows = NULL;
    SQL_AUTO_ROWS *first = NULL;

    int r = sql_query(sql,
                      "SELECT g.name, g.number,"
                      " CASE WHEN j.state = 3 AND j.status = 'passed' THEN 1 ELSE 0 END"
                      " FROM graders g JOIN jobs j ON j.id = g.check_job"
                      " WHERE g.check_job = $1 AND g.state = 0",
                      &parameter, 1, &rows, NULL, err);
    if (r < 0 || sql_count(rows) == 0)
        return r;
    const char *name = sql_get_text(rows, 0, 0, NULL);
    const struct ending ending = {
        .version = {sql_text(name), sql_int(sql_get_int(rows, 0, 1)), parameter},
        .passed = sql_get_int(rows, 0, 2) != 0};
    r = lock_name(sql, name, &first, err);
    return r == 0 ? end_check(sql, &ending, err) : r;
}

int graders_note_memory(struct sql *sql, int64_t job, uint64_t bytes, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(job), sql_int((int64_t)bytes)};

    return sql_query(sql, "UPDATE graders SET memory_bytes = $2 WHERE check_job = $1",
                     parameters, 2, NULL, NULL, err);
}

int graders_note_retry(struct sql *sql, int64_t job, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(job);
    SQL_AUTO_ROWS *rows = NULL;
    SQL_AUTO_ROWS *first = NULL;

    int r = sql_query(sql, "SELECT name FROM graders WHERE check_job = $1 AND state = 2",
                      &parameter, 1, &rows, NULL, err);
    if (r < 0 || sql_count(rows) == 0)
        return r;
    r = lock_name(sql, sql_get_text(rows, 0, 0, NULL), &first, err);
    return r == 0 ? sql_query(sql,
                              "UPDATE graders SET state = 0, why = NULL"
                              " WHERE check_job = $1 AND state = 2",
                              &parameter, 1, NULL, NULL, err)
                  : r;
}

struct rolling_back {
    const char *name;
    int64_t number;
};

static int make_live(struct sql *sql, const struct rolling_back *rolling,
                     struct cupel_error *err)
{
    static const char retire[] =
        "UPDATE graders SET state = 3 WHERE name = $1 AND state = 1 AND number <> $2";
    static const char publish[] =
        "UPDATE graders SET state = 1 WHERE name = $1 AND number = $2";
    const struct sql_value parameters[] = {sql_text(rolling->name), sql_int(rolling->number)};

    int r = sql_query(sql, retire, parameters, 2, NULL, NULL, err);
    if (r == 0)
        r = sql_query(sql, publish, parameters, 2, NULL, NULL, err);
    return r == 0 ? sql_tell(sql, err) : r;
}

static int roll_back(struct sql *sql, void *owner, struct cupel_error *err)
{
    const struct rolling_back *rolling = owner;
    struct cupel_grader_version version = {.number = 0};
    SQL_AUTO_ROWS *first = NULL;

    int r = lock_name(sql, rolling->name, &first, err);
    if (r == 0)
        r = grader_find(sql, rolling->name, rolling->number, &version, err);
    if (r < 0)
        return r;
    r = grader_check_passed(&version, err);
    cupel_grader_version_clear(&version);
    return r == 0 ? make_live(sql, rolling, err) : r;
}

int cupel_queue_roll_back_grader(struct cupel_queue *queue, const char *name, int64_t number,
                                 struct cupel_error *err)
{
    struct rolling_back rolling = {name, number};

    if (number < 1)
        return cupel_fail(err, -ENOENT, "grader %.100s: versions begin with 1, not %jd", name,
                          (intmax_t)number);
    return sql_transact(queue->sql, roll_back, &rolling, err);
}
