/*
 * The form in which two names are the same to some file system that people use. Pure; needs no
 * locale.
 */
#ifndef CUPEL_UNPACK_FOLD_H
#define CUPEL_UNPACK_FOLD_H

#include "cupel/error.h"

/*
 * Fold a plain path: characters are decomposed (Unicode 14 canonical decompositions of the
 * basic plane without CJK compatibility ideographs, and Hangul), combining marks of one base
 * are sorted, letters lose their case, and blanks and dots at the end of a component, which
 * Windows ignores, are dropped (a component of nothing else keeps them). Two names that
 * NTFS, APFS or HFS+ would take for one fold to one.
 * Returns 0 and sets *ret, which the caller frees; -EILSEQ if path is not UTF-8; -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_fold(const char *path, char **ret);

#endif
