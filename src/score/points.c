#include "score/points.h"

#include <math.h>

#include "cupel/score.h"

#define UNIT 1e6
#define MOST 1000000000000000ULL /* 1e9 points */

static millionths nearest(double value)
{
    millionths whole = (millionths)value;

    return value - (double)whole >= 0.5 ? whole + 1 : whole;
}

millionths score_millionths(double points)
{
    double scaled = points * UNIT;

    if (!(scaled > 0))
        return 0; /* NaN as well */
    return scaled < (double)MOST ? nearest(scaled) : MOST;
}

millionths score_most(double max_score)
{
    return isfinite(max_score) ? score_millionths(max_score) : 0;
}

millionths score_earned(double score, double max_score)
{
    millionths most = score_most(max_score);
    millionths earned = score_millionths(score);

    return earned < most ? earned : most;
}

millionths score_percent(millionths points, double percent)
{
    double part = (double)points * percent / 100;

    if (!(part > 0))
        return 0;
    return part < (double)points ? nearest(part) : points;
}

millionths score_round(millionths points, unsigned decimals)
{
    millionths step = 1;

    for (unsigned i = decimals; i < CUPEL_DECIMALS_MAX; i++)
        step *= 10;
    return (points + step / 2) / step * step;
}

double score_points(millionths points)
{
    return (double)points / UNIT;
}

void cupel_score_fraction(struct cupel_test_result *test, double fraction)
{
    bool partial = fraction > 0 && fraction < 1; /* not so for NaN */

    test->verdict = partial         ? CUPEL_VERDICT_PARTIAL
                    : fraction >= 1 ? CUPEL_VERDICT_PASSED
                                    : CUPEL_VERDICT_FAILED;
    test->score = score_points(partial         ? score_millionths(fraction * test->max_score)
                               : fraction >= 1 ? score_most(test->max_score)
                                               : 0);
}

double cupel_score_round(double points, unsigned decimals)
{
    return score_points(score_round(score_millionths(points), decimals));
}
