/*
 * What Prometheus asks for (text format 0.0.4): the queue as it is, and what has ended since
 * this process began to count.
 */
#ifndef CUPEL_SERVICE_METRICS_H
#define CUPEL_SERVICE_METRICS_H

#include "queue/queue.h"

struct metrics;

/* Counts what ends from now on, by the queue's clock. */
CUPEL_MUST_CHECK int metrics_new(struct cupel_queue *queue, struct metrics **ret,
                                 struct cupel_error *err);
void metrics_free(struct metrics *metrics);

/* Count what has ended, and tell all. *ret is the caller's to free. By several threads. */
CUPEL_MUST_CHECK int metrics_render(struct metrics *metrics, struct cupel_queue *queue,
                                    char **ret, struct cupel_error *err);

#endif
