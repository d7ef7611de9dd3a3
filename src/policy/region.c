#include "policy/region.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
