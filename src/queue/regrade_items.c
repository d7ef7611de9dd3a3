/* What is known of regrades, and of each submission in them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "queue/queue_internal.h"
#include "queue/regrades.h"

const char *const cupel_regrade_state_names[] = {[CUPEL_REGRADE_OPEN] = "open",
                                                 [CUPEL_REGRADE_PUBLISHED] = "published",
                                                 [CUPEL_REGRADE_WITHDRAWN] = "withdrawn",
                                                 [CUPEL_REGRADE_STATES] = NULL};

/* Behind regrades r and their jobs j: the score that counts, or did before the regrade was
 * published; there may be none. */
#define OLD_SCORES                                                                             \
    " LEFT JOIN jobs o ON o.id = j.original LEFT JOIN jobs s"                                  \
    " ON s.id = o.current AND r.state <> 1"                                                    \
    " LEFT JOIN regrade_scores k ON k.regrade = j.regrade AND k.original = j.original"
#define OLD     "coalesce(k.score_micro, s.score_micro)"
#define OLD_MAX "coalesce(k.max_score_micro, s.max_score_micro)"
/* A rejected submission has a score as well, which replaces none. */
#define NEW     "CASE WHEN j.status = 'graded' THEN j.score_micro END"
#define NEW_MAX "CASE WHEN j.status = 'graded' THEN j.max_score_micro END"
/* Of the maximum, which may be another one; NULL where there is none. */
#define FRACTION(score, max) "CAST(" score " AS DOUBLE PRECISION) / nullif(" max ", 0)"
#define OLD_FRACTION         FRACTION(OLD, OLD_MAX)
#define NEW_FRACTION         FRACTION(NEW, NEW_MAX)
/* From none to one is a change as well. Not true where there is no new one. */
#define CHANGED                                                                                \
    "(" NEW " IS NOT NULL AND (" OLD " IS NULL OR " NEW " <> " OLD " OR " NEW_MAX              \
    " <> " OLD_MAX "))"

static const char regrades[] =
    "SELECT r.id, r.grader, r.course, r.from_number, r.to_number, r.tree, r.sample, r.state,"
    " r.created, r.created_by, r.published, count(j.id),"
    " count(CASE WHEN j.state > 2 THEN 1 END), count(" NEW
    "),"
    " count(CASE WHEN " CHANGED
    " THEN 1 END),"
    " count(CASE WHEN " NEW_FRACTION " > " OLD_FRACTION
    " THEN 1 END),"
    " count(CASE WHEN " NEW_FRACTION " < " OLD_FRACTION
    " THEN 1 END)"
    " FROM regrades r LEFT JOIN jobs j ON j.regrade = r.id" OLD_SCORES;

enum column {
    ID,
    GRADER,
    COURSE,
    FROM,
    TO,
    TREE,
    SAMPLE,
    STATE,
    CREATED,
    CREATED_BY,
    PUBLISHED,
    TOTAL,
    ENDED,
    GRADED,
    CHANGED_COUNT,
    HIGHER,
    LOWER,
};

void cupel_regrade_clear(struct cupel_regrade *regrade)
{
    free(regrade->grader);
    free(regrade->course);
    free(regrade->tree);
    free(regrade->created_by);
    *regrade = (struct cupel_regrade){.id = 0};
}

void cupel_regrade_list_clear(struct cupel_regrade_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        cupel_regrade_clear(&list->items[i]);
    free(list->items);
    *list = (struct cupel_regrade_list){.count = 0};
}

static int read_regrade(const struct sql_rows *rows, size_t row, struct cupel_regrade *ret)
{
    *ret = (struct cupel_regrade){
        .id = sql_get_int(rows, row, ID),
        .from = sql_get_int(rows, row, FROM),
        .to = sql_get_int(rows, row, TO),
        .sample = sql_get_int(rows, row, SAMPLE),
        .state = (enum cupel_regrade_state)sql_get_int(rows, row, STATE),
        .created_us = sql_get_int(rows, row, CREATED),
        .published_us = sql_get_int(rows, row, PUBLISHED),
        .total = sql_get_int(rows, row, TOTAL),
        .ended = sql_get_int(rows, row, ENDED),
        .graded = sql_get_int(rows, row, GRADED),
        .changed = sql_get_int(rows, row, CHANGED_COUNT),
        .higher = sql_get_int(rows, row, HIGHER),
        .lower = sql_get_int(rows, row, LOWER),
    };
    return queue_copy_text(rows, row, GRADER, &ret->grader) < 0 ||
                   queue_copy_text(rows, row, COURSE, &ret->course) < 0 ||
                   queue_copy_text(rows, row, TREE, &ret->tree) < 0 ||
                   queue_copy_text(rows, row, CREATED_BY, &ret->created_by) < 0
               ? -ENOMEM
               : 0;
}

