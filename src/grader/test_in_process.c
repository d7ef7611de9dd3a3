/*
 * The run of a harness in-process whose report comes through descriptor 3: with the token, the
 * programs of harness/ and the grader's files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/report.h"
#include "cupel/text.h"
#include "grader/test_lane.h"

static int add_files(struct cupel_lane *lane, const struct cupel_grader_harness *harness)
{
    const struct cupel_run_file *runners = lane->stage->runners;
    struct cupel_run_request *request = &lane->learner.request;

    lane->beside_files =
        calloc(harness->file_count + CUPEL_RUNNERS_COUNT, sizeof(*lane->beside_files));
    if (lane->beside_files == NULL)
        return -ENOMEM;
    memcpy(lane->beside_files, runners, CUPEL_RUNNERS_COUNT * sizeof(*runners));
    for (size_t i = 0; i < harness->file_count; i++)
        lane->beside_files[CUPEL_RUNNERS_COUNT + i] = harness->files[i];
    request->files = lane->beside_files;
    request->file_count = harness->file_count + CUPEL_RUNNERS_COUNT;
    return 0;
}

int cupel_lane_open_channel(struct cupel_lane *lane, const struct cupel_grader_harness *harness)
{
    static const char *const environment[] = {"CUPEL_REPORT=/dev/fd/3", NULL};
    struct cupel_run_request *request = &lane->learner.request;

    int r = cupel_report_channel_open(lane->stage->loop, &lane->channel, NULL);
    if (r == 0)
        r = add_files(lane, harness);
    if (r == 0)
        r = cupel_side_add_environment(&lane->learner, environment);
    if (r < 0)
        return r;
    request->report_fd = cupel_report_channel_fd(lane->channel);
    request->input.bytes = cupel_report_channel_input(lane->channel);
    request->input.len = strlen(request->input.bytes);
    return 0;
}

void cupel_lane_close_channel(struct cupel_lane *lane)
{
    cupel_report_channel_free(lane->channel);
    free(lane->beside_files);
    lane->channel = NULL;
    lane->beside_files = NULL;
}

int cupel_stage_read_runners(struct cupel_stage *stage, struct cupel_error *err)
{
    const struct cupel_grader *grader = stage->grading->grader;

    for (size_t i = 0; i < grader->harness_count; i++) {
        if (cupel_harness_has_channel(&grader->harnesses[i]))
            return cupel_runners_read(stage->grading->options->runners_path, stage->runners,
                                      err);
    }
    return 0;
}

/* What is wrong with the grader's own files, as one of the programs of harness/ tells it. */
static int blame_files(struct cupel_lane *lane, const char *text, size_t len)
{
    CUPEL_AUTO_FREE char *clean = NULL;

    while (len > 0 && text[len - 1] == '\n')
        len--;
    int r = cupel_text_clean(text, len, CUPEL_REPORT_MESSAGE_MAX, &clean);
    return r < 0 ? r : cupel_harness_fail(lane, true, clean);
}

int cupel_harness_score_channel(struct cupel_lane *lane, const struct cupel_outcome *run)
{
    const char *why = NULL;
    const char *text = NULL;
    enum cupel_report_end end;
    char message[256];
    size_t len = 0;

    int r = cupel_report_channel_end(lane->channel, &end, &text, &len, &why);
    if (r < 0)
        return r;
    if (end == CUPEL_REPORT_WHOLE)
        return cupel_harness_score_text(lane, text, len);
    if (end == CUPEL_REPORT_FAULT)
        return blame_files(lane, text, len);
    (void)snprintf(message, sizeof(message),
                   "it did not come to its end: %s, and it exited with status %d", why,
                   run->exit_code);
    return cupel_harness_fail(lane, false, message);
}
