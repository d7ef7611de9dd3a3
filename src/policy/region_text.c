#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/condition.h"
#include "policy/constant_text.h"
#include "policy/region.h"
#include "policy/spans.h"

#define FEW 8 /* values that are named one by one */

struct writer {
    FILE *out;
    const char *call;
    enum cupel_arch arch;
    unsigned wide;
};

static void put_value(const struct writer *w, size_t argument, uint64_t value)
{
    char text[CUPEL_CONSTANT_TEXT_SIZE];

    (void)fputs(cupel_constant_text(w->call, argument, w->arch, value, text), w->out);
}

/* arg1 & 0xff == 0, or as the operator says. */
static void put_comparison(const struct writer *w, const struct cupel_cube *cube,
                           size_t argument, const char *operator)
{
    uint64_t width = cupel_argument_width(w->wide, argument);

    (void)fprintf(w->out, "arg%zu", argument);
    if ((cube->mask[argument] & width) != width) {
        (void)fputs(" & ", w->out);
        put_value(w, argument, cube->mask[argument] & width);
    }
    (void)fprintf(w->out, " %s ", operator);
    put_value(w, argument, cube->value[argument]);
}

/* All comparisons of a cube but those of some arguments. Returns how many there were. */
static size_t put_cube(const struct writer *w, const struct cupel_cube *cube, unsigned but)
{
    size_t count = 0;

    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if ((but >> i & 1U) != 0 || (cube->mask[i] & cupel_argument_width(w->wide, i)) == 0)
            continue;
        (void)fputs(count++ > 0 ? " and " : "", w->out);
        put_comparison(w, cube, i, "==");
    }
    return count;
}

static bool are_single(const struct cupel_span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (spans[i].first != spans[i].last)
            return false;
    }
    return count > 0;
}

/* Whether the span is a few values of which each has a name. */
static bool has_names(const struct writer *w, size_t argument, const struct cupel_span *span)
{
    char text[CUPEL_CONSTANT_TEXT_SIZE];

    if (span->last - span->first >= FEW)
        return false;
    for (uint64_t value = span->first; value - span->first <= span->last - span->first;
         value++) {
        (void)cupel_constant_text(w->call, argument, w->arch, value, text);
        if (text[0] >= '0' && text[0] <= '9')
            return false;
    }
    return true;
}

static void put_number(const struct writer *w, uint64_t value)
{
    (void)fprintf(w->out, value < 256 ? "%ju" : "0x%jx", (uintmax_t)value);
}

/* How many pieces a span is told in: each value, or from where to where. */
static size_t pieces_of(const struct writer *w, size_t argument, const struct cupel_span *span)
{
    bool one_by_one = span->last - span->first < 2 || has_names(w, argument, span);

    return one_by_one ? (size_t)(span->last - span->first) + 1 : 1;
}

static void put_piece(const struct writer *w, size_t argument, const struct cupel_span *span,
                      size_t piece)
{
    if (pieces_of(w, argument, span) > 1 || span->first == span->last) {
        put_value(w, argument, span->first + piece);
        return;
    }
    put_number(w, span->first);
    (void)fputs(" to ", w->out);
    put_number(w, span->last);
}

/* A, B or C */
static void put_list(const struct writer *w, size_t argument, const struct cupel_span *spans,
                     size_t count)
{
    size_t total = 0;
    size_t put = 0;

    for (size_t i = 0; i < count; i++)
        total += pieces_of(w, argument, &spans[i]);
    for (size_t i = 0; i < count; i++) {
        for (size_t piece = 0; piece < pieces_of(w, argument, &spans[i]); piece++) {
            (void)fputs(put == 0 ? "" : put + 1 == total ? " or " : ", ", w->out);
            put_piece(w, argument, &spans[i], piece);
            put++;
        }
    }
}

static bool are_small(const struct cupel_span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (spans[i].last - spans[i].first >= FEW)
            return false;
    }
    return true;
}

