/* What is known of graders. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cupel/text.h"
#include "queue/graders_internal.h"
#include "queue/queue_internal.h"

#define BINS_MAX         100
#define OWN_MEMORY_BYTES (UINT64_C(64) << 20) /* cupel's, of a grading */

const char *const cupel_grader_state_names[] = {[CUPEL_GRADER_CHECKING] = "checking",
                                                [CUPEL_GRADER_LIVE] = "live",
                                                [CUPEL_GRADER_REFUSED] = "refused",
                                                [CUPEL_GRADER_RETIRED] = "retired",
                                                [CUPEL_GRADER_STATES] = NULL};

const char grader_columns[] =
    "name, course, number, tree, state, created, created_by,"
    " check_job, why, memory_bytes";

enum column { NAME, COURSE, NUMBER, TREE, STATE, CREATED, CREATED_BY, CHECK_JOB, WHY, MEMORY };

void cupel_grader_version_clear(struct cupel_grader_version *version)
{
    free(version->name);
    free(version->course);
    free(version->tree);
    free(version->created_by);
    free(version->why);
    *version = (struct cupel_grader_version){.number = 0};
}

void cupel_grader_list_clear(struct cupel_grader_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        cupel_grader_version_clear(&list->items[i]);
    free(list->items);
    *list = (struct cupel_grader_list){.count = 0};
}

int grader_read(const struct sql_rows *rows, size_t row, struct cupel_grader_version *ret,
                struct cupel_error *err)
{
    struct cupel_grader_version version = {
        .number = sql_get_int(rows, row, NUMBER),
        .state = (enum cupel_grader_state)sql_get_int(rows, row, STATE),
        .created_us = sql_get_int(rows, row, CREATED),
        .check = sql_get_int(rows, row, CHECK_JOB),
        .memory_bytes = (uint64_t)sql_get_int(rows, row, MEMORY)};

    if (queue_copy_text(rows, row, NAME, &version.name) < 0 ||
        queue_copy_text(rows, row, COURSE, &version.course) < 0 ||
        queue_copy_text(rows, row, TREE, &version.tree) < 0 ||
        queue_copy_text(rows, row, CREATED_BY, &version.created_by) < 0 ||
        queue_copy_text(rows, row, WHY, &version.why) < 0) {
        cupel_grader_version_clear(&version);
        return cupel_fail(err, -ENOMEM, "read a grader: out of memory");
    }
    *ret = version;
    return 0;
}

/* What there is instead of the version that was asked for. */
static int fail_missing(struct sql *sql, const char *name, int64_t number,
                        struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(name);
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *shown = cupel_text_excerpt(name, excerpt);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql,
                      "SELECT number, state FROM graders WHERE name = $1"
                      " ORDER BY number DESC LIMIT 1",
                      &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    if (sql_count(rows) == 0)
        return cupel_fail(err, -ENOENT, "there is no grader %s", shown);
    intmax_t newest = sql_get_int(rows, 0, 0);
    if (number != 0)
        return cupel_fail(err, -ENOENT, "grader %s has no version %jd: the newest is %jd",
                          shown, (intmax_t)number, newest);
    bool checking = sql_get_int(rows, 0, 1) == CUPEL_GRADER_CHECKING;
    return cupel_fail(err, -ENOENT, "grader %s has no live version: version %jd %s", shown,
                      newest, checking ? "is being checked" : "was refused");
}

int grader_find(struct sql *sql, const char *name, int64_t number,
                struct cupel_grader_version *ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(name), sql_int(number)};
    SQL_AUTO_ROWS *rows = NULL;
    char text[256];

    (void)snprintf(text, sizeof(text), "SELECT %s FROM graders WHERE name = $1 AND %s",
                   grader_columns, number == 0 ? "state = 1" : "number = $2");
    int r = sql_query(sql, text, parameters, 2, &rows, NULL, err);
    if (r < 0)
        return r;
    return sql_count(rows) == 0 ? fail_missing(sql, name, number, err)
                                : grader_read(rows, 0, ret, err);
}

