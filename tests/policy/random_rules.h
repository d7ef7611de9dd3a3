/* Random rules: as they are written in a policy, and what they mean by another way than ours.
 */
#ifndef CUPEL_TESTS_POLICY_RANDOM_RULES_H
#define CUPEL_TESTS_POLICY_RANDOM_RULES_H

#include <stdbool.h>
#include <stdio.h>

#include "cupel/policy.h"

#define RANDOM_RULES 3
#define RANDOM_CALLS 5

/* The calls that random rules are about. */
extern const char *const random_calls[RANDOM_CALLS];

struct predicate {
    unsigned argument;
    int sign; /* index in a table of signs */
    uint64_t mask;
    uint64_t low;
    uint64_t high;
};

struct random_rule {
    bool calls[RANDOM_CALLS];
    struct cupel_action action;
    size_t alternatives;  /* 0: no "when" */
    size_t predicates[2]; /* of each alternative */
    struct predicate when[2][2];
};

struct random_rule make_random_rule(uint64_t *seed);

/* A value as conditions and arguments have it: often the same, so that they meet. */
uint64_t random_value(uint64_t *seed);

/* One object of a policy's array "rules". */
void write_rule(const struct random_rule *rule, FILE *out);

/* What the last matching rule says, cut by what no policy can widen. */
struct cupel_action evaluate(const struct random_rule *rules, size_t count, size_t call,
                             const uint64_t args[static CUPEL_ARGUMENTS],
                             enum cupel_network network, struct cupel_action unknown);

#endif
