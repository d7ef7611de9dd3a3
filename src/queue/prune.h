/* What is kept no longer. */
#ifndef CUPEL_QUEUE_PRUNE_H
#define CUPEL_QUEUE_PRUNE_H

#include "queue/queue.h"

struct cupel_pruned {
    int64_t jobs;
    int64_t blobs;
    uint64_t bytes; /* of the blobs */
};

/*
 * Drop jobs that ended more than age_us ago (but those whose score counts for a job that stays,
 * and those of open regrades), with their attempts; and then blobs that no job, grader version,
 * regrade or schedule names, itself or by a tree, and that were last put more than a day ago,
 * so that what is being added is not dropped. In small transactions; may be called while others
 * work.
 */
CUPEL_MUST_CHECK int cupel_queue_prune(struct cupel_queue *queue, int64_t age_us,
                                       struct cupel_pruned *ret, struct cupel_error *err);

#endif
