/* The submission of a cheat against a harness. Internal to src/grader. */
#ifndef CUPEL_GRADER_CHEAT_PACK_H
#define CUPEL_GRADER_CHEAT_PACK_H

#include <stdbool.h>

#include "grader/cheat_sample.h"

/*
 * Add the files to the archive at fd: those of a sample, or, if it has none, empty ones with
 * these names, and program (NULL: none) is the one with the cheat. *ret_made: whether there is
 * a cheat in them; *ret_keeps: whether the sample's code does what it did. Returns 0, or -errno
 * with err.
 */
CUPEL_MUST_CHECK int cupel_cheat_pack_harness(const struct cupel_grader *grader,
                                              enum cupel_cheat cheat,
                                              const struct cupel_cheat_sample *sample,
                                              const char *program, char *const *names, int fd,
                                              bool *ret_made, bool *ret_keeps,
                                              struct cupel_error *err);

#endif
