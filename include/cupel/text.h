/* Bytes from learners made into text that is safe to keep. Pure. */
#ifndef CUPEL_TEXT_H
#define CUPEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

/*
 * Copy len bytes as valid UTF-8: invalid bytes become U+FFFD, control characters other than tab
 * and line feed are escaped as \xNN (DEL and C1 as well; U+202A-202E and U+2066-2069, which
 * reorder what a reader sees, as \u{202A}). At most max_bytes of output, cut at a character's
 * end and followed by
 * "\n[… cut: N bytes in all]\n" if something was left out. *ret is NUL-terminated (NUL in the
 * input is escaped), freed by the caller. Returns 0 or -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_text_clean(const void *bytes, size_t len, size_t max_bytes,
                                      char **ret);

/* The same for the first len bytes of total, of which the others are not there any more. */
CUPEL_MUST_CHECK int cupel_text_clean_start(const void *bytes, size_t len, uint64_t total,
                                            size_t max_bytes, char **ret);

/* Whether len bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool cupel_text_is_utf8(const void *bytes, size_t len);
/* How many bytes of them, from the first, are. */
size_t cupel_text_utf8_prefix(const void *bytes, size_t len);

#define CUPEL_TEXT_EXCERPT_SIZE 64

/* A piece of text to quote in a message: cleaned as above, on one line, followed by "…" if it
 * was cut. Returns buf. */
const char *cupel_text_excerpt(const char *text, char buf[static CUPEL_TEXT_EXCERPT_SIZE]);

#endif
