/*
 * Points as whole millionths: here alone they are rounded. Internal to src/score.
 *
 * Integers add up to the same in any order, and thirds print well.
 */
#ifndef CUPEL_SCORE_POINTS_H
#define CUPEL_SCORE_POINTS_H

#include <stdint.h>

typedef uint64_t millionths;

/* To the nearest, half away from zero; 0 for NaN and what is negative; at most 1e9 points, so
 * that ten thousand of them can be added. */
millionths score_millionths(double points);

/* The points that a test or group has to give: as above, and 0 if they are infinite. */
millionths score_most(double max_score);

/* The points that it has earned of them, never more. */
millionths score_earned(double score, double max_score);

/* So many percent, at most 100, of points; 0 for NaN. */
millionths score_percent(millionths points, double percent);

/* Keep so many decimals: to the nearest, half away from zero. */
millionths score_round(millionths points, unsigned decimals);

double score_points(millionths points);

#endif
