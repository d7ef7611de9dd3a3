/* The sample that cheats are added to. Internal to src/grader. */
#ifndef CUPEL_GRADER_CHEAT_SAMPLE_H
#define CUPEL_GRADER_CHEAT_SAMPLE_H

#include "cupel/run.h"
#include "grader/samples.h"

struct cupel_cheat_sample {
    const char *name;             /* borrowed from the samples; NULL: there is none */
    double score;                 /* that it earns by right */
    struct cupel_run_file *files; /* as handed in; owned with their paths and bytes */
    size_t count;
};

/*
 * Of the samples that are folders and expect a score above 0, the one with the lowest: it can
 * be built, and shows best what is earned beyond. Returns 0, also if there is none; -errno with
 * err. *ret is released with cupel_cheat_sample_clear().
 */
CUPEL_MUST_CHECK int cupel_cheat_sample_read(const struct cupel_grader *grader,
                                             const struct cupel_samples *samples,
                                             struct cupel_cheat_sample *ret,
                                             struct cupel_error *err);
void cupel_cheat_sample_clear(struct cupel_cheat_sample *sample);

#endif
