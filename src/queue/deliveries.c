/*
 * What hooks are still to be told. A delivery that is leased is due again when its lease runs
 * out; so whoever takes it and is lost costs time, and nothing else.
 *
 * A receiver that is slow, or away, keeps nobody else waiting: a hook is told one thing at a
 * time, two hooks of a course are told at once, and one that fails is left alone for longer
 * each time, whatever there is to tell.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "queue/hooks.h"
#include "queue/queue_internal.h"

#define FAILURES_MAX "20"
#define COURSE_MAX   "2" /* hooks of a course that are told at once */

/* 5 s, doubled ten times, are more than an hour. */
#define BACKOFF                                                                                \
    "CASE WHEN failures >= 10 THEN 3600000000"                                                 \
    " ELSE CAST(5000000 AS BIGINT) * (1 << CAST(failures AS INTEGER)) END"

static const char delivery_columns[] =
    "SELECT d.id, d.token, d.job, d.failures, d.created, d.next, d.hook, h.url, d.why, d.event,"
    " h.secret"
    " FROM deliveries d JOIN hooks h ON h.name = d.hook";

enum column { ID, TOKEN, JOB, FAILURES, CREATED, NEXT, HOOK, URL, WHY, EVENT, SECRET };

static void clear_delivery(struct cupel_delivery *delivery)
{
    free(delivery->hook);
    free(delivery->url);
    free(delivery->secret);
    free(delivery->why);
    free(delivery->event);
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
                  queue_copy_text(rows, row, WHY, &ret->why) < 0 ||
                  queue_copy_text(rows, row, EVENT, &ret->event) < 0;
    return failed ? -ENOMEM : 0;
}

struct leasing {
    int64_t lease_us;
    struct cupel_delivery *delivery;
};

/* Behind hooks h: when one has something to be told, and when it may be told. */
#define DUE  "(SELECT min(d.next) FROM deliveries d WHERE d.hook = h.name)"
#define FREE "(CASE WHEN h.busy_until > h.not_before THEN h.busy_until ELSE h.not_before END)"
/* Not because of others of its course. */
#define IN_TURN                                                                                \
    "(SELECT count(*) FROM hooks b WHERE b.busy_until > {now} AND b.name <> h.name"            \
    " AND b.course IS NOT DISTINCT FROM h.course) < " COURSE_MAX

/* When the next one is to be told, without writing; *ret_now_us by the same clock. */
static int find_next(struct sql *sql, int64_t *ret_us, int64_t *ret_now_us,
                     struct cupel_error *err)
{
    static const char text[] =
        "SELECT min(CASE WHEN at.free > at.due THEN at.free ELSE at.due END), {now}"
        " FROM (SELECT " FREE " AS free, " DUE " AS due FROM hooks h WHERE " IN_TURN
        ") AS at WHERE at.due IS NOT NULL";
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, text, NULL, 0, &rows, NULL, err);
    if (r < 0)
        return r;
    *ret_us = sql_is_null(rows, 0, 0) ? INT64_MAX : sql_get_int(rows, 0, 0);
    *ret_now_us = sql_get_int(rows, 0, 1);
    return 0;
}

/* The hook that waits longest among those that may be told, for as long as the lease. */
static int take_hook(struct sql *sql, int64_t lease_us, struct sql_rows **ret,
                     struct cupel_error *err)
{
    static const char text[] =
        "UPDATE hooks SET busy_until = {now} + $1 WHERE name = (SELECT h.name FROM hooks h"
        " WHERE " FREE " <= {now} AND " DUE " <= {now} AND " IN_TURN " ORDER BY " DUE
        " LIMIT 1) RETURNING name, busy_until";
    const struct sql_value parameter = sql_int(lease_us);

    int r = sql_is_postgres(sql) /* what is at work is counted one after the other */
                ? sql_script(sql, "SELECT pg_advisory_xact_lock(1668641894)", err)
                : 0;
    return r == 0 ? sql_query(sql, text, &parameter, 1, ret, NULL, err) : r;
}

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
    static const char text[] =
        "UPDATE deliveries SET token = token + 1, next = $2 WHERE id = (SELECT id"
        " FROM deliveries WHERE hook = $1 AND next IS NOT NULL ORDER BY next, id LIMIT 1)"
        " RETURNING id";
    SQL_AUTO_ROWS *hook = NULL;
    SQL_AUTO_ROWS *taken = NULL;

    cupel_delivery_free(leasing->delivery);
    leasing->delivery = NULL;
    int r = take_hook(sql, leasing->lease_us, &hook, err);
    if (r < 0 || sql_count(hook) == 0)
        return r;
    const struct sql_value parameters[] = {sql_text(sql_get_text(hook, 0, 0, NULL)),
                                           sql_int(sql_get_int(hook, 0, 1))};
    r = sql_query(sql, text, parameters, 2, &taken, NULL, err);
    return r == 0 && sql_count(taken) > 0
               ? read_leased(sql, sql_get_int(taken, 0, 0), &leasing->delivery, err)
               : r;
}

