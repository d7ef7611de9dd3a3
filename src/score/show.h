/* A difference with the lines around it, for people. */
#ifndef CUPEL_SCORE_SHOW_H
#define CUPEL_SCORE_SHOW_H

#include "cupel/compare.h"

/*
 * What was expected and what was found, line by line, each quoted by score_quote():
 *
 *     expected:
 *         1 | "a"
 *       > 2 | "55"
 *     found:
 *         1 | "a"
 *       > 2 | "54\t"
 *         3 | "c"
 *
 * At most twelve lines of clean text. The caller frees; NULL if memory ran out.
 */
char *score_show(const struct cupel_difference *difference);

#endif
