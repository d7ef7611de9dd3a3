/* The queue as a whole, for operators and their alarms. */
#include <errno.h>
#include <stdlib.h>

#include "queue/queue_internal.h"

void cupel_course_clear(struct cupel_course *course)
{
    free(course->name);
    *course = (struct cupel_course){.name = NULL};
}

void cupel_queue_state_clear(struct cupel_queue_state *state)
{
    for (size_t i = 0; i < state->depth_count; i++)
        free(state->depths[i].course);
    for (size_t i = 0; i < state->course_count; i++)
        cupel_course_clear(&state->courses[i]);
    free(state->depths);
    free(state->courses);
    *state = (struct cupel_queue_state){.now_us = 0};
}

static int read_depths(const struct sql_rows *rows, struct cupel_queue_state *ret)
{
    ret->depths = calloc(sql_count(rows) + 1, sizeof(*ret->depths));
    if (ret->depths == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < sql_count(rows); i++) {
        struct cupel_depth *depth = &ret->depths[ret->depth_count++];
        depth->priority = (enum cupel_job_priority)sql_get_int(rows, i, 1);
        depth->state = (enum cupel_job_state)sql_get_int(rows, i, 2);
        depth->count = sql_get_int(rows, i, 3);
        depth->oldest_us = sql_get_int(rows, i, 4);
        if (queue_copy_text(rows, i, 0, &depth->course) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int read_course(const struct sql_rows *rows, size_t row, struct cupel_course *ret)
{
    *ret = (struct cupel_course){.weight = (unsigned)sql_get_int(rows, row, 1),
                                 .max_running = (unsigned)sql_get_int(rows, row, 2),
                                 .dead = sql_get_int(rows, row, 3)};
    return queue_copy_text(rows, row, 0, &ret->name);
}

static int read_courses(const struct sql_rows *rows, struct cupel_queue_state *ret)
{
    ret->courses = calloc(sql_count(rows) + 1, sizeof(*ret->courses));
    if (ret->courses == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < sql_count(rows); i++) {
        struct cupel_course *course = &ret->courses[ret->course_count++];
        if (read_course(rows, i, course) < 0)
            return -ENOMEM;
        ret->dead += course->dead;
    }
    return 0;
}

/* By course || '', for which there is no index: SQLite would go through all jobs by that rather
 * than through the dead. */
static int look(struct sql *sql, struct cupel_queue_state *ret, struct cupel_error *err)
{
    SQL_AUTO_ROWS *depths = NULL;
    SQL_AUTO_ROWS *courses = NULL;
    SQL_AUTO_ROWS *rest = NULL;

    int r = sql_query(sql,
                      "SELECT course, priority, state, count(*),"
                      " min(CASE WHEN state = 2 THEN started"
                      "  WHEN not_before > created THEN not_before ELSE created END)"
                      " FROM jobs WHERE state < 3 GROUP BY course, priority, state"
                      " ORDER BY course, priority, state",
                      NULL, 0, &depths, NULL, err);
    if (r == 0)
        r = sql_query(sql,
                      "SELECT name, weight, max_running, dead FROM courses LEFT JOIN"
                      " (SELECT course || '' AS whose, count(*) AS dead FROM jobs"
                      "  WHERE state = 4 GROUP BY course || '') AS d"
                      " ON d.whose = name ORDER BY name",
                      NULL, 0, &courses, NULL, err);
    if (r == 0)
        r = sql_query(sql, "SELECT {now}, count(next), count(*) - count(next) FROM deliveries",
                      NULL, 0, &rest, NULL, err);
    if (r < 0)
        return r;
    ret->now_us = sql_get_int(rest, 0, 0);
    ret->untold = sql_get_int(rest, 0, 1);
    ret->dead_deliveries = sql_get_int(rest, 0, 2);
    if (read_depths(depths, ret) < 0 || read_courses(courses, ret) < 0)
        return cupel_fail(err, -ENOMEM, "look at the queue: out of memory");
    return 0;
}

int cupel_queue_look(struct cupel_queue *queue, struct cupel_queue_state *ret,
                     struct cupel_error *err)
{
    struct cupel_queue_state state = {.now_us = 0};

    int r = look(queue->sql, &state, err);
    if (r < 0)
        cupel_queue_state_clear(&state);
    else
        *ret = state;
    return r;
}

int cupel_queue_get_course(struct cupel_queue *queue, const char *name,
                           struct cupel_course *ret, struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(name);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(queue->sql,
                      "SELECT name, weight, max_running, (SELECT count(*) FROM jobs"
                      " WHERE course || '' = $1 AND state = 4) FROM courses WHERE name = $1",
                      &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    if (sql_count(rows) == 0)
        return cupel_fail(err, -ENOENT, "there is no such course");
    return read_course(rows, 0, ret) < 0 ? cupel_fail(err, -ENOMEM, "out of memory") : 0;
}

int cupel_queue_ping(struct cupel_queue *queue, struct cupel_error *err)
{
    return sql_query(queue->sql, "SELECT version FROM cupel_schema", NULL, 0, NULL, NULL, err);
}
