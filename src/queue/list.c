/* Pages of jobs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/queue_internal.h"

void cupel_job_list_clear(struct cupel_job_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        cupel_job_free(list->items[i]);
    free(list->items);
    *list = (struct cupel_job_list){.count = 0};
}

static int read_list(const struct sql_rows *rows, struct cupel_job_list *ret,
                     struct cupel_error *err)
{
    struct cupel_job_list list = {.items =
                                      calloc(sql_count(rows) + 1, sizeof(struct cupel_job *))};
    int r = list.items == NULL ? cupel_fail(err, -ENOMEM, "list jobs: out of memory") : 0;

    for (size_t i = 0; r == 0 && i < sql_count(rows); i++) {
        r = job_read(rows, i, &list.items[i], err);
        list.count += r == 0 ? 1 : 0;
    }
    if (r < 0)
        cupel_job_list_clear(&list);
    else
        *ret = list;
    return r;
}

#define CONDITIONS_MAX 8

/* What is asked for is written only where it matters, so that each question has its index. */
struct question {
    char where[512];
    struct sql_value parameters[CONDITIONS_MAX];
    size_t count;
};

/* left: "course =". */
static void add_condition(struct question *question, const char *left, struct sql_value right)
{
    size_t len = strlen(question->where);

    question->parameters[question->count++] = right;
    (void)snprintf(question->where + len, sizeof(question->where) - len, " %s $%zu", left,
                   question->count);
}

static struct question question_of(const struct cupel_job_filter *filter)
{
    struct question question = {.count = 0};

    if (filter->course != NULL)
        add_condition(&question, "AND course =", sql_text(filter->course));
    if (filter->grader != NULL)
        add_condition(&question, "AND grader =", sql_text(filter->grader));
    if (filter->learner != NULL)
        add_condition(&question, "AND learner =", sql_text(filter->learner));
    if (filter->regrade != 0)
        add_condition(&question, "AND regrade =", sql_int(filter->regrade));
    if (filter->kind >= 0)
        add_condition(&question, "AND kind =", sql_int(filter->kind));
    if (filter->state >= 0)
        add_condition(&question, "AND state =", sql_int(filter->state));
    if (filter->before != 0)
        add_condition(&question, "AND id <", sql_int(filter->before));
    add_condition(&question, "ORDER BY id DESC LIMIT", sql_int((int64_t)filter->limit));
    return question;
}

#define TEXT_MAX 1536

int cupel_queue_list(struct cupel_queue *queue, const struct cupel_job_filter *filter,
                     struct cupel_job_list *ret, struct cupel_error *err)
{
    const struct question question = question_of(filter);
    SQL_AUTO_ROWS *rows = NULL;
    char text[TEXT_MAX];

    (void)snprintf(text, sizeof(text), "SELECT %s FROM jobs WHERE true%s", job_columns,
                   question.where);
    int r = sql_query(queue->sql, text, question.parameters, question.count, &rows, NULL, err);
    return r == 0 ? read_list(rows, ret, err) : r;
}

int cupel_queue_list_ended(struct cupel_queue *queue, int64_t after_us, int64_t after_id,
                           size_t limit, struct cupel_job_list *ret, struct cupel_error *err)
{
    const struct sql_value parameters[] = {sql_int(after_us), sql_int(after_id),
                                           sql_int((int64_t)limit)};
    SQL_AUTO_ROWS *rows = NULL;
    char text[TEXT_MAX];

    (void)snprintf(text, sizeof(text),
                   "SELECT %s FROM jobs WHERE state > 2 AND (finished, id) > ($1, $2)"
                   " ORDER BY finished, id LIMIT $3",
                   job_columns);
    int r = sql_query(queue->sql, text, parameters, 3, &rows, NULL, err);
    return r == 0 ? read_list(rows, ret, err) : r;
}
