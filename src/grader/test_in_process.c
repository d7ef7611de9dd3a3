/*
 * The run of a harness in-process whose report comes through descriptor 3: with the token, the
 * programs of harness/ and the grader's files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/document.h"
#include "grader/environment.h"
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

static int add_environment(struct cupel_side *side)
{
    static const char *const more[] = {"CUPEL_REPORT=/dev/fd/3", NULL};
    char **merged = NULL;

    int r = cupel_environment_merge((const char *const *)side->environment, more, &merged);
    if (r < 0)
        return r;
    cupel_strings_free(side->environment);
    side->environment = merged;
    side->request.environment = (const char *const *)merged;
    return 0;
}

int cupel_lane_open_channel(struct cupel_lane *lane, const struct cupel_grader_harness *harness)
{
    struct cupel_run_request *request = &lane->learner.request;

    int r = cupel_report_channel_open(lane->stage->loop, &lane->channel, NULL);
    if (r == 0)
        r = add_files(lane, harness);
    if (r == 0)
        r = add_environment(&lane->learner);
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
