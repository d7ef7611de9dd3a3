/* The names of the files that a cheat hands in. Internal to src/grader. Pure. */
#ifndef CUPEL_GRADER_CHEAT_FILES_H
#define CUPEL_GRADER_CHEAT_FILES_H

#include "cupel/error.h"
#include "cupel/grader.h"

/* One name for each required pattern, or more where the grader's commands name them;
 * NULL-terminated, freed with cupel_strings_free(). Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_cheat_files(const struct cupel_grader *grader, char ***ret);

#endif
