/*
 * Comparison of a program's output with what is expected, while it streams: output of any
 * length, constant memory. Pure.
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
};

extern const char *const cupel_compare_names[]; /* indexed by the enum, NULL-terminated */

/* For CUPEL_COMPARE_NUMBERS: equal if |a-b| <= absolute or |a-b| <= relative * |expected|. NaN
 * is never equal; an infinity equals itself only. Both default to 0 for others. */
struct cupel_tolerance {
    double absolute;
    double relative;
};

struct cupel_compare;

/* Where the output first differs; lines count from 1. */
struct cupel_difference {
    uint64_t line; /* of the output */
    char
        expected[96]; /* start of the expected line, raw bytes, NUL-terminated; "" at the end */
    char actual[96];  /* the same of the output */
    bool expected_ended; /* the output goes on where the expected output ended */
    bool actual_ended;   /* the output ended where more was expected */
};

/* expected (len bytes) is borrowed and must outlive the comparison. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_compare_new(enum cupel_compare_kind kind,
                                       struct cupel_tolerance tolerance, const void *expected,
                                       size_t len, struct cupel_compare **ret);
void cupel_compare_free(struct cupel_compare *compare);

/* Feed the next bytes of the output. After the first difference further bytes cost nothing. */
void cupel_compare_feed(struct cupel_compare *compare, const void *bytes, size_t len);

/* The output has ended: true if it is equal, else *ret_difference (may be NULL) is filled. */
bool cupel_compare_finish(struct cupel_compare *compare,
                          struct cupel_difference *ret_difference);

#endif
