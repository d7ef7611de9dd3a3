/* Environments of runs: vectors of "K=V". Pure. Internal to src/grader. */
#ifndef CUPEL_GRADER_ENVIRONMENT_H
#define CUPEL_GRADER_ENVIRONMENT_H

#include <stdbool.h>

#include "cupel/error.h"

/* What every build and test gets, before the grader's own. Static storage, NULL-terminated. */
extern const char *const cupel_environment_base[];

/*
 * Copy base and put over on top of it: a name in both has over's value and base's place; new
 * names follow in over's order. Either may be NULL: empty. The caller frees *ret with
 * cupel_strings_free(). Returns 0 or -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_environment_merge(const char *const *base, const char *const *over,
                                             char ***ret);

/* Whether name can be a variable's: [A-Za-z_][A-Za-z0-9_]*. */
bool cupel_environment_is_name(const char *name);

/* Value of a variable, borrowed; NULL if it is not there. */
const char *cupel_environment_get(const char *const *environment, const char *name);

#endif
