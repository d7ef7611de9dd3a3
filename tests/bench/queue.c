/*
 * What the queue costs, of whichever database URL names:
 *
 *   bench_queue PREFIX URL [QUEUED_MAX]
 *
 * Prints a JSON object. PREFIX holds an installed cupel; the queue is to be empty.
 *
 *   - single: milliseconds of one trivial grading, by `cupel grade` alone, and as a job, from
 *     its being added to its being done, where there is no other one
 *   - trivial: 200 of them by a worker with two slots, from the first being added to the last
 *     being done, and by `cupel grade` with two at work all the time
 *   - busy: the same of 60 that take a processor for some tenths of a second each
 *   - depth: with 0, 10, 100, … QUEUED_MAX (default 1,000,000) jobs queued, of ten courses,
 *     microseconds to add a job, durably, to lease one, and to finish it
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_queue.h"

#define QUEUED_MAX 1000000

struct cupel_job_request bench_job_of(const char *course)
{
    return (struct cupel_job_request){.kind = CUPEL_JOB_RUN,
                                      .course = course,
                                      .attempts = 3,
                                      .memory_bytes = 1U << 20,
                                      .cpus_milli = 1000,
                                      .spec = "{}"};
}

int main(int argc, char **argv)
{
    struct cupel_error err = {0};

    if (argc < 3) {
        (void)fputs("usage: bench_queue PREFIX URL [QUEUED_MAX]\n", stderr);
        return 2;
    }
    struct bench_queue bench = {.prefix = argv[1], .url = argv[2]};
    int64_t queued_max = argc > 3 ? strtoll(argv[3], NULL, 10) : QUEUED_MAX;
    int r = cupel_queue_open(bench.url, &bench.queue, &err);
    (void)printf("{");
    if (r == 0)
        r = bench_queue_work(&bench, &err);
    if (r == 0)
        r = bench_queue_depth(&bench, queued_max, &err);
    (void)printf("\n}\n");
    cupel_queue_close(bench.queue);
    if (r < 0)
        (void)fprintf(stderr, "bench_queue: %s\n", err.text);
    return r < 0 ? 1 : 0;
}
