/*
 * Jobs are dropped first, then what is named by nothing that is left. Names are collected in a
 * temporary table of the connection, since trees name blobs too, which no database can read. A
 * name that is added meanwhile is not in it; but whoever adds one has put its blob before,
 * which makes it young, or has it from a row that was there at the beginning, and is named.
 */
#include "queue/prune.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "queue/queue_internal.h"

#define DAY            INT64_C(86400000000)
#define BATCH          "256"
#define TREE_MAX_BYTES (64U << 20)

/* A regrade's job counts if its original says so, which is then the first of the two to go. */
static const char drop_batch[] =
    "DELETE FROM jobs WHERE id IN (SELECT j.id FROM jobs j"
    " WHERE j.state > 2 AND j.finished < $1"
    " AND (j.regrade IS NULL OR j.regrade NOT IN (SELECT id FROM regrades WHERE state = 0))"
    " AND (j.original IS NULL OR NOT EXISTS (SELECT 1 FROM jobs o"
    "  WHERE o.id = j.original AND o.current = j.id))"
    " AND j.id NOT IN (SELECT r.original FROM jobs r JOIN regrades g ON g.id = r.regrade"
    "  WHERE g.state = 0 AND r.original IS NOT NULL)"
    " ORDER BY j.finished, j.id LIMIT " BATCH "{skip})";

struct dropping {
    int64_t before_us;
    int64_t count;
};

static int drop_jobs_once(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct dropping *dropping = owner;
    const struct sql_value parameter = sql_int(dropping->before_us);

    return sql_query(sql, drop_batch, &parameter, 1, NULL, &dropping->count, err);
}

static int drop_jobs(struct cupel_queue *queue, int64_t before_us, int64_t *ret_count,
                     struct cupel_error *err)
{
    struct dropping dropping = {.before_us = before_us};
    int64_t count = 0;
    int r = 0;

    do {
        r = sql_transact(queue->sql, drop_jobs_once, &dropping, err);
        count += r == 0 ? dropping.count : 0;
    } while (r == 0 && dropping.count > 0);
    *ret_count = count;
    return r;
}

static int keep_blob(struct cupel_queue *queue, const char *sha256, struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(sha256);

    return queue_is_sha256(sha256)
               ? sql_query(queue->sql,
                           "INSERT INTO kept_blobs VALUES ($1) ON CONFLICT (sha256) DO NOTHING",
                           &parameter, 1, NULL, NULL, err)
               : 0;
}

static int keep_files(struct cupel_queue *queue, const json_t *tree, struct cupel_error *err)
{
    const json_t *files = json_object_get(tree, "files");
    int r = 0;

    for (size_t i = 0; r == 0 && i < json_array_size(files); i++) {
        const char *sha256 =
            json_string_value(json_object_get(json_array_get(files, i), "sha256"));
        if (sha256 != NULL)
            r = keep_blob(queue, sha256, err);
    }
    return r;
}

/* *ret is NULL where it is no JSON, which names nothing. */
static int parse(const char *text, size_t len, json_t **ret, struct cupel_error *err)
{
    json_error_t why;

    *ret = json_loadb(text, len, 0, &why);
    return *ret == NULL && json_error_code(&why) == json_error_out_of_memory
               ? cupel_fail(err, -ENOMEM, "read what a job names: out of memory")
               : 0;
}

static int keep_tree(struct cupel_queue *queue, const char *sha256, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = -1;
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;
    json_t *tree = NULL;

    if (!queue_is_sha256(sha256))
        return 0;
    int r = cupel_queue_open_blob(queue, sha256, &fd, err);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    r = cupel_path_read_fd(fd, TREE_MAX_BYTES, &text, &len);
    if (r < 0)
        return cupel_fail(err, r, "read tree %s: %s", sha256, strerrordesc_np(-r));
    r = parse(text, len, &tree, err);
    if (r == 0)
        r = keep_files(queue, tree, err);
    json_decref(tree);
    return r;
}

static int keep_trees(struct cupel_queue *queue, struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(queue->sql,
                      "SELECT tree FROM jobs WHERE tree IS NOT NULL"
                      " UNION SELECT tree FROM graders UNION SELECT tree FROM regrades"
                      " UNION SELECT tree FROM schedules WHERE tree IS NOT NULL",
                      NULL, 0, &rows, NULL, err);
    for (size_t i = 0; r == 0 && i < sql_count(rows); i++)
        r = keep_tree(queue, sql_get_text(rows, i, 0, NULL), err);
    return r;
}

