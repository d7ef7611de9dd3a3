/* The stored document of a job's result, for who shows it. */
#ifndef CUPEL_SERVICE_RESULT_DOCUMENT_H
#define CUPEL_SERVICE_RESULT_DOCUMENT_H

#include <jansson.h>

#include "cupel/score.h"
#include "queue/queue.h"

/* A larger one is kept, but only sent as it is: as JSON for staff. To show a document takes
 * many times its size in memory. */
#define RESULT_SHOWN_MAX (64UL << 20)

/* A new reference. -ENOENT: the job has no result, or one that is too large to be shown; -EIO:
 * it is no JSON; -ENOMEM. */
CUPEL_MUST_CHECK int result_document_load(struct cupel_queue *queue,
                                          const struct cupel_job *job, json_t **ret,
                                          struct cupel_error *err);

/* Of a grade job; ret: cupel_result_clear(). As above; -EIO also where it is no result. */
CUPEL_MUST_CHECK int result_document_read(struct cupel_queue *queue,
                                          const struct cupel_job *job, struct cupel_result *ret,
                                          struct cupel_error *err);

#endif