/* Whether all but the borders are single values that are left out. */
static bool is_one_with_holes(const struct cupel_spans *spans)
{
    for (size_t i = 1; i < spans->count; i++) {
        if (spans->items[i].first - spans->items[i - 1].last != 2)
            return false;
    }
    return spans->count > 1;
}

static void put_spans_and_gaps(const struct writer *w, const struct cupel_spans *spans,
                               const struct cupel_span *gaps, size_t gap_count)
{
    const struct cupel_span *first = &spans->items[0];
    const struct cupel_span *last = &spans->items[spans->count - 1];
    struct cupel_span whole = {first->first, last->last};

    (void)fprintf(w->out, "arg%zu ", spans->argument);
    if (spans->count == 1 && first->first == first->last) {
        (void)fputs("== ", w->out);
        put_value(w, spans->argument, first->first);
    } else if (spans->count == 1 && (first->first == 0 || first->last == spans->width) &&
               !are_single(gaps, gap_count)) {
        (void)fputs(first->first == 0 ? "<= " : ">= ", w->out);
        put_value(w, spans->argument, first->first == 0 ? first->last : first->first);
    } else if (are_single(gaps, gap_count) ||
               (are_small(gaps, gap_count) && !are_small(spans->items, spans->count))) {
        bool single = gap_count == 1 && gaps[0].first == gaps[0].last;
        (void)fputs(single ? "!= " : "is not ", w->out);
        put_list(w, spans->argument, gaps, gap_count);
    } else if (is_one_with_holes(spans) && !are_single(spans->items, spans->count)) {
        (void)fputs("is ", w->out);
        put_list(w, spans->argument, &whole, 1);
        (void)fputs(" but not ", w->out);
        put_list(w, spans->argument, gaps + (first->first > 0), spans->count - 1);
    } else {
        (void)fputs("is ", w->out);
        put_list(w, spans->argument, spans->items, spans->count);
    }
}

static int put_spans(const struct writer *w, const struct cupel_spans *spans)
{
    struct cupel_span *gaps = calloc(spans->count + 1, sizeof(*gaps));

    if (gaps == NULL)
        return -ENOMEM;
    put_spans_and_gaps(w, spans, gaps, cupel_spans_gaps(spans, gaps));
    free(gaps);
    return 0;
}

/* All values of x that go with the same values of y as the slice at index. */
static int put_slice(const struct writer *w, struct cupel_slices *slices, size_t index)
{
    struct cupel_slice *slice = &slices->items[index];
    struct cupel_spans x;

    int r = cupel_spans_make(w->wide, slices->x, slices->count, &x);
    for (size_t i = index; i < slices->count && r == 0; i++) {
        if (slices->items[i].done || !cupel_spans_equal(&slices->items[i].y, &slice->y))
            continue;
        slices->items[i].done = true;
        x.items[x.count++] = slices->items[i].x;
    }
    if (r == 0) {
        cupel_spans_sort(&x);
        if (!cupel_spans_are_all(&x))
            r = put_spans(w, &x);
        if (r == 0 && !cupel_spans_are_all(&x) && !cupel_spans_are_all(&slice->y))
            (void)fputs(" and ", w->out);
        if (r == 0 && !cupel_spans_are_all(&slice->y))
            r = put_spans(w, &slice->y);
    }
    free(x.items);
    return r;
}

/* The arguments of which a cube fixes some bits only, as a bit set. */
static unsigned partial_arguments(const struct writer *w, const struct cupel_cube *cube)
{
    unsigned found = 0;

    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        uint64_t width = cupel_argument_width(w->wide, i);
        uint64_t mask = cube->mask[i] & width;
        if (mask != 0 && mask != width)
            found |= 1U << i;
    }
    return found;
}

/* One of which a cube says nothing; CUPEL_ARGUMENTS if there is none. */
static size_t free_argument(const struct cupel_cube *cube)
{
    size_t i = 0;

    while (i < CUPEL_ARGUMENTS && cube->mask[i] != 0)
        i++;
    return i;
}

