/*
 * Submissions that cheat, made for a grader: each earns nothing, or the grader trusts what it
 * must not. Pure but for the memfd that holds the archive.
 *
 * The files are those that the grader requires. A pattern stands for the names in the grader's
 * own commands that match it, else for one that it would match. The first file whose suffix is
 * that of a known language (or the one called main) is the program; the others are empty.
 *
 * Where a harness may load them, and there is a sample, the files are the sample's, and the
 * cheat is added to all whose language is known.
 */
#ifndef CUPEL_GRADER_CHEATS_H
#define CUPEL_GRADER_CHEATS_H

#include <stdbool.h>

#include "cupel/error.h"
#include "cupel/grader.h"
#include "grader/cheat_sample.h"

/* What each does, for readers; indexed by enum cupel_cheat. */
extern const char *const cupel_cheat_titles[];

/* What a submission of CUPEL_CHEAT_HIDDEN_DATA prints before the path that it could read. */
#define CUPEL_CHEAT_MARK "cupel-cheat could read "

struct cupel_cheat_submission {
    int fd; /* an archive, at its start, for the caller to close; -1: there is none */
    bool keeps_sample; /* it does what the sample does, and earns its points by right */
};

/* Whether there is anything in the grader that the cheat is against. */
bool cupel_cheat_applies(const struct cupel_grader *grader, enum cupel_cheat cheat);

/*
 * hidden: paths that must not be readable, NULL-terminated. ret->fd is -1 if the
 * cheat needs a program, and the language of none of the files is known, or a sample, and there
 * is none. Returns 0, or -errno with err.
 */
CUPEL_MUST_CHECK int cupel_cheat_pack(const struct cupel_grader *grader, enum cupel_cheat cheat,
                                      const char *const *hidden,
                                      const struct cupel_cheat_sample *sample,
                                      struct cupel_cheat_submission *ret,
                                      struct cupel_error *err);

#endif
