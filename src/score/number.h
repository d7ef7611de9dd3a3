/* Numbers in texts, as cupel/compare.h defines them: not the process's locale decides. */
#ifndef CUPEL_SCORE_NUMBER_H
#define CUPEL_SCORE_NUMBER_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The plain decimal that text, of len bytes, begins with: at most 19 digits, and a power of ten
 * that a long double holds exactly, so that one multiplication or division gives the value that
 * strtold(3) gives. Returns how many bytes it has, of which the next may be anything; 0 if
 * there is none, or number_parse() has to be asked. *ret is set unless that is so.
 */
size_t number_read_plain(const unsigned char *text, size_t len, long double *ret);

/* Whether text is a number, and which: len bytes, among which a NUL makes it no number, and a
 * NUL after them. c_locale: of newlocale(3), "C". */
bool number_parse(const char *text, size_t len, locale_t c_locale, long double *ret);

/* Whether a word among len bytes is "nan", in any case and with any sign. It begins and ends
 * with the bytes, if no white space comes before or after it. */
bool number_has_nan(const unsigned char *bytes, size_t len);

#endif