/* The region as values of at most two arguments. Returns -EDOM, and has put nothing, if it is
 * more than that. */
static int put_as_slices(const struct writer *w, const struct cupel_region *in)
{
    unsigned varying = cupel_region_varying(in);
    struct cupel_slices slices = {0};
    bool several = false;

    if (in->count == 1)
        varying = partial_arguments(w, &in->items[0]);
    if (varying == 0 || __builtin_popcount(varying) > 2)
        return -EDOM;
    slices.x = (size_t)__builtin_ctz(varying);
    unsigned others = varying & (varying - 1);
    slices.y = others != 0 ? (size_t)__builtin_ctz(others) : free_argument(&in->items[0]);
    if (slices.y == CUPEL_ARGUMENTS)
        return -EDOM;
    int r = cupel_slices_make(w->wide, in, &slices);
    for (size_t i = 0; i < slices.count && r == 0; i++) {
        if (slices.items[i].done)
            continue;
        (void)fputs(several ? "; or " : "", w->out);
        if (put_cube(w, &in->items[0], varying) > 0)
            (void)fputs(" and ", w->out);
        r = put_slice(w, &slices, i);
        several = true;
    }
    cupel_slices_clear(&slices);
    return r;
}

/* What one cube leaves: arg0 & M != V, or not (…). */
static void put_negation(const struct writer *w, const struct cupel_cube *out)
{
    size_t constrained = 0;
    size_t argument = 0;

    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if ((out->mask[i] & cupel_argument_width(w->wide, i)) != 0) {
            constrained++;
            argument = i;
        }
    }
    if (constrained == 1) {
        put_comparison(w, out, argument, "!=");
        return;
    }
    (void)fputs("not (", w->out);
    (void)put_cube(w, out, 0);
    (void)fputc(')', w->out);
}

/* in and out: simplified. */
static void put_cubes(const struct writer *w, const struct cupel_region *in,
                      const struct cupel_region *out)
{
    if (out->count == 1 && in->count > 1) {
        put_negation(w, &out->items[0]);
        return;
    }
    for (size_t i = 0; i < in->count; i++) {
        (void)fputs(i > 0 ? "; or " : "", w->out);
        (void)put_cube(w, &in->items[i], 0);
    }
}

static int copy_simplified(const struct cupel_region *region, struct cupel_region *ret)
{
    ret->items = calloc(region->count + 1, sizeof(*ret->items));
    if (ret->items == NULL)
        return -ENOMEM;
    memcpy(ret->items, region->items, region->count * sizeof(*ret->items));
    ret->count = region->count;
    cupel_region_simplify(ret);
    return 0;
}

static int put_region(const struct writer *w, const struct cupel_region *in,
                      const struct cupel_region *out)
{
    struct cupel_region simple_in = {0};
    struct cupel_region simple_out = {0};

    if (out->count == 0)
        return 0;
    int r = put_as_slices(w, in);
    if (r != -EDOM)
        return r;
    r = copy_simplified(in, &simple_in);
    if (r == 0)
        r = copy_simplified(out, &simple_out);
    if (r == 0)
        put_cubes(w, &simple_in, &simple_out);
    cupel_region_clear(&simple_in);
    cupel_region_clear(&simple_out);
    return r;
}

char *cupel_region_text(const char *call, enum cupel_arch arch, const struct cupel_region *in,
                        const struct cupel_region *out)
{
    struct writer w = {.call = call, .arch = arch};
    char *text = NULL;
    size_t len = 0;

    if (!cupel_arguments_wide(call, &w.wide))
        w.wide = (1U << CUPEL_ARGUMENTS) - 1;
    w.out = open_memstream(&text, &len);
    if (w.out == NULL)
        return NULL;
    int r = put_region(&w, in, out);
    bool failed = ferror(w.out) != 0 || r < 0;
    if (fclose(w.out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
