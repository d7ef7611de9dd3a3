/* Progress on a terminal: one line of standard error that is written over. */
#ifndef CUPEL_CLI_PROGRESS_H
#define CUPEL_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/render.h"
#include "cupel/result.h"

struct cupel_cli_progress {
    bool shown; /* false: nothing is written */
    enum cupel_view view;
};

/* As cupel_grade_options.progress; owner is a struct cupel_cli_progress. */
void cupel_cli_progress_step(void *owner, size_t done, size_t total, const char *id,
                             const struct cupel_test_result *test);

/* Take the line away. */
void cupel_cli_progress_end(const struct cupel_cli_progress *progress);

/* Whether a terminal may be written to in colour: NO_COLOR is not set, and TERM not dumb. */
bool cupel_cli_likes_colour(void);

/* The result for people, in colour if it may be. */
void cupel_cli_progress_summary(const struct cupel_result *result, enum cupel_view view);

#endif
