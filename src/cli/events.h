/*
 * What becomes of a grading, for the program that has started cupel: an object of JSON a line
 * on a descriptor that it has handed over. cupel-grade(1) tells the events.
 */
#ifndef CUPEL_CLI_EVENTS_H
#define CUPEL_CLI_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/relay.h"
#include "cupel/grader.h"
#include "cupel/result.h"

struct cli_events {
    struct cli_relay relay;
    enum cupel_view view;
    size_t builds; /* the grader's steps that everybody sees */
    size_t tests;
};

/* The value of --events, with one line on standard error if it is no descriptor from 3 on that
 * may be written to. No executed program inherits *ret. */
bool cli_events_parse(const char *command, const char *text, int *ret);

/* fd is borrowed; -1: nothing is written. grader is not kept. */
void cli_events_init(struct cli_events *events, int fd, enum cupel_view view,
                     const struct cupel_grader *grader);

/* As cupel_grade_options.progress. A reader that is slow or gone does no harm. */
void cli_events_step(struct cli_events *events, size_t done, size_t total, const char *id,
                     const struct cupel_test_result *test);

/* The grading has ended: wait for the reader to take the rest, unless it is gone. */
void cli_events_end(struct cli_events *events);

#endif
