#include "policy/region.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/condition.h"
#include "policy/constant_text.h"

int cupel_region_add(struct cupel_region *region, const struct cupel_cube *cube)
{
    struct cupel_cube *items =
        reallocarray(region->items, region->count + 1, sizeof(*region->items));

    if (items == NULL)
        return -ENOMEM;
    region->items = items;
    items[region->count++] = *cube;
    return 0;
}

void cupel_region_clear(struct cupel_region *region)
{
    free(region->items);
    *region = (struct cupel_region){0};
}

/* Whether a and b have the same masks, and values that differ in one bit, which *a lets go. */
static bool join(struct cupel_cube *a, const struct cupel_cube *b)
{
    size_t argument = 0;
    int differing = 0;

    if (memcmp(a->mask, b->mask, sizeof(a->mask)) != 0)
        return false;
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        int bits = __builtin_popcountll(a->value[i] ^ b->value[i]);
        differing += bits;
        argument = bits > 0 ? i : argument;
    }
    if (differing != 1)
        return false;
    a->mask[argument] &= ~(a->value[argument] ^ b->value[argument]);
    a->value[argument] &= a->mask[argument];
    return true;
}

/* Whether anything was joined. */
static bool join_all_once(struct cupel_region *region)
{
    size_t before = region->count;

    for (size_t i = 0; i < region->count; i++) {
        for (size_t j = i + 1; j < region->count;) {
            if (join(&region->items[i], &region->items[j]))
                region->items[j] = region->items[--region->count];
            else
                j++;
        }
    }
    return region->count < before;
}

void cupel_region_simplify(struct cupel_region *region)
{
    while (join_all_once(region))
        ;
}

#define FEW 8 /* values that are named one by one */

/* Values of one argument, from first to last. */
struct span {
    uint64_t first;
    uint64_t last;
};

/* What a region is if it comes down to spans of one argument, all others being the same. */
struct spans {
    struct span *items; /* sorted, not adjacent */
    size_t count;
    size_t argument;
    uint64_t width; /* the greatest value */
};

struct writer {
    FILE *out;
    const char *call;
    enum cupel_arch arch;
    unsigned wide;
};

static uint64_t width_of(const struct writer *w, size_t argument)
{
    return (w->wide >> argument & 1U) != 0 ? UINT64_MAX : UINT32_MAX;
}

/* The only argument in which the cubes differ; CUPEL_ARGUMENTS if there are more. */
static size_t varying_argument(const struct cupel_region *region)
{
    size_t found = CUPEL_ARGUMENTS;

    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        bool varies = false;
        for (size_t n = 1; n < region->count; n++)
            varies = varies || region->items[n].mask[i] != region->items[0].mask[i] ||
                     region->items[n].value[i] != region->items[0].value[i];
        if (varies && found < CUPEL_ARGUMENTS)
            return CUPEL_ARGUMENTS;
        found = varies ? i : found;
    }
    return found;
}

static int by_first(const void *a, const void *b)
{
    const struct span *x = a;
    const struct span *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

static void join_adjacent(struct spans *spans)
{
    size_t kept = 0;

    for (size_t i = 1; i < spans->count; i++) {
        if (spans->items[kept].last + 1 == spans->items[i].first)
            spans->items[kept].last = spans->items[i].last;
        else
            spans->items[++kept] = spans->items[i];
    }
    spans->count = kept + 1;
}

/* False if the region is nothing of the kind, or memory ran out. */
static bool find_spans(const struct writer *w, const struct cupel_region *region,
                       struct spans *ret)
{
    struct spans spans = {.argument = varying_argument(region)};

    if (spans.argument == CUPEL_ARGUMENTS)
        return false;
    spans.width = width_of(w, spans.argument);
    spans.items = calloc(region->count, sizeof(*spans.items));
    for (; spans.items != NULL && spans.count < region->count; spans.count++) {
        const struct cupel_cube *cube = &region->items[spans.count];
        uint64_t open = ~cube->mask[spans.argument] & spans.width;
        if ((open & (open + 1)) != 0) {
            free(spans.items);
            return false;
        }
        uint64_t value = cube->value[spans.argument];
        spans.items[spans.count] = (struct span){value, value | open};
    }
    if (spans.items == NULL)
        return false;
    qsort(spans.items, spans.count, sizeof(*spans.items), by_first);
    join_adjacent(&spans);
    *ret = spans;
    return true;
}

static void put_value(const struct writer *w, size_t argument, uint64_t value)
{
    char text[CUPEL_CONSTANT_TEXT_SIZE];

    (void)fputs(cupel_constant_text(w->call, argument, w->arch, value, text), w->out);
}

/* arg1 & 0xff == 0, or as the operator says. */
static void put_comparison(const struct writer *w, const struct cupel_cube *cube,
                           size_t argument, const char *operator)
{
    uint64_t width = width_of(w, argument);

    (void)fprintf(w->out, "arg%zu", argument);
    if ((cube->mask[argument] & width) != width) {
        (void)fputs(" & ", w->out);
        put_value(w, argument, cube->mask[argument] & width);
    }
    (void)fprintf(w->out, " %s ", operator);
    put_value(w, argument, cube->value[argument]);
}

/* All comparisons of a cube but that of one argument. Returns how many there were. */
static size_t put_cube(const struct writer *w, const struct cupel_cube *cube, size_t but)
{
    size_t count = 0;

    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if (i == but || (cube->mask[i] & width_of(w, i)) == 0)
            continue;
        (void)fputs(count++ > 0 ? " and " : "", w->out);
        put_comparison(w, cube, i, "==");
    }
    return count;
}

