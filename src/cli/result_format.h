/* A result in the form that --format asks for. */
#ifndef CUPEL_CLI_RESULT_FORMAT_H
#define CUPEL_CLI_RESULT_FORMAT_H

#include <stdbool.h>

#include "cupel/error.h"
#include "cupel/result.h"

enum cli_format {
    CLI_FORMAT_JSON,
    CLI_FORMAT_TEXT,
    CLI_FORMAT_HTML,
    CLI_FORMAT_GRADESCOPE,
    CLI_FORMAT_COURSERA,
    CLI_FORMAT_PRAIRIELEARN,
    CLI_FORMAT_JUNIT,
};

extern const char *const cli_format_names[]; /* NULL-terminated */

/* As text, the caller's to free; NULL where the format has no document for a result without a
 * score. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cli_format_result(enum cli_format format,
                                       const struct cupel_result *result, enum cupel_view view,
                                       bool colour, char **ret);

/* To standard output (path NULL), or to a file that appears complete or not at all; nothing
 * where the format has no document for a result without a score. Returns 0 or -errno with err;
 * nothing is written then unless it was the writing that failed. */
CUPEL_MUST_CHECK int cli_print_result(enum cli_format format, const struct cupel_result *result,
                                      enum cupel_view view, bool colour, const char *path,
                                      struct cupel_error *err);

#endif
