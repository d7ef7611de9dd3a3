/*
 * The programs of harness/, which run tests beside the learner's code and end their report as
 * report_channel.h wants it. Internal to src/grader.
 */
#ifndef CUPEL_GRADER_RUNNERS_H
#define CUPEL_GRADER_RUNNERS_H

#include "cupel/error.h"
#include "cupel/run.h"

#define CUPEL_RUNNERS_COUNT 4

/* The files of folder, as they are placed below /tmp/cupel/harness of a run. Returns 0, or
 * -errno with err. *ret is released with cupel_runners_clear(). */
CUPEL_MUST_CHECK int cupel_runners_read(const char *folder,
                                        struct cupel_run_file ret[static CUPEL_RUNNERS_COUNT],
                                        struct cupel_error *err);
/* Zero-initialised ones may be cleared. */
void cupel_runners_clear(struct cupel_run_file files[static CUPEL_RUNNERS_COUNT]);

#endif
