#include "policy/cubes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"

#define MAX_CUBES 2048 /* two arguments of 32 bits that both differ from something: 1024 */

struct cubes {
    struct cupel_cube *items;
    size_t count;
};

static void clear(struct cubes *cubes)
{
    free(cubes->items);
    *cubes = (struct cubes){0};
}

#define AUTO_CUBES __attribute__((cleanup(clear))) struct cubes

/* Room for one more of count items: twice as much each time that all of it is taken. */
static int make_room(void **items, size_t count, size_t size)
{
    if (count >= MAX_CUBES)
        return -E2BIG;
    if ((count & (count - 1)) != 0)
        return 0;
    void *more = reallocarray(*items, count == 0 ? 1 : 2 * count, size);
    if (more == NULL)
        return -ENOMEM;
    *items = more;
    return 0;
}

static int add(struct cubes *cubes, const struct cupel_cube *cube)
{
    void *items = cubes->items;

    int r = make_room(&items, cubes->count, sizeof(*cube));
    if (r < 0)
        return r;
    cubes->items = items;
    cubes->items[cubes->count++] = *cube;
    return 0;
}

bool cupel_cube_intersect(const struct cupel_cube *a, const struct cupel_cube *b,
                          struct cupel_cube *ret)
{
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if (((a->value[i] ^ b->value[i]) & a->mask[i] & b->mask[i]) != 0)
            return false;
        ret->mask[i] = a->mask[i] | b->mask[i];
        ret->value[i] = a->value[i] | b->value[i];
    }
    return true;
}

/*
 * Add what is in a and not in b, as disjoint cubes: for each bit that b fixes and a does not,
 * the arguments that agree with b on the bits before it and differ in this one.
 */
static int subtract(const struct cupel_cube *a, const struct cupel_cube *b, struct cubes *ret)
{
    struct cupel_cube rest = *a;
    struct cupel_cube both;

    if (!cupel_cube_intersect(a, b, &both))
        return add(ret, a);
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        uint64_t open = b->mask[i] & ~a->mask[i];
        uint64_t mask = a->mask[i];
        uint64_t value = a->value[i];
        while (open != 0) {
            uint64_t bit = 1ULL << (63 - __builtin_clzll(open));
            open ^= bit;
            mask |= bit;
            rest.mask[i] = mask;
            rest.value[i] = value | (~b->value[i] & bit);
            int r = add(ret, &rest);
            if (r < 0)
                return r;
            value |= b->value[i] & bit; /* agree with b from here on */
        }
        rest.value[i] = value;
    }
    return 0;
}

/* As subtract(), of all cubes in from. */
static int subtract_from_all(const struct cubes *from, const struct cupel_cube *b,
                             struct cubes *ret)
{
    for (size_t i = 0; i < from->count; i++) {
        int r = subtract(&from->items[i], b, ret);
        if (r < 0)
            return r;
    }
    return 0;
}

/* low <= argument <= high: blocks of the size of a power of two, each as large as can start
 * where the one before it ended. */
static int add_range(unsigned argument, uint64_t low, uint64_t high, uint64_t width,
                     struct cubes *ret)
{
    for (;;) {
        struct cupel_cube cube = {0};
        uint64_t rest = low == 0 ? UINT64_MAX : (low & -low) - 1; /* free bits of the block */
        while (rest > high - low)
            rest >>= 1;
        cube.mask[argument] = width & ~rest;
        cube.value[argument] = low;
        int r = add(ret, &cube);
        if (r < 0 || high - low == rest)
            return r;
        low += rest + 1;
    }
}

static int cubes_of_condition(const struct cupel_condition *c, unsigned wide, struct cubes *ret)
{
    static const struct cupel_cube all = {0};
    uint64_t width = (wide >> c->argument & 1U) != 0 ? UINT64_MAX : UINT32_MAX;
    struct cupel_cube equal = {0};

    equal.mask[c->argument] = c->mask & width;
    equal.value[c->argument] = c->value;
    switch (c->operator) {
    case CUPEL_OPERATOR_EQ:
        return add(ret, &equal);
    case CUPEL_OPERATOR_NE:
        return subtract(&all, &equal, ret);
    case CUPEL_OPERATOR_IN:
        break;
    }
    uint64_t high = c->value < width ? c->value : width;
    return c->low <= high ? add_range(c->argument, c->low, high, width, ret) : 0;
}

/* The arguments for which all conditions hold, as disjoint cubes. */
static int cubes_of_conditions(const struct cupel_conditions *conditions, unsigned wide,
                               struct cubes *ret)
{
    static const struct cupel_cube all = {0};

    int r = add(ret, &all);
    for (size_t n = 0; n < conditions->count && r == 0; n++) {
        AUTO_CUBES one = {0};
        AUTO_CUBES both = {0};
        r = cubes_of_condition(&conditions->items[n], wide, &one);
        for (size_t i = 0; i < ret->count * one.count && r == 0; i++) {
            struct cupel_cube cube;
            if (cupel_cube_intersect(&ret->items[i / one.count], &one.items[i % one.count],
                                     &cube))
                r = add(&both, &cube);
        }
        struct cubes swap = *ret;
        *ret = both;
        both = swap;
    }
    return r;
}

int cupel_cases_add(struct cupel_cases *cases, const struct cupel_cube *cube,
                    const struct cupel_rule *rule)
{
    void *items = cases->items;

    int r = make_room(&items, cases->count, sizeof(*cases->items));
    if (r < 0)
        return r;
    cases->items = items;
    cases->items[cases->count++] = (struct cupel_case){.cube = *cube, .rule = rule};
    return 0;
}

/* Where a rule matches, it decides what is still open. */
static int decide(const struct cupel_rule *rule, const struct cupel_cube *match,
                  struct cubes *open, struct cupel_cases *cases)
{
    AUTO_CUBES left = {0};
    int r = 0;

    for (size_t i = 0; i < open->count && r == 0; i++) {
        struct cupel_cube decided;
        if (cupel_cube_intersect(&open->items[i], match, &decided))
            r = cupel_cases_add(cases, &decided, rule);
    }
    if (r == 0)
        r = subtract_from_all(open, match, &left);
    struct cubes swap = *open;
    *open = left;
    left = swap;
    return r;
}

static int decide_rule(const struct cupel_rule *rule, unsigned wide, struct cubes *open,
                       struct cupel_cases *cases)
{
    AUTO_CUBES matches = {0};

    int r = cubes_of_conditions(&rule->conditions, wide, &matches);
    for (size_t i = 0; i < matches.count && r == 0; i++)
        r = decide(rule, &matches.items[i], open, cases);
    return r;
}

int cupel_cases_of_call(const struct cupel_rule *const *rules, size_t count, unsigned wide,
                        struct cupel_cases *ret)
{
    static const struct cupel_cube all = {0};
    AUTO_CUBES open = {0};
    struct cupel_cases cases = {0};

    int r = add(&open, &all);
    for (size_t n = count; n > 0 && open.count > 0 && r == 0; n--)
        r = decide_rule(rules[n - 1], wide, &open, &cases);
    for (size_t i = 0; i < open.count && r == 0; i++)
        r = cupel_cases_add(&cases, &open.items[i], NULL);
    if (r < 0) {
        cupel_cases_clear(&cases);
        return r;
    }
    *ret = cases;
    return 0;
}

const char *cupel_cases_explain(int r)
{
    return r == -E2BIG ? "more conditions than can be told apart" : strerrordesc_np(-r);
}

void cupel_cases_clear(struct cupel_cases *cases)
{
    free(cases->items);
    *cases = (struct cupel_cases){0};
}
