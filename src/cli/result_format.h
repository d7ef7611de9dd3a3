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

/* *ret is the caller's to free; NULL where the format has no document for a result without a
 * score. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cli_format_result(enum cli_format format,
                                       const struct cupel_result *result, enum cupel_view view,
                                       bool colour, char **ret);

#endif
