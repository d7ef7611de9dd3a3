/* The samples of a grader: submissions, and what is expected of their results. */
#ifndef CUPEL_GRADER_SAMPLES_H
#define CUPEL_GRADER_SAMPLES_H

#include <stddef.h>

#include <jansson.h>

#include "cupel/document.h"
#include "cupel/error.h"
#include "cupel/grader.h"

#define CUPEL_SAMPLES_FOLDER "samples"

struct cupel_sample {
    char *name;
    char *submission;    /* the path of samples/NAME/submission, or of an archive */
    char *expected_path; /* of samples/NAME/expected.json */
    json_t *expected;    /* an object; NULL: there is no such file */
};

struct cupel_samples {
    struct cupel_sample *items; /* by name */
    size_t count;
};

/*
 * Find samples/NAME/ below the grader's folder: each holds `submission` (a folder) or one
 * `submission.SUFFIX` (a file or an archive), and may hold expected.json. Returns 0, also where
 * there are none; -EINVAL if diagnostics were added; -errno with err. *ret
 * (cupel_samples_clear()) is filled on success only.
 */
CUPEL_MUST_CHECK int cupel_samples_find(const struct cupel_grader *grader,
                                        struct cupel_diagnostics *diagnostics,
                                        struct cupel_samples *ret, struct cupel_error *err);
void cupel_samples_clear(struct cupel_samples *samples);

#endif
