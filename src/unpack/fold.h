/*
 * The form in which two names are the same to some file system that people use. Pure; needs no
 * locale.
 */
#ifndef CUPEL_UNPACK_FOLD_H
#define CUPEL_UNPACK_FOLD_H

#include "cupel/error.h"

/*
 * Fold a plain path: letters lose their case (Unicode's simple case folding), and blanks and
 * dots at the end of a component, which Windows ignores, are dropped (a component of nothing
 * else keeps them). Composed and decomposed characters need no folding: reader.c has libarchive
 * compose every name (NFC).
 * Returns 0 and sets *ret, which the caller frees; -EILSEQ if path is not UTF-8; -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_fold(const char *path, char **ret);

#endif
