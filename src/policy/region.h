/* Which arguments of a call are meant, in words: "arg0 is not AF_UNIX or AF_INET". Pure. */
#ifndef CUPEL_POLICY_REGION_H
#define CUPEL_POLICY_REGION_H

#include <stddef.h>

#include "cupel/policy.h"

/* Disjoint cubes. Zero-initialise; release with cupel_region_clear(). */
struct cupel_region {
    struct cupel_cube *items;
    size_t count;
};

/* Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_region_add(struct cupel_region *region,
                                      const struct cupel_cube *cube);
void cupel_region_clear(struct cupel_region *region);

/* Make of two cubes one, wherever they differ in one bit. */
void cupel_region_simplify(struct cupel_region *region);

/*
 * What is in, in words; out is all that is not. "" if out is empty. Constants have their names
 * where they are known for this argument of this call. The caller frees; NULL without memory.
 */
char *cupel_region_text(const char *call, enum cupel_arch arch, const struct cupel_region *in,
                        const struct cupel_region *out);

#endif