int cupel_queue_lease_delivery(struct cupel_queue *queue, int64_t lease_us,
                               struct cupel_delivery **ret, int64_t *ret_next_us,
                               struct cupel_error *err)
{
    struct leasing leasing = {.lease_us = lease_us};
    int64_t next_us = 0;
    int64_t now_us = 0;

    int r = find_next(queue->sql, &next_us, &now_us, err);
    if (r == 0 && next_us <= now_us)
        r = sql_transact(queue->sql, lease, &leasing, err);
    if (r == 0 && next_us <= now_us)
        r = find_next(queue->sql, &next_us, &now_us, err);
    if (r < 0) {
        cupel_delivery_free(leasing.delivery);
        return r;
    }
    *ret = leasing.delivery;
    *ret_next_us = next_us;
    return 0;
}

/* A delivery by its id and token, and what becomes of it and of its hook. */
struct ending {
    int64_t id;
    int64_t token;
    const char *why; /* NULL: it was told */
};

static int free_hook(struct sql *sql, const struct ending *ending, const char *hook,
                     struct cupel_error *err)
{
    static const char told[] =
        "UPDATE hooks SET busy_until = 0, not_before = 0, failures = 0 WHERE name = $1";
    static const char failed[] =
        "UPDATE hooks SET busy_until = 0, not_before = {now} + " BACKOFF
        ", failures = failures + 1 WHERE name = $1";
    const struct sql_value parameter = sql_text(hook);

    return sql_query(sql, ending->why == NULL ? told : failed, &parameter, 1, NULL, NULL, err);
}

/* The hook first, as whoever leases does, so that neither waits for the other. */
static int end_lease(struct sql *sql, void *owner, struct cupel_error *err)
{
    static const char find[] = "SELECT hook FROM deliveries WHERE id = $1 AND token = $2";
    static const char told[] = "DELETE FROM deliveries WHERE id = $1 AND token = $2";
    static const char failed[] =
        "UPDATE deliveries SET failures = failures + 1, why = $3, token = token + 1,"
        " next = CASE WHEN failures + 1 < " FAILURES_MAX " THEN {now} + " BACKOFF
        " END WHERE id = $1 AND token = $2";
    const struct ending *ending = owner;
    const struct sql_value parameters[] = {sql_int(ending->id), sql_int(ending->token),
                                           sql_text(ending->why)};
    SQL_AUTO_ROWS *rows = NULL;
    int64_t changed = 0;

    int r = sql_query(sql, find, parameters, 2, &rows, NULL, err);
    if (r == 0 && sql_count(rows) > 0)
        r = free_hook(sql, ending, sql_get_text(rows, 0, 0, NULL), err);
    if (r == 0)
        r = sql_query(sql, ending->why == NULL ? told : failed, parameters,
                      ending->why == NULL ? 2 : 3, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -ESTALE, "delivery %jd: lease %jd is over", (intmax_t)ending->id,
                       (intmax_t)ending->token);
    return r;
}

int cupel_queue_delivered(struct cupel_queue *queue, int64_t id, int64_t token,
                          struct cupel_error *err)
{
    struct ending ending = {.id = id, .token = token};

    return sql_transact(queue->sql, end_lease, &ending, err);
}

int cupel_queue_not_delivered(struct cupel_queue *queue, int64_t id, int64_t token,
                              const char *why, struct cupel_error *err)
{
    struct ending ending = {.id = id, .token = token, .why = why};

    return sql_transact(queue->sql, end_lease, &ending, err);
}

struct retrying {
    int64_t id;
    const char *course;
};

static int retry(struct sql *sql, void *owner, struct cupel_error *err)
{
    static const char free_it[] =
        "UPDATE hooks SET not_before = 0, failures = 0 WHERE name = (SELECT hook"
        " FROM deliveries WHERE id = $1) AND (CAST($2 AS TEXT) IS NULL OR course = $2)";
    static const char again[] =
        "UPDATE deliveries SET failures = 0, next = {now} WHERE id = $1";
    const struct retrying *retrying = owner;
    const struct sql_value parameters[] = {sql_int(retrying->id), sql_text(retrying->course)};
    int64_t changed = 0;

    int r = sql_query(sql, free_it, parameters, 2, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -ENOENT, "there is no delivery %jd", (intmax_t)retrying->id);
    if (r == 0)
        r = sql_query(sql, again, parameters, 1, NULL, NULL, err);
    return r == 0 ? sql_tell(sql, err) : r;
}

int cupel_queue_retry_delivery(struct cupel_queue *queue, int64_t id, const char *course,
                               struct cupel_error *err)
{
    struct retrying retrying = {.id = id, .course = course};

    return sql_transact(queue->sql, retry, &retrying, err);
}

int cupel_queue_list_deliveries(struct cupel_queue *queue, const char *course, size_t limit,
                                struct cupel_delivery_list *ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(course), sql_int((int64_t)limit)};
    SQL_AUTO_ROWS *rows = NULL;
    char text[512];

    (void)snprintf(text, sizeof(text),
                   "%s WHERE (CAST($1 AS TEXT) IS NULL OR h.course = $1)"
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
