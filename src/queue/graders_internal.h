/* Versions of graders as the files of this module see them. */
#ifndef CUPEL_QUEUE_GRADERS_INTERNAL_H
#define CUPEL_QUEUE_GRADERS_INTERNAL_H

#include "queue/graders.h"
#include "queue/sql.h"

/* grader_read.c: the columns that grader_read() reads, in their order. */
extern const char grader_columns[];

/* Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int grader_read(const struct sql_rows *rows, size_t row,
                                 struct cupel_grader_version *ret, struct cupel_error *err);

/* cupel_queue_get_grader(), also in a transaction that is open. */
CUPEL_MUST_CHECK int grader_find(struct sql *sql, const char *name, int64_t number,
                                 struct cupel_grader_version *ret, struct cupel_error *err);

/* Whether it has passed its check: 0; -EBUSY: it is being checked, or was refused. */
CUPEL_MUST_CHECK int grader_check_passed(const struct cupel_grader_version *version,
                                         struct cupel_error *err);

#endif
