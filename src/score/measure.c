#include <math.h>

#include "cupel/score.h"

/* To the microsecond, as in a run's report. */
static double seconds(uint64_t ns)
{
    uint64_t us = ns / 1000 + (ns % 1000 >= 500);

    return ns == CUPEL_UNKNOWN ? NAN : (double)us / 1e6;
}

double cupel_score_measure(const struct cupel_test_result *test, enum cupel_measure measure)
{
    const struct cupel_outcome *run = &test->run;
    bool known = run->user_ns != CUPEL_UNKNOWN && run->system_ns != CUPEL_UNKNOWN;

    if (!test->ran || test->verdict == CUPEL_VERDICT_ERROR)
        return NAN;
    if (measure == CUPEL_MEASURE_SCORE)
        return test->score;
    if (test->verdict != CUPEL_VERDICT_PASSED)
        return NAN; /* who gives up at once is not the fastest */
    switch (measure) {
    case CUPEL_MEASURE_CPU:
        return known ? seconds(run->user_ns + run->system_ns) : NAN;
    case CUPEL_MEASURE_WALL:
        return seconds(run->wall_ns);
    case CUPEL_MEASURE_MEMORY:
        return run->memory_peak_bytes != CUPEL_UNKNOWN ? (double)run->memory_peak_bytes : NAN;
    case CUPEL_MEASURE_SCORE:
        break;
    }
    return NAN;
}
