/*
 * Regions of arguments as values that are next to each other: what people would write down of
 * them. Pure.
 */
#ifndef CUPEL_POLICY_SPANS_H
#define CUPEL_POLICY_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/region.h"

/* Values of one argument, from first to last. */
struct cupel_span {
    uint64_t first;
    uint64_t last;
};

/* What a region is if it comes down to spans of one argument, all others being the same. */
struct cupel_spans {
    struct cupel_span *items; /* sorted, not adjacent */
    size_t count;
    size_t argument;
    uint64_t width; /* the greatest value */
};

/* The greatest value of an argument. wide: see cupel_arguments_wide(). */
static inline uint64_t cupel_argument_width(unsigned wide, size_t argument)
{
    return (wide >> argument & 1U) != 0 ? UINT64_MAX : UINT32_MAX;
}

/* A part of the values of one argument, x, and those of another that go with it. */
struct cupel_slice {
    struct cupel_span x;
    struct cupel_spans y;
    bool done; /* nothing goes with it, or it has been dealt with */
};

struct cupel_slices {
    struct cupel_slice *items;
    size_t count;
    size_t x;
    size_t y;
};

/* The arguments in which the cubes differ, as a bit set. */
unsigned cupel_region_varying(const struct cupel_region *region);

/* No spans of an argument, with room for count; items are freed by the caller. Returns 0 or
 * -ENOMEM. */
CUPEL_MUST_CHECK int cupel_spans_make(unsigned wide, size_t argument, size_t count,
                                      struct cupel_spans *ret);

/* Bring at least one span, that do not overlap but may be the same, into the order that the
 * others expect. */
void cupel_spans_sort(struct cupel_spans *spans);

/* The values between the spans. Returns how many spans they are; ret has room for count + 1. */
size_t cupel_spans_gaps(const struct cupel_spans *spans, struct cupel_span *ret);

bool cupel_spans_are_all(const struct cupel_spans *spans);
bool cupel_spans_equal(const struct cupel_spans *a, const struct cupel_spans *b);

/*
 * The slices of a region whose cubes differ in slices->x and, if at all, in slices->y. Returns
 * 0; -EDOM if they are not made of spans; -ENOMEM. Release with cupel_slices_clear() whatever
 * it returns.
 */
CUPEL_MUST_CHECK int cupel_slices_make(unsigned wide, const struct cupel_region *in,
                                       struct cupel_slices *slices);
void cupel_slices_clear(struct cupel_slices *slices);

#endif
