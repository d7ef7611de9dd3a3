#include "queue/schedules.h"

#include <errno.h>
#include <stdlib.h>

#include "cupel/text.h"
#include "queue/cron.h"
#include "queue/queue_internal.h"

const char *const cupel_missed_names[] = {[CUPEL_MISSED_ONCE] = "once",
                                          [CUPEL_MISSED_SKIP] = "skip",
                                          [CUPEL_MISSED_ALL] = "all",
                                          [CUPEL_MISSED_WAYS] = NULL};

struct setting {
    const struct cupel_schedule_request *request;
    struct cron cron;
    struct zone *zone;
    int64_t next_us;
};

static int find_next(struct sql *sql, struct setting *setting, struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT {now}", NULL, 0, &rows, NULL, err);
    if (r == 0)
        r = cron_next(&setting->cron, setting->zone, sql_get_int(rows, 0, 0), &setting->next_us,
                      err);
    return r == -ENOENT ? -EINVAL : r;
}

static int replace(struct sql *sql, const struct setting *setting, struct cupel_error *err)
{
    static const char text[] =
        "INSERT INTO schedules (name, cron, zone, missed, course, kind, priority, attempts,"
        " memory_bytes, cpus_milli, spec, submission, grader, tree, learner, next, created,"
        " created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
        " $16, {now}, $17) ON CONFLICT (name) DO UPDATE SET cron = $2, zone = $3, missed = $4,"
        " kind = $6, priority = $7, attempts = $8, memory_bytes = $9, cpus_milli = $10,"
        " spec = $11, submission = $12, grader = $13, tree = $14, learner = $15, next = $16,"
        " created_by = $17 WHERE schedules.course = $5";
    const struct cupel_schedule_request *request = setting->request;
    const struct cupel_job_request *job = &request->job;
    const struct sql_value parameters[] = {
        sql_text(request->name),   sql_text(request->cron), sql_text(request->zone),
        sql_int(request->missed),  sql_text(job->course),   sql_int(job->kind),
        sql_int(job->priority),    sql_int(job->attempts),  sql_int((int64_t)job->memory_bytes),
        sql_int(job->cpus_milli),  sql_text(job->spec),     sql_text(job->submission),
        sql_text(job->grader),     sql_text(job->tree),     sql_text(job->learner),
        sql_int(setting->next_us), sql_text(request->by),
    };
    int64_t changed = 0;

    int r = sql_query(sql, text, parameters, sizeof(parameters) / sizeof(parameters[0]), NULL,
                      &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -EACCES, "schedule %s is another course's", request->name);
    return r;
}

static int set(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct setting *setting = owner;

    int r = find_next(sql, setting, err);
    if (r == 0)
        r = course_make(sql, setting->request->job.course, err);
    if (r == 0)
        r = replace(sql, setting, err);
    return r == 0 ? sql_tell(sql, err) : r; /* who waits may have to wake earlier */
}

static int check(const struct cupel_schedule_request *request, struct setting *setting,
                 struct cupel_error *err)
{
    int r = queue_check_name("schedule", request->name, err);
    if (r == 0)
        r = queue_check_name("course", request->job.course, err);
    if (r == 0 && request->job.attempts == 0)
        r = cupel_fail(err, -EINVAL, "schedule %s: a job has at least one attempt",
                       request->name);
    if (r == 0)
        r = cron_parse(request->cron, &setting->cron, err);
    if (r == 0)
        r = zone_open(request->zone, &setting->zone, err);
    return r == -ENOENT ? -EINVAL : r;
}

int cupel_queue_set_schedule(struct cupel_queue *queue,
                             const struct cupel_schedule_request *request, int64_t *ret_next_us,
                             struct cupel_error *err)
{
    struct setting setting = {.request = request};

    int r = check(request, &setting, err);
    if (r == 0)
        r = sql_transact(queue->sql, set, &setting, err);
    zone_free(setting.zone);
    if (r == 0)
        *ret_next_us = setting.next_us;
    return r;
}

void cupel_schedule_list_clear(struct cupel_schedule_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].cron);
        free(list->items[i].zone);
        free(list->items[i].course);
        free(list->items[i].spec);
        free(list->items[i].created_by);
    }
    free(list->items);
    *list = (struct cupel_schedule_list){.count = 0};
}

static const char find_schedules[] =
    "SELECT name, cron, zone, course, spec, created_by, missed, kind, next, last, last_job,"
    " created FROM schedules WHERE CAST($1 AS TEXT) IS NULL OR course = $1 ORDER BY name";

enum column { NAME, CRON, ZONE, COURSE, SPEC, BY, MISSED, KIND, NEXT, LAST, LAST_JOB, CREATED };

/* What is there of it on failure is the caller's to clear as well. Returns 0 or -ENOMEM. */
static int read_schedule(const struct sql_rows *rows, size_t row, struct cupel_schedule *ret)
{
    *ret = (struct cupel_schedule){
        .missed = (enum cupel_missed)sql_get_int(rows, row, MISSED),
        .kind = (enum cupel_job_kind)sql_get_int(rows, row, KIND),
        .next_us = sql_get_int(rows, row, NEXT),
        .last_us = sql_get_int(rows, row, LAST),
        .last_job = sql_get_int(rows, row, LAST_JOB),
        .created_us = sql_get_int(rows, row, CREATED),
    };
    bool failed = queue_copy_text(rows, row, NAME, &ret->name) < 0 ||
                  queue_copy_text(rows, row, CRON, &ret->cron) < 0 ||
                  queue_copy_text(rows, row, ZONE, &ret->zone) < 0 ||
                  queue_copy_text(rows, row, COURSE, &ret->course) < 0 ||
                  queue_copy_text(rows, row, SPEC, &ret->spec) < 0 ||
                  queue_copy_text(rows, row, BY, &ret->created_by) < 0;
    return failed ? -ENOMEM : 0;
}

int cupel_queue_list_schedules(struct cupel_queue *queue, const char *course,
                               struct cupel_schedule_list *ret, struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(course);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(queue->sql, find_schedules, &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    struct cupel_schedule_list list = {.items =
                                           calloc(sql_count(rows) + 1, sizeof(*list.items))};
    bool failed = list.items == NULL;
    for (size_t i = 0; !failed && i < sql_count(rows); i++)
        failed = read_schedule(rows, i, &list.items[list.count++]) < 0;
    if (failed) {
        cupel_schedule_list_clear(&list);
        return cupel_fail(err, -ENOMEM, "list schedules: out of memory");
    }
    *ret = list;
    return 0;
}

int cupel_queue_remove_schedule(struct cupel_queue *queue, const char *name, const char *course,
                                struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_text(name), sql_text(course)};
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    int64_t changed = 0;

    int r = sql_query(queue->sql,
                      "DELETE FROM schedules WHERE name = $1"
                      " AND (CAST($2 AS TEXT) IS NULL OR course = $2)",
                      parameters, 2, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -ENOENT, "there is no schedule %s",
                       cupel_text_excerpt(name, excerpt));
    return r;
}
