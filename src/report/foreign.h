/* What the readers of other systems' result files share. Internal to src/report. */
#ifndef CUPEL_REPORT_FOREIGN_H
#define CUPEL_REPORT_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/document.h"
#include "cupel/foreign.h"

/* Each reads the file's root, which is an object. false: with a diagnostic, at which reading
 * stops, or without one if memory ran out. One file each. */
bool foreign_read_gradescope(const struct cupel_field *root, struct cupel_foreign *ret);
bool foreign_read_coursera(const struct cupel_field *root, struct cupel_foreign *ret);
bool foreign_read_prairielearn(const struct cupel_field *root, struct cupel_foreign *ret);

/* A member that is there and not null, as writers of Python leave it. */
bool foreign_has(const struct cupel_field *object, const char *key, struct cupel_field *ret);

/* As strtod(3), but white space around the number may be all else there is, and no words and no
 * hexadecimals. */
bool foreign_parse_number(const char *text, double *ret);

/* A number, or a string that holds one. */
bool foreign_number(const struct cupel_field *field, double min, double max, double *ret);

/* Members that may be absent; *ret is then untouched. Texts may also be numbers or booleans. */
bool foreign_read_number(const struct cupel_field *object, const char *key, double min,
                         double max, double *ret);
bool foreign_read_bool(const struct cupel_field *object, const char *key, bool *ret);
bool foreign_read_text(const struct cupel_field *object, const char *key, size_t max_bytes,
                       char **ret);

/* An array of at most max elements, that may be absent: *ret_count is then 0. */
bool foreign_read_array(const struct cupel_field *object, const char *key, size_t max,
                        struct cupel_field *ret, size_t *ret_count);

/* How many pictures the member "images" has. */
bool foreign_count_images(const struct cupel_field *object, size_t *ret);

#endif
