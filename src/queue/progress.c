/* What has become of a job so far: its attempts, and what its worker told. */
#include <errno.h>
#include <stdlib.h>

#include "queue/queue_internal.h"

#define EVENTS_MAX 1000

void cupel_attempt_list_clear(struct cupel_attempt_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].worker);
        free(list->items[i].why);
    }
    free(list->items);
    *list = (struct cupel_attempt_list){.count = 0};
}

int cupel_queue_list_attempts(struct cupel_queue *queue, int64_t id,
                              struct cupel_attempt_list *ret, struct cupel_error *err)
{
    const struct sql_value job = sql_int(id);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(queue->sql,
                      "SELECT token, leased, ended, worker, why FROM attempts WHERE job = $1"
                      " ORDER BY token",
                      &job, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    struct cupel_attempt_list list = {.items =
                                          calloc(sql_count(rows) + 1, sizeof(*list.items))};
    bool failed = list.items == NULL;
    for (size_t i = 0; !failed && i < sql_count(rows); i++) {
        struct cupel_attempt *attempt = &list.items[list.count++];
        attempt->token = sql_get_int(rows, i, 0);
        attempt->leased_us = sql_get_int(rows, i, 1);
        attempt->ended_us = sql_get_int(rows, i, 2);
        failed = queue_copy_text(rows, i, 3, &attempt->worker) < 0 ||
                 queue_copy_text(rows, i, 4, &attempt->why) < 0;
    }
    if (failed) {
        cupel_attempt_list_clear(&list);
        return cupel_fail(err, -ENOMEM, "list attempts: out of memory");
    }
    *ret = list;
    return 0;
}

void cupel_event_list_clear(struct cupel_event_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].text);
    free(list->items);
    *list = (struct cupel_event_list){.count = 0};
}

static int list_events(struct cupel_queue *queue, const char *text,
                       const struct sql_value parameters[static 3],
                       struct cupel_event_list *ret, struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(queue->sql, text, parameters, 3, &rows, NULL, err);
    if (r < 0)
        return r;
    struct cupel_event_list list = {.items = calloc(sql_count(rows) + 1, sizeof(*list.items))};
    bool failed = list.items == NULL;
    for (size_t i = 0; !failed && i < sql_count(rows); i++) {
        struct cupel_event *event = &list.items[list.count++];
        event->number = sql_get_int(rows, i, 0);
        event->token = sql_get_int(rows, i, 1);
        failed = queue_copy_text(rows, i, 2, &event->text) < 0;
    }
    if (failed) {
        cupel_event_list_clear(&list);
        return cupel_fail(err, -ENOMEM, "list events: out of memory");
    }
    *ret = list;
    return 0;
}

int cupel_queue_list_events(struct cupel_queue *queue, int64_t id, int64_t after,
                            struct cupel_event_list *ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(id), sql_int(after), sql_int(EVENTS_MAX)};

    return list_events(queue,
                       "SELECT number, token, event FROM events"
                       " WHERE job = $1 AND number > $2 ORDER BY number LIMIT $3",
                       parameters, ret, err);
}

int cupel_queue_last_events(struct cupel_queue *queue, int64_t id, int64_t token, size_t limit,
                            struct cupel_event_list *ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(id), sql_int(token),
                                           sql_int((int64_t)limit)};

    return list_events(queue,
                       "SELECT number, token, event FROM (SELECT number, token, event"
                       " FROM events WHERE job = $1 AND token = $2 ORDER BY number DESC"
                       " LIMIT $3) AS last_ones ORDER BY number",
                       parameters, ret, err);
}
