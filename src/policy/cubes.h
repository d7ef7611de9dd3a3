/*
 * Which arguments lead to which action, as a set of disjoint cases.
 *
 * Rules, of which the last that matches decides, are turned into cases of which exactly one
 * matches: then their order means nothing, whoever compiles, explains or compares them. A case
 * is a cube: it fixes some bits of the arguments and leaves the others free, which is what a
 * filter compares at once. Pure.
 */
#ifndef CUPEL_POLICY_CUBES_H
#define CUPEL_POLICY_CUBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"
#include "policy/rules.h"

/* False if no arguments are in both; ret is undefined then. */
bool cupel_cube_intersect(const struct cupel_cube *a, const struct cupel_cube *b,
                          struct cupel_cube *ret);

struct cupel_case {
    struct cupel_cube cube;
    const struct cupel_rule *rule; /* borrowed; NULL: none decides */
};

/* Zero-initialise; release with cupel_cases_clear(). */
struct cupel_cases {
    struct cupel_case *items;
    size_t count;
};

/*
 * The cases of a call, by the rules that name it (the last has precedence); together they cover
 * all arguments. wide: see cupel_arguments_wide(). Returns 0; -E2BIG if the conditions are too
 * many to be told apart; -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_cases_of_call(const struct cupel_rule *const *rules, size_t count,
                                         unsigned wide, struct cupel_cases *ret);

/* Add one that overlaps none of the others. Returns as above. */
CUPEL_MUST_CHECK int cupel_cases_add(struct cupel_cases *cases, const struct cupel_cube *cube,
                                     const struct cupel_rule *rule);

/* What is wrong, where one of these failed. */
const char *cupel_cases_explain(int r);

void cupel_cases_clear(struct cupel_cases *cases);

#endif
