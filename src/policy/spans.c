#include "policy/spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"

unsigned cupel_region_varying(const struct cupel_region *region)
{
    unsigned found = 0;

    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        for (size_t n = 1; n < region->count; n++) {
            if (region->items[n].mask[i] != region->items[0].mask[i] ||
                region->items[n].value[i] != region->items[0].value[i])
                found |= 1U << i;
        }
    }
    return found;
}

static int by_first(const void *a, const void *b)
{
    const struct cupel_span *x = a;
    const struct cupel_span *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

void cupel_spans_sort(struct cupel_spans *spans)
{
    size_t kept = 0;

    qsort(spans->items, spans->count, sizeof(*spans->items), by_first);
    for (size_t i = 1; i < spans->count; i++) {
        struct cupel_span *last = &spans->items[kept];
        if (last->last + 1 == spans->items[i].first || last->first == spans->items[i].first)
            last->last = spans->items[i].last;
        else
            spans->items[++kept] = spans->items[i];
    }
    spans->count = kept + 1;
}

/* The values of an argument in a cube; false if they are not next to each other. */
static bool span_of(unsigned wide, const struct cupel_cube *cube, size_t argument,
                    struct cupel_span *ret)
{
    uint64_t open = ~cube->mask[argument] & cupel_argument_width(wide, argument);

    *ret = (struct cupel_span){cube->value[argument], cube->value[argument] | open};
    return (open & (open + 1)) == 0;
}

int cupel_spans_make(unsigned wide, size_t argument, size_t count, struct cupel_spans *ret)
{
    *ret = (struct cupel_spans){.argument = argument,
                                .width = cupel_argument_width(wide, argument)};
    ret->items = calloc(count + 1, sizeof(*ret->items));
    return ret->items == NULL ? -ENOMEM : 0;
}

size_t cupel_spans_gaps(const struct cupel_spans *spans, struct cupel_span *ret)
{
    uint64_t next = 0;
    size_t count = 0;

    for (size_t i = 0; i < spans->count; i++) {
        if (spans->items[i].first > next)
            ret[count++] = (struct cupel_span){next, spans->items[i].first - 1};
        next = spans->items[i].last + 1;
    }
    if (spans->items[spans->count - 1].last < spans->width)
        ret[count++] = (struct cupel_span){next, spans->width};
    return count;
}

bool cupel_spans_are_all(const struct cupel_spans *spans)
{
    return spans->count == 1 && spans->items[0].first == 0 &&
           spans->items[0].last == spans->width;
}

void cupel_slices_clear(struct cupel_slices *slices)
{
    for (size_t i = 0; i < slices->count; i++)
        free(slices->items[i].y.items);
    free(slices->items);
}

/* The values of y in the cubes that have this value of x. */
static int fill_slice(unsigned wide, const struct cupel_region *in,
                      const struct cupel_slices *slices, struct cupel_slice *slice)
{
    struct cupel_span x;

    int r = cupel_spans_make(wide, slices->y, in->count, &slice->y);
    for (size_t i = 0; i < in->count && r == 0; i++) {
        const struct cupel_cube *cube = &in->items[i];
        if (!span_of(wide, cube, slices->x, &x) || x.first > slice->x.first ||
            x.last < slice->x.first)
            continue;
        if (!span_of(wide, cube, slices->y, &slice->y.items[slice->y.count++]))
            r = -EDOM;
    }
    if (r == 0 && slice->y.count > 0)
        cupel_spans_sort(&slice->y);
    return r;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

/* The values of x at which any cube begins, or the first behind one's end, sorted. */
static uint64_t *borders_of(unsigned wide, const struct cupel_region *in, size_t x,
                            size_t *ret_count)
{
    uint64_t *borders = calloc(2 * in->count + 1, sizeof(*borders));
    size_t count = 0;

    for (size_t i = 0; borders != NULL && i < in->count; i++) {
        struct cupel_span span;
        if (!span_of(wide, &in->items[i], x, &span)) {
            free(borders);
            return NULL;
        }
        borders[count++] = span.first;
        if (span.last < cupel_argument_width(wide, x))
            borders[count++] = span.last + 1;
    }
    if (borders != NULL)
        qsort(borders, count, sizeof(*borders), by_value);
    *ret_count = count;
    return borders;
}

int cupel_slices_make(unsigned wide, const struct cupel_region *in, struct cupel_slices *slices)
{
    size_t count = 0;
    CUPEL_AUTO_FREE uint64_t *borders = borders_of(wide, in, slices->x, &count);
    int r = borders == NULL ? -EDOM : 0;

    slices->items = calloc(count + 1, sizeof(*slices->items));
    if (slices->items == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count && r == 0; i++) {
        if (i + 1 < count && borders[i + 1] == borders[i])
            continue;
        uint64_t last =
            i + 1 < count ? borders[i + 1] - 1 : cupel_argument_width(wide, slices->x);
        struct cupel_slice *slice = &slices->items[slices->count++];
        slice->x = (struct cupel_span){borders[i], last};
        r = fill_slice(wide, in, slices, slice);
        slice->done = slice->y.count == 0;
    }
    return r;
}

bool cupel_spans_equal(const struct cupel_spans *a, const struct cupel_spans *b)
{
    return a->count == b->count &&
           memcmp(a->items, b->items, a->count * sizeof(*a->items)) == 0;
}
