/* Excerpts of output, quoted so that a reader sees what is invisible. */
#ifndef CUPEL_SCORE_QUOTE_H
#define CUPEL_SCORE_QUOTE_H

#include "cupel/compare.h"

/*
 * "54\t" in quotes, with … outside of them where the line begins or goes on. Tab, line feed,
 * CR, quotes and backslashes are escaped as in C, bytes that are not UTF-8 as \xNN, characters
 * that nobody sees (no-break and zero-width spaces, a byte order mark) as \u{200B}, the rest as
 * by cupel_text_clean(). The caller frees; NULL if memory ran out.
 */
char *score_quote(const struct cupel_excerpt *excerpt);

#endif
