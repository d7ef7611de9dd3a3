/*
 * What a sample's expected.json asks of a result, and how a result differs from it. Pure.
 *
 * The subset rule: an object holds at least the keys that are expected; a list of objects with
 * an "id" holds at least one with each id that is expected, in any order; any other list is
 * equal element by element; numbers are equal to nine decimals; anything else is equal.
 */
#ifndef CUPEL_GRADER_SUBSET_H
#define CUPEL_GRADER_SUBSET_H

#include <stddef.h>

#include <jansson.h>

#include "cupel/error.h"

#define CUPEL_SUBSET_PATH_MAX 256

struct cupel_subset_difference {
    char path[CUPEL_SUBSET_PATH_MAX]; /* "tests[small].score"; "" is the whole; cut if long */
    json_t *expected;                 /* a reference */
    json_t *found;                    /* a reference; NULL: it is missing */
};

struct cupel_subset_differences {
    struct cupel_subset_difference *items;
    size_t count;
};

/* Add a difference for each place; zero-initialise ret before the first call. Returns 0 or
 * -ENOMEM. */
CUPEL_MUST_CHECK int cupel_subset_compare(json_t *expected, json_t *found,
                                          struct cupel_subset_differences *ret);
void cupel_subset_clear(struct cupel_subset_differences *differences);

/* The keys and ids of expected that found has, with the values of found. A new reference, NULL
 * if memory ran out. */
json_t *cupel_subset_update(json_t *expected, json_t *found);

/* What is worth expecting of a cupel.result/1: its score, verdicts and reasons, and no figures.
 * A new reference, NULL if memory ran out. */
json_t *cupel_subset_default(json_t *result);

/* As a file: a key a line, and an element a line of the lists below. The caller frees; NULL if
 * memory ran out. */
char *cupel_subset_text(json_t *expected);

#endif
