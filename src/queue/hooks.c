#include "queue/hooks.h"

#include <errno.h>
#include <stdlib.h>

#include "queue/queue_internal.h"

int hooks_note_end(struct sql *sql, int64_t job, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(job);

    return sql_query(
        sql,
        "INSERT INTO deliveries (hook, job, created, next)"
        " SELECT h.name, j.id, {now}, {now} FROM jobs j, hooks h"
        " WHERE j.id = $1 AND j.regrade IS NULL AND (h.course IS NULL OR h.course = j.course)",
        &parameter, 1, NULL, NULL, err);
}

/* What regrades do is told once it counts. */
int hooks_note_publication(struct sql *sql, int64_t regrade, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(regrade);

    return sql_query(sql,
                     "INSERT INTO deliveries (hook, job, event, created, next)"
                     " SELECT h.name, o.id, '" CUPEL_EVENT_CHANGED
                     "', {now}, {now}"
                     " FROM jobs j JOIN jobs o ON o.id = j.original AND o.current = j.id"
                     " JOIN hooks h ON h.course IS NULL OR h.course = o.course"
                     " WHERE j.regrade = $1 ORDER BY o.id",
                     &parameter, 1, NULL, NULL, err);
}

struct setting {
    const char *name;
    const char *course;
    const char *url;
    const char *secret;
};

/* Each costs the end of each job. */
static int check_room(struct sql *sql, const struct setting *setting, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(setting->name), sql_text(setting->course)};
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql,
                      "SELECT count(*) FROM hooks WHERE name <> $1"
                      " AND course IS NOT DISTINCT FROM CAST($2 AS TEXT)",
                      parameters, 2, &rows, NULL, err);
    if (r == 0 && sql_get_int(rows, 0, 0) >= CUPEL_HOOKS_MAX)
        r = cupel_fail(err, -EBUSY, "%s%s has %d hooks, the most there may be",
                       setting->course == NULL ? "the platform" : "course ",
                       setting->course == NULL ? "" : setting->course, CUPEL_HOOKS_MAX);
    return r;
}

static int set(struct sql *sql, void *owner, struct cupel_error *err)
{
    const struct setting *setting = owner;
    const struct sql_value parameters[] = {sql_text(setting->name), sql_text(setting->course),
                                           sql_text(setting->url), sql_text(setting->secret)};
    int64_t changed = 0;

    int r = check_room(sql, setting, err);
    if (r == 0)
        r = sql_query(sql,
                      "INSERT INTO hooks (name, course, url, secret, created)"
                      " VALUES ($1, $2, $3, $4, {now}) ON CONFLICT (name)"
                      " DO UPDATE SET url = $3, secret = $4, failures = 0, not_before = 0"
                      " WHERE hooks.course IS NOT DISTINCT FROM $2",
                      parameters, 4, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -EACCES, "hook %s is there already, and not of %s%s", setting->name,
                       setting->course == NULL ? "all courses" : "course ",
                       setting->course == NULL ? "" : setting->course);
    return r == 0 ? sql_tell(sql, err) : r; /* what the old address failed at may be told now */
}

int cupel_queue_set_hook(struct cupel_queue *queue, const char *name, const char *course,
                         const char *url, const char *secret, struct cupel_error *err)
{
    struct setting setting = {name, course, url, secret};

    int r = queue_check_name("hook", name, err);
    if (r == 0 && course != NULL)
        r = queue_check_name("course", course, err);
    return r == 0 ? sql_transact(queue->sql, set, &setting, err) : r;
}

void cupel_hook_list_clear(struct cupel_hook_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].course);
        free(list->items[i].url);
        free(list->items[i].secret);
    }
    free(list->items);
    *list = (struct cupel_hook_list){.count = 0};
}

int cupel_queue_list_hooks(struct cupel_queue *queue, const char *course,
                           struct cupel_hook_list *ret, struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(course);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(queue->sql,
                      "SELECT created, name, course, url FROM hooks"
                      " WHERE CAST($1 AS TEXT) IS NULL OR course = $1 ORDER BY name",
                      &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    struct cupel_hook_list list = {.items = calloc(sql_count(rows) + 1, sizeof(*list.items))};
    bool failed = list.items == NULL;
    for (size_t i = 0; !failed && i < sql_count(rows); i++) {
        struct cupel_hook *hook = &list.items[list.count++];
        hook->created_us = sql_get_int(rows, i, 0);
        failed = queue_copy_text(rows, i, 1, &hook->name) < 0 ||
                 queue_copy_text(rows, i, 2, &hook->course) < 0 ||
                 queue_copy_text(rows, i, 3, &hook->url) < 0;
    }
    if (failed) {
        cupel_hook_list_clear(&list);
        return cupel_fail(err, -ENOMEM, "list hooks: out of memory");
    }
    *ret = list;
    return 0;
}

int cupel_queue_remove_hook(struct cupel_queue *queue, const char *name, const char *course,
                            struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(name), sql_text(course)};
    int64_t changed = 0;

    int r = sql_query(queue->sql,
                      "DELETE FROM hooks WHERE name = $1"
                      " AND (CAST($2 AS TEXT) IS NULL OR course = $2)",
                      parameters, 2, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -ENOENT, "there is no hook %.100s", name);
    return r;
}
