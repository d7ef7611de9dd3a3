/*
 * What is probably not meant in a definition that is valid. Internal to src/grader.
 *
 * Remarks at their places in the document; only `cupel lint` asks for them.
 */
#ifndef CUPEL_GRADER_LINT_H
#define CUPEL_GRADER_LINT_H

#include <jansson.h>

#include "cupel/document.h"
#include "cupel/error.h"
#include "cupel/grader.h"

/* grader is what was read from document. file: the definition's path below the grader's folder.
 * Returns 0, or -errno with err where the folder cannot be read. */
CUPEL_MUST_CHECK int cupel_lint_grader(struct cupel_document *document, const char *file,
                                       const struct cupel_grader *grader,
                                       struct cupel_diagnostics *diagnostics,
                                       struct cupel_error *err);

/* The rest is shared by the files lint*.c only. */

/* What a learner sees of a test: everything, if it is visible. */
bool cupel_lint_is_hidden(const json_t *test);

/* Hidden data that learners can come by. */
CUPEL_MUST_CHECK int cupel_lint_visibility(const struct cupel_field *root);

/* What a harness in-process lets learners do. */
void cupel_lint_in_process(const struct cupel_field *root, const struct cupel_grader *grader);

/* Files that nothing names; they have no place but themselves. */
CUPEL_MUST_CHECK int cupel_lint_files(const struct cupel_field *root, const char *file,
                                      const struct cupel_grader *grader,
                                      struct cupel_diagnostics *diagnostics,
                                      struct cupel_error *err);

#endif
