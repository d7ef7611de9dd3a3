/* The grader that a command names. */
#ifndef CUPEL_CLI_OPEN_GRADER_H
#define CUPEL_CLI_OPEN_GRADER_H

#include "cli/install.h"
#include "cupel/grader.h"

/* Where it is: a bare name that is no file here is one of the graders that cupel came with. The
 * caller frees; NULL if memory ran out. */
char *cli_find_grader(const char *name, const struct cupel_cli_paths *paths);

/*
 * Load a folder, or a grader.json. Returns CUPEL_EXIT_OK and sets *ret (cupel_grader_free()),
 * or the exit code, with what is wrong on standard error.
 */
int cli_open_grader(const char *command, const char *path, const struct cupel_cli_paths *paths,
                    struct cupel_grader **ret);

#endif
