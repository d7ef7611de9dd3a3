/*
 * Which test may run next: one whose needs have passed. Pure. Internal to src/grader.
 *
 * Tests are given out in the order of the definition as far as their needs let them, whatever
 * the number of lanes: which tests are skipped does not depend on it.
 */
#ifndef CUPEL_GRADER_SCHEDULE_H
#define CUPEL_GRADER_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/error.h"
#include "cupel/grader.h"

struct cupel_schedule;

/* grader is borrowed. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_schedule_new(const struct cupel_grader *grader,
                                        struct cupel_schedule **ret);
void cupel_schedule_free(struct cupel_schedule *schedule);

enum cupel_schedule_step {
    CUPEL_SCHEDULE_RUN,  /* run *ret_test, or its harness, which stands for all of its tests */
    CUPEL_SCHEDULE_SKIP, /* do not run *ret_test: *ret_need has not passed */
    CUPEL_SCHEDULE_WAIT, /* nothing until a test at work is done */
    CUPEL_SCHEDULE_END,  /* every test was given out */
};

/* Each test is given out once, and has to be told as done, also one that is not run, and each
 * of a harness that was run. */
enum cupel_schedule_step cupel_schedule_next(struct cupel_schedule *schedule, size_t *ret_test,
                                             struct cupel_need *ret_need);
void cupel_schedule_done(struct cupel_schedule *schedule, size_t test, bool passed);

/* Whether there is a test that was not given out yet. */
bool cupel_schedule_has_more(struct cupel_schedule *schedule);

#endif
