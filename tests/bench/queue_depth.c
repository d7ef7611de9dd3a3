#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "bench_queue.h"
#include "cupel/cleanup.h"
#include "queue/sql.h"

#define SAMPLES  300
#define COURSES  10
#define LEASE_US (INT64_C(60) * 1000000)

struct samples {
    double add_us[SAMPLES];
    double lease_us[SAMPLES];
    double finish_us[SAMPLES];
};

/* Jobs in bulk, as adding one by one would make them; `from` are there. A quarter waits for
 * tomorrow, a quarter has a deadline. */
static int fill(const struct bench_queue *bench, int64_t from, int64_t to,
                struct cupel_error *err)
{
    static const char text[] =
        "INSERT INTO jobs (kind, course, priority, state, not_before, deadline, attempts,"
        " memory_bytes, cpus_milli, fingerprint, spec, created)"
        " WITH RECURSIVE numbers (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL"
        "  SELECT i + 1 FROM numbers WHERE i + 1 < $2)"
        " SELECT 1, 'course' || (i % 10), 0, CASE WHEN i / 10 % 4 = 1 THEN 0 ELSE 1 END,"
        " CASE WHEN i / 10 % 4 = 1 THEN {now} + 86400000000 ELSE 0 END,"
        " CASE WHEN i / 10 % 4 = 2 THEN {now} + 86400000000 END,"
        " 3, 1048576, 1000, '', '{}', {now} FROM numbers";
    const struct sql_value parameters[] = {sql_int(from), sql_int(to)};
    struct sql *sql = NULL;

    int r = sql_open(bench->url, &sql, err);
    if (r == 0)
        r = sql_query(sql, text, parameters, 2, NULL, NULL, err);
    sql_close(sql);
    return r;
}

static int take_sample(struct bench_queue *bench, size_t i, struct samples *samples,
                       struct cupel_error *err)
{
    const struct cupel_capacity capacity = {.memory_bytes = UINT32_MAX, .cpus_milli = 1000};
    const struct cupel_job_end end = {.status = "exited"};
    struct cupel_job *job = NULL;
    int64_t next_us = 0;
    int64_t id = 0;
    bool is_new = false;
    char course[32];

    (void)snprintf(course, sizeof(course), "course%zu", i % COURSES);
    const struct cupel_job_request request = bench_job_of(course);
    double begin = bench_now_us();
    int r = cupel_queue_add(bench->queue, &request, &id, &is_new, err);
    double added = bench_now_us();
    if (r == 0)
        r = cupel_queue_lease(bench->queue, "bench", &capacity, LEASE_US, &job, &next_us, err);
    double leased = bench_now_us();
    if (r == 0 && job == NULL)
        r = cupel_fail(err, -EIO, "there was no job to lease");
    if (r == 0)
        r = cupel_queue_finish(bench->queue, (struct cupel_lease){job->id, job->token}, &end,
                               err);
    samples->add_us[i] = added - begin;
    samples->lease_us[i] = leased - added;
    samples->finish_us[i] = bench_now_us() - leased;
    cupel_job_free(job);
    return r;
}

static void print_times(const char *name, double *times)
{
    qsort(times, SAMPLES, sizeof(*times), bench_compare);
    (void)printf("\"%s\": {\"median_us\": %.0f, \"p95_us\": %.0f}", name, times[SAMPLES / 2],
                 times[SAMPLES * 95 / 100]);
}

static int measure(struct bench_queue *bench, int64_t queued, struct cupel_error *err)
{
    CUPEL_AUTO_FREE struct samples *samples = calloc(1, sizeof(*samples));
    int r = samples == NULL ? cupel_fail(err, -ENOMEM, "out of memory") : 0;

    for (size_t i = 0; r == 0 && i < SAMPLES; i++)
        r = take_sample(bench, i, samples, err);
    if (r < 0)
        return r;
    (void)printf("\n    \"%jd\": {", (intmax_t)queued);
    print_times("add", samples->add_us);
    (void)printf(", ");
    print_times("lease", samples->lease_us);
    (void)printf(", ");
    print_times("finish", samples->finish_us);
    (void)printf("}");
    (void)fflush(stdout);
    return 0;
}

int bench_queue_depth(struct bench_queue *bench, int64_t queued_max, struct cupel_error *err)
{
    int64_t there = 0;
    int r = 0;

    (void)printf(",\n  \"depth\": {");
    for (int64_t queued = COURSES; r == 0 && queued <= queued_max; queued *= 10) {
        if (there > 0)
            (void)printf(",");
        r = there == 0 ? measure(bench, 0, err) : 0; /* makes the courses */
        if (r == 0 && there == 0)
            (void)printf(",");
        if (r == 0)
            r = fill(bench, there, queued, err);
        if (r == 0)
            r = measure(bench, queued, err);
        there = queued;
    }
    (void)printf("\n  }");
    return r;
}
