/*
 * The report of a harness that runs with the learner's code, as it comes through descriptor 3.
 * Internal to src/grader.
 *
 * It is a pipe, so that what was written cannot be taken back, and the harness writes the line
 * "cupel TOKEN" behind its report. The token is random and the first line of its standard
 * input, which it reads before it loads the learner's code: a process that ends early cannot
 * have written it. "cupel TOKEN fault" says instead that what stands before is what is wrong
 * with the grader's own files.
 *
 * This is no proof. Code in the harness's process can find the token in its memory.
 */
#ifndef CUPEL_GRADER_REPORT_CHANNEL_H
#define CUPEL_GRADER_REPORT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/error.h"
#include "cupel/loop.h"

#define CUPEL_REPORT_CHANNEL_MAX   ((size_t)8 << 20) /* bytes */
#define CUPEL_REPORT_CHANNEL_TOKEN 33                /* characters with the NUL */

enum cupel_report_end {
    CUPEL_REPORT_WHOLE,
    CUPEL_REPORT_FAULT, /* the grader's; the text tells it */
    CUPEL_REPORT_EARLY, /* the harness did not come to its end */
};

/*
 * What the bytes of a channel are. *ret_len: of the report, or of the text of a fault, at the
 * start of bytes. why: for CUPEL_REPORT_EARLY, what is missing, in static storage. Pure.
 */
enum cupel_report_end cupel_report_channel_read(const char *bytes, size_t len,
                                                const char *token, size_t *ret_len,
                                                const char **ret_why);

struct cupel_report_channel;

/* Open a channel and read what comes while loop is served, which outlives it. Returns 0, or
 * -errno with err. */
CUPEL_MUST_CHECK int cupel_report_channel_open(struct cupel_loop *loop,
                                               struct cupel_report_channel **ret,
                                               struct cupel_error *err);
/* NULL is allowed. */
void cupel_report_channel_free(struct cupel_report_channel *channel);

/* For cupel_run_request: the descriptor and the standard input, both borrowed. */
int cupel_report_channel_fd(const struct cupel_report_channel *channel);
const char *cupel_report_channel_input(const struct cupel_report_channel *channel);

/* Once, after every process of the run is dead. *ret is borrowed from the channel, *ret_len and
 * *ret_why are as above. Returns 0, or -errno if it could not be read: no fault of the run's.
 */
CUPEL_MUST_CHECK int cupel_report_channel_end(struct cupel_report_channel *channel,
                                              enum cupel_report_end *ret_end, const char **ret,
                                              size_t *ret_len, const char **ret_why);

#endif