/* What a job's spec names: a command's input, and a submission's files. */
static int keep_of_spec(struct cupel_queue *queue, const struct sql_rows *rows, size_t row,
                        struct cupel_error *err)
{
    json_t *spec = NULL;
    size_t len = 0;
    const char *text = sql_get_text(rows, row, 2, &len);

    int r = parse(text, len, &spec, err);
    if (r < 0)
        return r;
    const char *input = json_string_value(json_object_get(spec, "stdin"));
    const char *form =
        json_string_value(json_object_get(json_object_get(spec, "submission"), "form"));
    if (input != NULL)
        r = keep_blob(queue, input, err);
    if (r == 0 && form != NULL && strcmp(form, "tree") == 0)
        r = keep_tree(queue, sql_get_text(rows, row, 1, NULL), err);
    json_decref(spec);
    return r;
}

#define MAY_NAME "(spec LIKE '%\"tree\"%' OR spec LIKE '%\"stdin\"%')"

static int keep_of_schedules(struct cupel_queue *queue, struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(queue->sql, "SELECT 0, submission, spec FROM schedules WHERE " MAY_NAME,
                      NULL, 0, &rows, NULL, err);
    for (size_t i = 0; r == 0 && i < sql_count(rows); i++)
        r = keep_of_spec(queue, rows, i, err);
    return r;
}

static int keep_of_jobs(struct cupel_queue *queue, struct cupel_error *err)
{
    int64_t last = 0;

    for (;;) {
        const struct sql_value parameter = sql_int(last);
        SQL_AUTO_ROWS *rows = NULL;
        int r = sql_query(queue->sql,
                          "SELECT id, submission, spec FROM jobs WHERE id > $1 AND " MAY_NAME
                          " ORDER BY id LIMIT " BATCH,
                          &parameter, 1, &rows, NULL, err);
        if (r < 0 || sql_count(rows) == 0)
            return r;
        for (size_t i = 0; r == 0 && i < sql_count(rows); i++) {
            r = keep_of_spec(queue, rows, i, err);
            last = sql_get_int(rows, i, 0);
        }
        if (r < 0)
            return r;
    }
}

/* One statement sees one state of the tables: a job that a schedule adds, or the schedule. */
static const char keep_columns[] =
    "INSERT INTO kept_blobs"
    " SELECT submission FROM jobs WHERE submission IS NOT NULL"
    " UNION SELECT result FROM jobs WHERE result IS NOT NULL"
    " UNION SELECT tree FROM jobs WHERE tree IS NOT NULL"
    " UNION SELECT tree FROM graders UNION SELECT tree FROM regrades"
    " UNION SELECT submission FROM schedules WHERE submission IS NOT NULL"
    " UNION SELECT tree FROM schedules WHERE tree IS NOT NULL";

/* Schedules' specs before jobs': what a schedule adds meanwhile has its names from there. */
static int keep_what_is_named(struct cupel_queue *queue, struct cupel_error *err)
{
    int r = sql_script(queue->sql,
                       "CREATE TEMPORARY TABLE kept_blobs (sha256 TEXT PRIMARY KEY)", err);
    if (r == 0)
        r = sql_query(queue->sql, keep_columns, NULL, 0, NULL, NULL, err);
    if (r == 0)
        r = keep_trees(queue, err);
    if (r == 0)
        r = keep_of_schedules(queue, err);
    return r == 0 ? keep_of_jobs(queue, err) : r;
}

static int ask_time(struct sql *sql, void *owner, struct cupel_error *err)
{
    int64_t *now_us = owner;
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT {now}", NULL, 0, &rows, NULL, err);
    if (r == 0)
        *now_us = sql_get_int(rows, 0, 0);
    return r;
}

int cupel_queue_prune(struct cupel_queue *queue, int64_t age_us, struct cupel_pruned *ret,
                      struct cupel_error *err)
{
    static const char forget[] = "DROP TABLE IF EXISTS kept_blobs";
    struct blob_sum blobs = {.count = 0};
    struct cupel_error none = {0};
    int64_t now_us = 0;
    int64_t jobs = 0;

    int r = sql_transact(queue->sql, ask_time, &now_us, err);
    if (r == 0)
        r = drop_jobs(queue, now_us - age_us, &jobs, err);
    if (r < 0)
        return r;
    r = keep_what_is_named(queue, err);
    if (r == 0)
        r = blob_drop(queue, now_us - DAY, &blobs, err);
    int dropped = sql_script(queue->sql, forget, r == 0 ? err : &none);
    if (r == 0)
        r = dropped;
    if (r == 0)
        *ret = (struct cupel_pruned){.jobs = jobs, .blobs = blobs.count, .bytes = blobs.bytes};
    return r;
}
