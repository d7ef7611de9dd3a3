/* The program of a cheat, in the language of a file's suffix. Internal to src/grader. Pure. */
#ifndef CUPEL_GRADER_CHEAT_PROGRAM_H
#define CUPEL_GRADER_CHEAT_PROGRAM_H

#include <stdio.h>

#include "cupel/grader.h"

enum cupel_cheat_language {
    CUPEL_CHEAT_C, /* and C++: what is written is both */
    CUPEL_CHEAT_PYTHON,
    CUPEL_CHEAT_JAVA,
    CUPEL_CHEAT_JAVASCRIPT,
    CUPEL_CHEAT_SHELL,
    CUPEL_CHEAT_LANGUAGES, /* none that is known */
};

/* The language of a file of that name. */
enum cupel_cheat_language cupel_cheat_language(const char *name);

/* Write text as a string, as C, Python, Java, JavaScript and JSON have it; what is not UTF-8 as
 * an empty one. */
void cupel_cheat_put_literal(FILE *out, const char *text);

/* The class that Java wants in a file of that name: the name without folders and suffix, which
 * it has. The caller frees; NULL: no memory. */
char *cupel_cheat_class(const char *name);

/*
 * The program of cheat (one that needs one) for a file of that name. texts: what
 * CUPEL_CHEAT_FORGED_RESULT prints, or the paths that CUPEL_CHEAT_HIDDEN_DATA looks for;
 * NULL-terminated, UTF-8 (others are left out). The caller frees; NULL if memory ran out.
 */
char *cupel_cheat_program(const char *name, enum cupel_cheat cheat, const char *const *texts);

#endif
