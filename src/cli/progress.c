#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"

#define CLEAR_LINE "\r\033[K"

/* The line is seen by whoever sees the result, or is recorded with it. */
static const char *word_of(const struct cupel_test_result *test, enum cupel_view view)
{
    if (test == NULL)
        return "done";
    if (view == CUPEL_VIEW_LEARNER && test->visibility != CUPEL_VISIBLE)
        return cupel_visibility_names[CUPEL_HIDDEN];
    return cupel_verdict_names[test->verdict];
}

void cupel_cli_progress_step(void *owner, size_t done, size_t total, const char *id,
                             const struct cupel_test_result *test)
{
    const struct cupel_cli_progress *progress = owner;

    if (!progress->shown)
        return;
    (void)fprintf(stderr, CLEAR_LINE "%zu/%zu %s %s", done, total, id,
                  word_of(test, progress->view));
    (void)fflush(stderr);
}

void cupel_cli_progress_end(const struct cupel_cli_progress *progress)
{
    if (progress->shown)
        (void)fputs(CLEAR_LINE, stderr);
}

bool cupel_cli_likes_colour(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return (no_color == NULL || no_color[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

void cupel_cli_progress_summary(const struct cupel_result *result, enum cupel_view view)
{
    CUPEL_AUTO_FREE char *text =
        cupel_render_result_text(result, view, cupel_cli_likes_colour());
    if (text != NULL)
        (void)fputs(text, stderr);
}
