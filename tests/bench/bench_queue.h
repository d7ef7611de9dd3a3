/* What the parts of bench_queue share. */
#ifndef CUPEL_TESTS_BENCH_QUEUE_H
#define CUPEL_TESTS_BENCH_QUEUE_H

#include "queue/queue.h"

struct bench_queue {
    const char *url;
    const char *prefix;
    struct cupel_queue *queue;
};

/* What a job of a course asks for; of the kind that the rest of it tells. */
struct cupel_job_request bench_job_of(const char *course);

/* Each prints members of a JSON object. */
CUPEL_MUST_CHECK int bench_queue_depth(struct bench_queue *bench, int64_t queued_max,
                                       struct cupel_error *err);
CUPEL_MUST_CHECK int bench_queue_work(struct bench_queue *bench, struct cupel_error *err);

#endif
