#include "queue/hooks.h"

#include <errno.h>
#include <stdlib.h>

#include "queue/queue_internal.h"

int hooks_note_end(struct sql *sql, int64_t job, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(job);

    return sql_query(sql,
                     "INSERT INTO deliveries (hook, job, created, next)"
                     " SELECT h.name, j.id, {now}, {now} FROM jobs j, hooks h"
                     " WHERE j.id = $1 AND (h.course IS NULL OR h.course = j.course)",
                     &parameter, 1, NULL, NULL, err);
}

int cupel_queue_set_hook(struct cupel_queue *queue, const char *name, const char *course,
                         const char *url, const char *secret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(name), sql_text(course), sql_text(url),
                                           sql_text(secret)};
    int64_t changed = 0;

    int r = queue_check_name("hook", name, err);
    if (r == 0 && course != NULL)
        r = queue_check_name("course", course, err);
    if (r == 0)
        r = sql_query(queue->sql,
                      "INSERT INTO hooks (name, course, url, secret, created)"
                      " VALUES ($1, $2, $3, $4, {now}) ON CONFLICT (name)"
                      " DO UPDATE SET url = $3, secret = $4"
                      " WHERE hooks.course IS NOT DISTINCT FROM $2",
                      parameters, 4, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -EACCES, "hook %s is there already, and not of %s%s", name,
                       course == NULL ? "all courses" : "course ",
                       course == NULL ? "" : course);
    return r;
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