static bool are_single(const struct span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (spans[i].first != spans[i].last)
            return false;
    }
    return count > 0;
}

/* The values between the spans. Returns how many spans they are; ret has room for count + 1. */
static size_t gaps_between(const struct spans *spans, struct span *ret)
{
    uint64_t next = 0;
    size_t count = 0;

    for (size_t i = 0; i < spans->count; i++) {
        if (spans->items[i].first > next)
            ret[count++] = (struct span){next, spans->items[i].first - 1};
        next = spans->items[i].last + 1;
    }
    if (spans->items[spans->count - 1].last < spans->width)
        ret[count++] = (struct span){next, spans->width};
    return count;
}

/* Whether the span is a few values of which each has a name. */
static bool has_names(const struct writer *w, size_t argument, const struct span *span)
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

static void put_span(const struct writer *w, size_t argument, const struct span *span)
{
    if (span->first == span->last) {
        put_value(w, argument, span->first);
    } else if (has_names(w, argument, span)) {
        for (uint64_t value = span->first; value <= span->last; value++) {
            (void)fputs(value > span->first ? ", " : "", w->out);
            put_value(w, argument, value);
        }
    } else {
        put_number(w, span->first);
        (void)fputs(" to ", w->out);
        put_number(w, span->last);
    }
}

/* A, B or C */
static void put_list(const struct writer *w, size_t argument, const struct span *spans,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i == 0 ? "" : i + 1 == count ? " or " : ", ", w->out);
        put_span(w, argument, &spans[i]);
    }
}

static bool are_small(const struct span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (spans[i].last - spans[i].first >= FEW)
            return false;
    }
    return true;
}

/* Whether all but the borders are single values that are left out. */
static bool is_one_with_holes(const struct spans *spans)
{
    for (size_t i = 1; i < spans->count; i++) {
        if (spans->items[i].first - spans->items[i - 1].last != 2)
            return false;
    }
    return spans->count > 1;
}

static void put_spans(const struct writer *w, const struct spans *spans, struct span *gaps)
{
    size_t gap_count = gaps_between(spans, gaps);
    const struct span *first = &spans->items[0];
    const struct span *last = &spans->items[spans->count - 1];
    struct span whole = {first->first, last->last};

    (void)fprintf(w->out, "arg%zu ", spans->argument);
    if (spans->count == 1 && first->first == first->last) {
        (void)fputs("== ", w->out);
        put_value(w, spans->argument, first->first);
    } else if (are_single(gaps, gap_count) ||
               (are_small(gaps, gap_count) && !are_small(spans->items, spans->count))) {
        bool single = gap_count == 1 && gaps[0].first == gaps[0].last;
        (void)fputs(single ? "!= " : "is not ", w->out);
        put_list(w, spans->argument, gaps, gap_count);
    } else if (spans->count == 1 && (first->first == 0 || first->last == spans->width)) {
        (void)fputs(first->first == 0 ? "<= " : ">= ", w->out);
        put_value(w, spans->argument, first->first == 0 ? first->last : first->first);
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

static bool put_as_spans(const struct writer *w, const struct cupel_region *in)
{
    struct spans spans;

    if (!find_spans(w, in, &spans))
        return false;
    struct span *gaps = calloc(spans.count + 1, sizeof(*gaps));
    if (gaps != NULL) {
        if (put_cube(w, &in->items[0], spans.argument) > 0)
            (void)fputs(" and ", w->out);
        put_spans(w, &spans, gaps);
    }
    free(gaps);
    free(spans.items);
    return gaps != NULL;
}

/* What one cube leaves: arg0 & M != V, or not (…). */
static void put_negation(const struct writer *w, const struct cupel_cube *out)
{
    size_t constrained = 0;
    size_t argument = 0;

    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if ((out->mask[i] & width_of(w, i)) != 0) {
            constrained++;
            argument = i;
        }
    }
    if (constrained == 1) {
        put_comparison(w, out, argument, "!=");
        return;
    }
    (void)fputs("not (", w->out);
    (void)put_cube(w, out, CUPEL_ARGUMENTS);
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
        (void)put_cube(w, &in->items[i], CUPEL_ARGUMENTS);
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

    if (out->count == 0 || put_as_spans(w, in))
        return 0;
    int r = copy_simplified(in, &simple_in);
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
