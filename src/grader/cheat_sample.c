#include "grader/cheat_sample.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "grader/definition.h"
#include "grader/sources.h"

static bool is_folder(const struct cupel_sample *sample)
{
    struct stat status;

    return stat(sample->submission, &status) == 0 && S_ISDIR(status.st_mode);
}

static const struct cupel_sample *choose(const struct cupel_samples *samples)
{
    const struct cupel_sample *chosen = NULL;
    double lowest = 0;

    for (size_t i = 0; i < samples->count; i++) {
        const struct cupel_sample *sample = &samples->items[i];
        double score = json_number_value(json_object_get(sample->expected, "score"));
        if (score <= 0 || (chosen != NULL && score >= lowest) || !is_folder(sample))
            continue;
        chosen = sample;
        lowest = score;
    }
    return chosen;
}

/* Paths below the grader's folder become those that are handed in. */
static void strip(struct cupel_run_file *files, size_t count, size_t prefix)
{
    for (size_t i = 0; i < count; i++) {
        char *path = (char *)(uintptr_t)files[i].path;
        memmove(path, path + prefix, strlen(path + prefix) + 1);
    }
}

int cupel_cheat_sample_read(const struct cupel_grader *grader,
                            const struct cupel_samples *samples, struct cupel_cheat_sample *ret,
                            struct cupel_error *err)
{
    struct cupel_sources sources = {.grader = (struct cupel_grader *)(uintptr_t)grader};
    const struct cupel_sample *sample = choose(samples);
    CUPEL_AUTO_FREE char *path = NULL;

    if (sample == NULL)
        return 0;
    if (asprintf(&path, CUPEL_SAMPLES_FOLDER "/%s/submission", sample->name) < 0) {
        path = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    int r =
        cupel_sources_files(&sources, path, CUPEL_RUN_FILES_MAX, &ret->files, &ret->count, err);
    if (r < 0)
        return r;
    strip(ret->files, ret->count, strlen(path) + 1);
    ret->name = sample->name;
    ret->score = json_number_value(json_object_get(sample->expected, "score"));
    return 0;
}

void cupel_cheat_sample_clear(struct cupel_cheat_sample *sample)
{
    cupel_definition_free_files(sample->files, sample->count);
    *sample = (struct cupel_cheat_sample){0};
}