int cupel_queue_get_regrade(struct cupel_queue *queue, int64_t id, struct cupel_regrade *ret,
                            struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(id);
    struct cupel_regrade regrade = {.id = 0};
    SQL_AUTO_ROWS *rows = NULL;
    char text[2048];

    (void)snprintf(text, sizeof(text), "%s WHERE r.id = $1 GROUP BY r.id", regrades);
    int r = sql_query(queue->sql, text, &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    if (sql_count(rows) == 0)
        return cupel_fail(err, -ENOENT, "there is no regrade %jd", (intmax_t)id);
    if (read_regrade(rows, 0, &regrade) < 0) {
        cupel_regrade_clear(&regrade);
        return cupel_fail(err, -ENOMEM, "read a regrade: out of memory");
    }
    *ret = regrade;
    return 0;
}

int cupel_queue_list_regrades(struct cupel_queue *queue, const char *grader, const char *course,
                              int64_t before, size_t limit, struct cupel_regrade_list *ret,
                              struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(grader), sql_text(course),
                                           sql_int(before == 0 ? INT64_MAX : before),
                                           sql_int((int64_t)limit)};
    SQL_AUTO_ROWS *rows = NULL;
    char text[2048];

    (void)snprintf(text, sizeof(text),
                   "%s WHERE r.id IN (SELECT id FROM regrades"
                   "  WHERE (CAST($1 AS TEXT) IS NULL OR grader = $1)"
                   "  AND (CAST($2 AS TEXT) IS NULL OR course = $2) AND id < $3"
                   "  ORDER BY id DESC LIMIT $4) GROUP BY r.id ORDER BY r.id DESC",
                   regrades);
    int r = sql_query(queue->sql, text, parameters, 4, &rows, NULL, err);
    if (r < 0)
        return r;
    struct cupel_regrade_list list = {.items =
                                          calloc(sql_count(rows) + 1, sizeof(*list.items))};
    bool failed = list.items == NULL;
    for (size_t i = 0; !failed && i < sql_count(rows); i++)
        failed = read_regrade(rows, i, &list.items[list.count++]) < 0;
    if (failed) {
        cupel_regrade_list_clear(&list);
        return cupel_fail(err, -ENOMEM, "list regrades: out of memory");
    }
    *ret = list;
    return 0;
}

void cupel_regrade_items_clear(struct cupel_regrade_items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        free(items->items[i].status);
        free(items->items[i].learner);
    }
    free(items->items);
    *items = (struct cupel_regrade_items){.count = 0};
}

static int read_item(const struct sql_rows *rows, size_t row, struct cupel_regrade_item *ret)
{
    *ret = (struct cupel_regrade_item){
        .original = sql_get_int(rows, row, 0),
        .job = sql_get_int(rows, row, 1),
        .state = (enum cupel_job_state)sql_get_int(rows, row, 2),
        .has_old = !sql_is_null(rows, row, 5),
        .old_micro = sql_get_int(rows, row, 5),
        .old_max_micro = sql_get_int(rows, row, 6),
        .has_new = !sql_is_null(rows, row, 7),
        .new_micro = sql_get_int(rows, row, 7),
        .new_max_micro = sql_get_int(rows, row, 8),
    };
    return queue_copy_text(rows, row, 3, &ret->status) < 0 ||
                   queue_copy_text(rows, row, 4, &ret->learner) < 0
               ? -ENOMEM
               : 0;
}

int cupel_queue_list_regrade_items(struct cupel_queue *queue, int64_t id, bool changed_only,
                                   int64_t after, size_t limit, struct cupel_regrade_items *ret,
                                   struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(id), sql_int(after),
                                           sql_int((int64_t)limit)};
    SQL_AUTO_ROWS *rows = NULL;
    char text[1536];

    (void)snprintf(text, sizeof(text),
                   "SELECT j.original, j.id, j.state, j.status, j.learner, " OLD ", " OLD_MAX
                   ", " NEW ", " NEW_MAX
                   " FROM jobs j JOIN regrades r ON r.id = j.regrade" OLD_SCORES
                   " WHERE j.regrade = $1 AND j.id > $2%s ORDER BY j.id LIMIT $3",
                   changed_only ? " AND " CHANGED : "");
    int r = sql_query(queue->sql, text, parameters, 3, &rows, NULL, err);
    if (r < 0)
        return r;
    struct cupel_regrade_items list = {.items =
                                           calloc(sql_count(rows) + 1, sizeof(*list.items))};
    bool failed = list.items == NULL;
    for (size_t i = 0; !failed && i < sql_count(rows); i++)
        failed = read_item(rows, i, &list.items[list.count++]) < 0;
    if (failed) {
        cupel_regrade_items_clear(&list);
        return cupel_fail(err, -ENOMEM, "list a regrade's items: out of memory");
    }
    *ret = list;
    return 0;
}
