/*
 * Cheats against a harness that loads the learner's code, in the language of a file's suffix.
 * Internal to src/grader. Pure.
 *
 * Where names must be known to be linked (C, C++, Java), and for what only shows if tests fail,
 * the cheat is added to a file of a sample.
 */
#ifndef CUPEL_GRADER_CHEAT_HARNESS_H
#define CUPEL_GRADER_CHEAT_HARNESS_H

#include <stdbool.h>

#include "cupel/error.h"
#include "cupel/grader.h"

/* What a cheat writes, and where. */
struct cupel_cheat_forgery {
    const char *report;
    const char *file; /* of the report, an absolute path; "" if it is none */
};

/* Whether a sample's code does what it did, so that its points are earned. */
bool cupel_cheat_keeps_sample(const char *name, enum cupel_cheat cheat);

/*
 * The file of that name. text: of the sample's file, or NULL. Returns 0 and sets *ret, freed by
 * the caller; *ret is NULL if there is no such cheat in this language, or none without a
 * sample; -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_cheat_harness_program(const char *name, enum cupel_cheat cheat,
                                                 const char *text,
                                                 const struct cupel_cheat_forgery *forgery,
                                                 char **ret);

#endif
