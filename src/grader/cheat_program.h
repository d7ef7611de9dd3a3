/* The program of a cheat, in the language of a file's suffix. Internal to src/grader. Pure. */
#ifndef CUPEL_GRADER_CHEAT_PROGRAM_H
#define CUPEL_GRADER_CHEAT_PROGRAM_H

#include <stdbool.h>

#include "cupel/grader.h"

/* Whether a program can be written in the language of a file of that name. */
bool cupel_cheat_knows(const char *name);

/*
 * The program of cheat (one that needs one) for a file of that name. texts: what
 * CUPEL_CHEAT_FORGED_RESULT prints, or the paths that CUPEL_CHEAT_HIDDEN_DATA looks for;
 * NULL-terminated, UTF-8 (others are left out). The caller frees; NULL if memory ran out.
 */
char *cupel_cheat_program(const char *name, enum cupel_cheat cheat, const char *const *texts);

#endif
