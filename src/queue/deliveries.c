/* What hooks are still to be told. A delivery that is leased is due again when its lease runs
 * out; so whoever takes it and is lost costs time, and nothing else. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "queue/hooks.h"
#include "queue/queue_internal.h"

#define FAILURES_MAX "20"

/* 5 s, doubled ten times, are more than an hour. */
#define BACKOFF                                                                                \
    "CASE WHEN failures >= 10 THEN 3600000000"                                                 \
    " ELSE CAST(5000000 AS BIGINT) * (1 << CAST(failures AS INTEGER)) END"

static const char delivery_columns[] =
    "SELECT d.id, d.token, d.job, d.failures, d.created, d.next, d.hook, h.url, d.why, h.secret"
    " FROM deliveries d JOIN hooks h ON h.name = d.hook";

enum column { ID, TOKEN, JOB, FAILURES, CREATED, NEXT, HOOK, URL, WHY, SECRET };

static void clear_delivery(struct cupel_delivery *delivery)
{
    free(delivery->hook);
    free(delivery->url);
    free(delivery->secret);
    free(delivery->why);
    *delivery = (struct cupel_delivery){.id = 0};
}

void cupel_delivery_free(struct cupel_delivery *delivery)
{
    if (delivery == NULL)
        return;
    clear_delivery(delivery);
    free(delivery);
}

void cupel_delivery_list_clear(struct cupel_delivery_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        clear_delivery(&list->items[i]);
    free(list->items);
    *list = (struct cupel_delivery_list){.count = 0};
}

/* All but the secret; what is there of it on failure is the caller's to clear as well. */
static int read_delivery(const struct sql_rows *rows, size_t row, struct cupel_delivery *ret)
{
    *ret = (struct cupel_delivery){.id = sql_get_int(rows, row, ID),
                                   .token = sql_get_int(rows, row, TOKEN),
                                   .job = sql_get_int(rows, row, JOB),
                                   .failures = (unsigned)sql_get_int(rows, row, FAILURES),
                                   .created_us = sql_get_int(rows, row, CREATED),
                                   .next_us = sql_get_int(rows, row, NEXT),
                                   .is_dead = sql_is_null(rows, row, NEXT)};
    bool failed = queue_copy_text(rows, row, HOOK, &ret->hook) < 0 ||
                  queue_copy_text(rows, row, URL, &ret->url) < 0 ||
                  queue_copy_text(rows, row, WHY, &ret->why) < 0;
    return failed ? -ENOMEM : 0;
}

struct leasing {
    int64_t lease_us;
    struct cupel_delivery *delivery;
    int64_t next_us;
};

static int read_leased(struct sql *sql, int64_t id, struct cupel_delivery **ret,
                       struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(id);
    SQL_AUTO_ROWS *rows = NULL;
    char text[512];

    (void)snprintf(text, sizeof(text), "%s WHERE d.id = $1", delivery_columns);
    int r = sql_query(sql, text, &parameter, 1, &rows, NULL, err);
    if (r < 0 || sql_count(rows) == 0)
        return r;
    struct cupel_delivery *delivery = malloc(sizeof(*delivery));
    if (delivery == NULL || read_delivery(rows, 0, delivery) < 0 ||
        queue_copy_text(rows, 0, SECRET, &delivery->secret) < 0) {
        cupel_delivery_free(delivery);
        return cupel_fail(err, -ENOMEM, "lease a delivery: out of memory");
    }
    *ret = delivery;
    return 0;
}

static int lease(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct leasing *leasing = owner;
    const struct sql_value lease_us = sql_int(leasing->lease_us);
    SQL_AUTO_ROWS *taken = NULL;
    SQL_AUTO_ROWS *next = NULL;

    cupel_delivery_free(leasing->delivery);
    leasing->delivery = NULL;
    int r = sql_query(sql,
                      "UPDATE deliveries SET token = token + 1, next = {now} + $1"
                      " WHERE id = (SELECT id FROM deliveries WHERE next IS NOT NULL"
                      "  AND next <= {now} ORDER BY next LIMIT 1{skip}) RETURNING id",
                      &lease_us, 1, &taken, NULL, err);
    if (r == 0 && sql_count(taken) > 0)
        r = read_leased(sql, sql_get_int(taken, 0, 0), &leasing->delivery, err);
    if (r == 0)
        r = sql_query(sql, "SELECT min(next) FROM deliveries WHERE next IS NOT NULL", NULL, 0,
                      &next, NULL, err);
    if (r == 0)
        leasing->next_us = sql_is_null(next, 0, 0) ? INT64_MAX : sql_get_int(next, 0, 0);
    return r;
}

int cupel_queue_lease_delivery(struct cupel_queue *queue, int64_t lease_us,
                               struct cupel_delivery **ret, int64_t *ret_next_us,
                               struct cupel_error *err)
{
    struct leasing leasing = {.lease_us = lease_us};

    int r = sql_transact(queue->sql, lease, &leasing, err);
    if (r < 0) {
        cupel_delivery_free(leasing.delivery);
        return r;
    }
    *ret = leasing.delivery;
    *ret_next_us = leasing.next_us;
    return 0;
}

/* text ends the lease of a delivery by its id and token. */
static int end_lease(struct cupel_queue *queue, const char *text,
                     const struct sql_value *parameters, size_t count, struct cupel_error *err)
{
    int64_t changed = 0;

    int r = sql_query(queue->sql, text, parameters, count, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -ESTALE, "delivery %jd: lease %jd is over",
                       (intmax_t)parameters[0].integer, (intmax_t)parameters[1].integer);
    return r;
}

int cupel_queue_delivered(struct cupel_queue *queue, int64_t id, int64_t token,
                          struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(id), sql_int(token)};

    return end_lease(queue, "DELETE FROM deliveries WHERE id = $1 AND token = $2", parameters,
                     2, err);
}

int cupel_queue_not_delivered(struct cupel_queue *queue, int64_t id, int64_t token,
                              const char *why, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(id), sql_int(token), sql_text(why)};

    return end_lease(queue,
                     "UPDATE deliveries SET failures = failures + 1, why = $3,"
                     " token = token + 1, next = CASE WHEN failures + 1 < " FAILURES_MAX
                     " THEN {now} + " BACKOFF " END WHERE id = $1 AND token = $2",
                     parameters, 3, err);
}

int cupel_queue_list_deliveries(struct cupel_queue *queue, const char *course, size_t limit,
                                struct cupel_delivery_list *ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(course), sql_int((int64_t)limit)};
    SQL_AUTO_ROWS *rows = NULL;
    char text[512];

    (void)snprintf(text, sizeof(text),
                   "%s WHERE d.failures > 0 AND (CAST($1 AS TEXT) IS NULL OR h.course = $1)"
                   " ORDER BY d.id DESC LIMIT $2",
                   delivery_columns);
    int r = sql_query(queue->sql, text, parameters, 2, &rows, NULL, err);
    if (r < 0)
        return r;
    struct cupel_delivery_list list = {.items =
                                           calloc(sql_count(rows) + 1, sizeof(*list.items))};
    bool failed = list.items == NULL;
    for (size_t i = 0; !failed && i < sql_count(rows); i++)
        failed = read_delivery(rows, i, &list.items[list.count++]) < 0;
    if (failed) {
        cupel_delivery_list_clear(&list);
        return cupel_fail(err, -ENOMEM, "list deliveries: out of memory");
    }
    *ret = list;
    return 0;
}
