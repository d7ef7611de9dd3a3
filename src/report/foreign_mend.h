/* What writers of JSON do to text that came from programs. Internal to src/report. */
#ifndef CUPEL_REPORT_FOREIGN_MEND_H
#define CUPEL_REPORT_FOREIGN_MEND_H

#include <stddef.h>

/*
 * Replace, byte for byte so that every position stays, what JSON has no way to say but writers
 * write all the same: \u0000 by the symbol for it (U+2400), escaped surrogates that are no pair
 * by U+FFFD, bytes that are not UTF-8 by '?'. Else a program's output would make the file
 * invalid.
 */
void foreign_mend(char *text, size_t len);

#endif
