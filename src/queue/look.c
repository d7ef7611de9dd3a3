/* The queue as a whole, for operators and their alarms. */
#include <errno.h>
#include <stdlib.h>

#include "queue/queue_internal.h"

void cupel_queue_state_clear(struct cupel_queue_state *state)
{
    for (size_t i = 0; i < state->depth_count; i++)
        free(state->depths[i].course);
    for (size_t i = 0; i < state->course_count; i++)
        free(state->courses[i].name);
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

static int read_courses(const struct sql_rows *rows, struct cupel_queue_state *ret)
{
    ret->courses = calloc(sql_count(rows) + 1, sizeof(*ret->courses));
    if (ret->courses == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < sql_count(rows); i++) {
        struct cupel_course *course = &ret->courses[ret->course_count++];
        course->weight = (unsigned)sql_get_int(rows, i, 1);
        course->max_running = (unsigned)sql_get_int(rows, i, 2);
        if (queue_copy_text(rows, i, 0, &course->name) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int look(struct sql *sql, struct cupel_queue_state *ret, struct cupel_error *err)
{
    SQL_AUTO_ROWS *depths = NULL;
    SQL_AUTO_ROWS *courses = NULL;
    SQL_AUTO_ROWS *rest = NULL;

    int r = sql_query(sql,
                      "SELECT course, priority, state, count(*),"
                      " min(CASE WHEN state = 2 THEN started ELSE created END)"
                      " FROM jobs WHERE state < 3 GROUP BY course, priority, state"
                      " ORDER BY course, priority, state",
                      NULL, 0, &depths, NULL, err);
    if (r == 0)
        r = sql_query(sql, "SELECT name, weight, max_running FROM courses ORDER BY name", NULL,
                      0, &courses, NULL, err);
    if (r == 0)
        r = sql_query(sql, "SELECT {now}, (SELECT count(*) FROM jobs WHERE state = 4)", NULL, 0,
                      &rest, NULL, err);
    if (r < 0)
        return r;
    ret->now_us = sql_get_int(rest, 0, 0);
    ret->dead = sql_get_int(rest, 0, 1);
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