int grader_check_passed(const struct cupel_grader_version *version, struct cupel_error *err)
{
    if (version->state == CUPEL_GRADER_CHECKING)
        return cupel_fail(err, -EBUSY, "grader %.100s: version %jd is being checked",
                          version->name, (intmax_t)version->number);
    if (version->state == CUPEL_GRADER_REFUSED)
        return cupel_fail(err, -EBUSY, "grader %.100s: version %jd was refused: %.200s",
                          version->name, (intmax_t)version->number, version->why);
    return 0;
}

uint64_t cupel_grader_job_memory(const struct cupel_grader_version *version, uint64_t otherwise)
{
    return version->memory_bytes == 0 ? otherwise : version->memory_bytes + OWN_MEMORY_BYTES;
}

int cupel_queue_get_grader(struct cupel_queue *queue, const char *name, int64_t number,
                           struct cupel_grader_version *ret, struct cupel_error *err)
{
    return grader_find(queue->sql, name, number, ret, err);
}

static int read_list(const struct sql_rows *rows, struct cupel_grader_list *ret,
                     struct cupel_error *err)
{
    struct cupel_grader_list list = {.items = calloc(sql_count(rows) + 1, sizeof(*list.items))};
    int r = 0;

    if (list.items == NULL)
        return cupel_fail(err, -ENOMEM, "list graders: out of memory");
    for (size_t i = 0; r == 0 && i < sql_count(rows); i++) {
        r = grader_read(rows, i, &list.items[i], err);
        list.count += r == 0 ? 1 : 0;
    }
    if (r < 0)
        cupel_grader_list_clear(&list);
    else
        *ret = list;
    return r;
}

int cupel_queue_list_graders(struct cupel_queue *queue, const char *name, const char *course,
                             struct cupel_grader_list *ret, struct cupel_error *err)
{
    static const char of_name[] = "name = CAST($2 AS TEXT)";
    static const char of_all[] =
        "number = (SELECT coalesce(max(CASE WHEN g.state = 1 THEN g.number END), max(g.number))"
        " FROM graders g WHERE g.name = graders.name)";
    const struct sql_value parameters[] = {sql_text(course), sql_text(name)};
    SQL_AUTO_ROWS *rows = NULL;
    char text[512];

    (void)snprintf(text, sizeof(text),
                   "SELECT %s FROM graders WHERE (CAST($1 AS TEXT) IS NULL OR course = $1)"
                   " AND %s ORDER BY name, number DESC",
                   grader_columns, name == NULL ? of_all : of_name);
    int r = sql_query(queue->sql, text, parameters, name == NULL ? 1 : 2, &rows, NULL, err);
    return r == 0 ? read_list(rows, ret, err) : r;
}

int cupel_queue_score_histogram(struct cupel_queue *queue, const char *name, size_t bins,
                                int64_t *ret, struct cupel_error *err)
{
    static const char text[] =
        "SELECT bin, count(*) FROM (SELECT CASE WHEN s.score_micro >= s.max_score_micro"
        "  THEN $2 - 1 WHEN s.score_micro <= 0 THEN 0"
        "  ELSE s.score_micro * $2 / s.max_score_micro END AS bin"
        " FROM jobs j JOIN jobs s ON s.id = j.current"
        " WHERE j.grader = $1 AND j.kind = 0 AND j.original IS NULL"
        "  AND s.max_score_micro > 0) AS scores GROUP BY bin";
    const struct sql_value parameters[] = {sql_text(name), sql_int((int64_t)bins)};
    SQL_AUTO_ROWS *rows = NULL;

    if (bins < 1 || bins > BINS_MAX)
        return cupel_fail(err, -EINVAL, "a histogram has 1 to %d bins, not %zu", BINS_MAX,
                          bins);
    int r = sql_query(queue->sql, text, parameters, 2, &rows, NULL, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < bins; i++)
        ret[i] = 0;
    for (size_t i = 0; i < sql_count(rows); i++)
        ret[sql_get_int(rows, i, 0)] = sql_get_int(rows, i, 1);
    return 0;
}
