/*
 * Comparison of a program's output with what is expected, while it streams: output of any
 * length, constant memory; with a pattern, output of a stated length, which is kept. Pure.
 */
#ifndef CUPEL_COMPARE_H
#define CUPEL_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

enum cupel_compare_kind {
    CUPEL_COMPARE_EXACT,   /* byte for byte */
    CUPEL_COMPARE_LINES,   /* trailing blanks (space, tab, CR) of lines and trailing empty lines
                              ignored */
    CUPEL_COMPARE_TOKENS,  /* white space folded: the sequences of words are equal */
    CUPEL_COMPARE_NUMBERS, /* tokens; those that are numbers on both sides within tolerance */
    CUPEL_COMPARE_REGEX,   /* the expected text is a pattern of PCRE2, see below */
};

extern const char *const cupel_compare_names[]; /* indexed by the enum, NULL-terminated */

/*
 * For CUPEL_COMPARE_NUMBERS: equal if a == b, |a-b| <= absolute, or |a-b| <= relative *
 * |expected|. NaN is never equal, not even to the same word; an infinity equals itself only.
 *
 * A number is a decimal with optional sign, fraction and exponent, "inf", "infinity" or "nan"
 * in any case, in the C locale. Everything else is compared as text: hexadecimal (an address or
 * a hash is a name, not a measurement), numbers past the range of long double, and tokens
 * longer than 4 KiB. Values have the precision of long double (64 bits on x86-64, 113 on
 * arm64), so that 64-bit integers are told apart.
 */
struct cupel_tolerance {
    double absolute;
    double relative;
};

/*
 * For CUPEL_COMPARE_REGEX: a pattern as in pcre2pattern(3), in UTF-8, lines end in LF. It has
 * to match the output as a whole, with or without the white space at the output's end; output
 * that is not UTF-8 does not match. A line feed at the end of the pattern is not part of it.
 *
 * At most CUPEL_COMPARE_REGEX_OUTPUT_MAX bytes are compared, in at most two million steps of
 * PCRE2's that move on by 200 bytes on the average, and 64 MiB. A pattern that needs more for
 * an output has said nothing of it: see cupel_compare_failure().
 */
#define CUPEL_COMPARE_REGEX_OUTPUT_MAX ((size_t)1 << 20)

/* Whether pattern may be given to cupel_compare_new(). Returns 0; -ENOMEM; -EINVAL: *ret_offset
 * is the byte of the pattern up to which it was understood, err->text what is wrong there. */
CUPEL_MUST_CHECK int cupel_compare_check_pattern(const void *pattern, size_t len,
                                                 size_t *ret_offset, struct cupel_error *err);

struct cupel_compare;

/* A part of one line, raw bytes: from the line's start or, where it differs far into the line,
 * from shortly before that place. */
struct cupel_excerpt {
    char bytes[96];
    size_t len;       /* bytes may hold NUL */
    uint64_t skipped; /* bytes of the line before the excerpt */
    bool cut;         /* the line goes on after the excerpt */
};

#define CUPEL_CONTEXT_LINES 2

/* The lines around a place, each from its start. */
struct cupel_context {
    uint64_t line; /* of the place, from 1 */
    struct cupel_excerpt before[CUPEL_CONTEXT_LINES];
    size_t before_count;
    struct cupel_excerpt after[CUPEL_CONTEXT_LINES];
    size_t after_count;
    bool line_ended; /* the comparison's own: the line shown last is complete */
};

/* Where the output first differs. */
struct cupel_difference {
    uint64_t line;   /* of the output, from 1; 0: could not be found out (patterns only) */
    uint64_t column; /* byte of that line, from 1; of blanks and numbers, what follows them */
    struct cupel_excerpt expected;       /* empty at the end */
    struct cupel_excerpt actual;         /* empty at the end */
    struct cupel_context expected_lines; /* around expected, or before the end */
    struct cupel_context actual_lines;
    bool expected_ended; /* the output goes on where nothing more was expected */
    bool actual_ended;   /* the output ended where a further line (or token) was expected */
    bool by_pattern;     /* a pattern does not match from here on; expected is empty */
};

/* expected (len bytes) is borrowed and must outlive the comparison. Returns 0; -ENOMEM; -EINVAL
 * for a pattern that cupel_compare_check_pattern() refuses. */
CUPEL_MUST_CHECK int cupel_compare_new(enum cupel_compare_kind kind,
                                       struct cupel_tolerance tolerance, const void *expected,
                                       size_t len, struct cupel_compare **ret);
void cupel_compare_free(struct cupel_compare *compare);

/* Feed the next bytes of the output. Some lines after the first difference, bytes cost nothing.
 */
void cupel_compare_feed(struct cupel_compare *compare, const void *bytes, size_t len);

/* The output has ended: true if it is equal, else *ret_difference (may be NULL) is filled. */
bool cupel_compare_finish(struct cupel_compare *compare,
                          struct cupel_difference *ret_difference);

/* After cupel_compare_finish() returned false: 0 if the output differs; else nothing is known
 * of it: -ENOMEM; -EFBIG or -ELOOP, the fault of the grader, whose pattern cannot cope with it.
 */
CUPEL_MUST_CHECK int cupel_compare_failure(const struct cupel_compare *compare,
                                           struct cupel_error *err);

#endif
