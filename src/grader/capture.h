/* The start of a stream of output, kept in constant memory. Pure. Internal to src/grader. */
#ifndef CUPEL_GRADER_CAPTURE_H
#define CUPEL_GRADER_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

#define CUPEL_CAPTURE_MAX ((size_t)64 << 10)

/* The text of a result's field output is at most so long, but for the note that it was cut. */
#define CUPEL_CAPTURE_TEXT_MAX ((size_t)16 << 10)

struct cupel_capture {
    size_t len;     /* bytes kept */
    uint64_t total; /* bytes that there were */
    char bytes[CUPEL_CAPTURE_MAX];
};

void cupel_capture_reset(struct cupel_capture *capture);
void cupel_capture_add(struct cupel_capture *capture, const void *bytes, size_t len);

/*
 * Clean text of standard output followed by standard error, which begins a line of its own. If
 * both hold something, each has half of the room, so that neither hides the other. The caller
 * frees *ret. Returns 0 or -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_capture_text(const struct cupel_capture *out,
                                        const struct cupel_capture *err, char **ret);

#endif
