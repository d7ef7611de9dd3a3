/* The report that a cheat would like to be believed. Internal to src/grader. Pure. */
#ifndef CUPEL_GRADER_CHEAT_REPORT_H
#define CUPEL_GRADER_CHEAT_REPORT_H

#include "cupel/grader.h"

/* The harness that a cheat aims at: the first that runs with the learner's code, or the first;
 * NULL if there is none. */
const struct cupel_grader_harness *cupel_cheat_target(const struct cupel_grader *grader);

/* A report of the harness's kind in which all of its tests passed. The caller frees; NULL: no
 * memory. */
char *cupel_cheat_report(const struct cupel_grader *grader,
                         const struct cupel_grader_harness *harness);

#endif
