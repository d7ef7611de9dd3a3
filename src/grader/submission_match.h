/*
 * Which files of a submission a grader wants. Pure.
 *
 * Patterns are those of fnmatch(3) with FNM_PATHNAME: `*` does not pass a '/', so "*.h" names
 * files at the top only, and those of a folder need the folder in the pattern. There is no
 * "**".
 */
#ifndef CUPEL_GRADER_SUBMISSION_MATCH_H
#define CUPEL_GRADER_SUBMISSION_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/grader.h"

/* Whether path matches one of patterns (NULL-terminated, or NULL). */
bool cupel_match_any(char *const *patterns, const char *path);

/* Whether the intake names files at all; where it does not, everything is kept. */
bool cupel_match_is_open(const struct cupel_intake *intake);

/* Whether a file or link at path stays in the box. */
bool cupel_match_keeps(const struct cupel_intake *intake, const char *path);

/* Whether each required pattern is matched by one of paths (NULL-terminated); if none is
 * required, whether an optional one is. False for an open intake: nothing tells. */
bool cupel_match_fits(const struct cupel_intake *intake, const char *const *paths);

/*
 * "missing: fib.c; handed in: Fib.c, notes.txt (did you mean Fib.c?)"; at most 10 names of
 * each. *ret is NULL if nothing is missing; the caller frees. Returns 0 or -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_match_missing(const struct cupel_intake *intake,
                                         const char *const *paths, char **ret);

/* Names as a list, "a, b, c and 4 more", at most 10; the caller frees; NULL: no memory. */
char *cupel_match_list(const char *const *names);

#endif
