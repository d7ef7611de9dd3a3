/*
 * Plays a worker, step by step: act URL lease, which prints "ID TOKEN", or "none"; act URL tell
 * ID TOKEN LINES; act URL finish ID TOKEN STATUS FILE [SCORE MAX]; act URL fail ID TOKEN WHY.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "queue/queue.h"

#define LEASE_US (INT64_C(600) * 1000000)
#define MICRO    1000000

static struct cupel_error err;

static int lease(struct cupel_queue *queue)
{
    const struct cupel_capacity capacity = {.memory_bytes = UINT64_C(1) << 40,
                                            .cpus_milli = 64000};
    struct cupel_job *job = NULL;
    int64_t next_us = 0;

    int r = cupel_queue_lease(queue, "act", &capacity, LEASE_US, &job, &next_us, &err);
    if (r < 0)
        return r;
    if (job == NULL)
        (void)puts("none");
    else
        (void)printf("%" PRId64 " %" PRId64 "\n", job->id, job->token);
    cupel_job_free(job);
    return 0;
}

static int finish(struct cupel_queue *queue, struct cupel_lease held, int argc, char **argv)
{
    struct cupel_blob blob;

    CUPEL_AUTO_FD fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(&err, "%s", argv[1]);
    int r = cupel_queue_put_blob(queue, fd, INT64_MAX, &blob, &err);
    if (r < 0)
        return r;
    struct cupel_job_end end = {
        .status = argv[0], .result = blob.sha256, .has_score = argc > 3};
    if (end.has_score) {
        end.score_micro = strtoll(argv[2], NULL, 10) * MICRO;
        end.max_score_micro = strtoll(argv[3], NULL, 10) * MICRO;
    }
    return cupel_queue_finish(queue, held, &end, &err);
}

static int act(struct cupel_queue *queue, int argc, char **argv)
{
    if (strcmp(argv[0], "lease") == 0)
        return lease(queue);
    if (argc < 4)
        return cupel_fail(&err, -EINVAL, "expected ID TOKEN and what it is");
    const struct cupel_lease held = {.job = strtoll(argv[1], NULL, 10),
                                     .token = strtoll(argv[2], NULL, 10)};
    if (strcmp(argv[0], "tell") == 0)
        return cupel_queue_tell(queue, held, argv[3], &err);
    if (strcmp(argv[0], "fail") == 0)
        return cupel_queue_fail(queue, held, argv[3], &err);
    if (strcmp(argv[0], "finish") == 0 && argc > 4)
        return finish(queue, held, argc - 3, argv + 3);
    return cupel_fail(&err, -EINVAL, "%s: unknown, or arguments are missing", argv[0]);
}

int main(int argc, char **argv)
{
    struct cupel_queue *queue = NULL;

    if (argc < 3)
        return 2;
    int r = cupel_queue_open(argv[1], &queue, &err);
    if (r == 0)
        r = act(queue, argc - 2, argv + 2);
    cupel_queue_close(queue);
    if (r < 0)
        (void)fprintf(stderr, "act: %s\n", err.text);
    return r < 0 ? 1 : 0;
}
