/* Results and reports as documents. */
#ifndef CUPEL_RENDER_H
#define CUPEL_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "cupel/error.h"
#include "cupel/outcome.h"
#include "cupel/result.h"

/* cupel.run/1 of an outcome. A new reference, NULL if memory ran out. Learners see of denied
 * calls neither arguments nor files. */
json_t *cupel_render_run(const struct cupel_outcome *outcome, enum cupel_view view);

/* cupel.result/1, keys in the order of design section 6. A new reference, or NULL as above. */
json_t *cupel_render_result(const struct cupel_result *result, enum cupel_view view);

/*
 * The result whose cupel.result/1 for staff document is (borrowed; NULL is no result), so that
 * it can be rendered for others and in other formats. *ret is the caller's to clear. What the
 * document does not tell is zero or, of figures, CUPEL_UNKNOWN and NaN. Documents of others, of
 * whatever size and content, do no harm: the result takes memory in proportion to the document.
 * Returns 0; -EPROTO with the first key that is wrong, "tests[3].verdict: expected one of …";
 * -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_render_read_result(const json_t *document, struct cupel_result *ret,
                                              struct cupel_error *err);

/* One of its "tests": all, or what a learner may know of it. A new reference, or NULL as above.
 */
json_t *cupel_render_test(const struct cupel_test_result *test, enum cupel_view view);

/* The result as text, as cupel_render_json_text() makes it of that, in much less memory: its
 * tests are never values at the same time. Returns 0 or -ENOMEM; errors of out are the caller's
 * to look for (ferror()). */
CUPEL_MUST_CHECK int cupel_render_result_json(const struct cupel_result *result,
                                              enum cupel_view view, FILE *out);

/* Any of them, as text: indented, keys in the given order, a final line feed. The caller frees;
 * NULL if memory ran out. */
char *cupel_render_json_text(const json_t *json);

/* The same in one line, which has no other line feed than the final one. */
char *cupel_render_json_line(const json_t *json);

/* The result for a terminal, one test a line, failures with message and output below; at most
 * width columns for its own text. colour: with SGR sequences. The caller frees; NULL if memory
 * ran out. */
char *cupel_render_result_text(const struct cupel_result *result, enum cupel_view view,
                               bool colour);

/* The result as one page of HTML, which needs nothing else and runs nothing. The caller frees;
 * NULL if memory ran out. */
char *cupel_render_result_html(const struct cupel_result *result, enum cupel_view view);

/* What other systems read. docs/compatibility.md tells how each of their fields is filled. */
enum cupel_foreign_format {
    CUPEL_FORMAT_GRADESCOPE,   /* results.json */
    CUPEL_FORMAT_COURSERA,     /* feedback.json */
    CUPEL_FORMAT_PRAIRIELEARN, /* results.json, of at most 1 MB */
    CUPEL_FORMAT_JUNIT,        /* XML, as servers of continuous integration read it */
};

/*
 * The result as such a document. *ret is the caller's to free; NULL where there is no score and
 * the system has no word for that: whatever it were given, it would take for a grade. Returns 0
 * or -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_render_foreign(enum cupel_foreign_format format,
                                          const struct cupel_result *result,
                                          enum cupel_view view, char **ret);

#endif
