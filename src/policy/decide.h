/*
 * What happens to a call: the one reading of a policy's rules. The rules that name the call are
 * turned into disjoint cases (cubes.h), the last rule that matches deciding each; what no rule
 * decides is `unknown`; and cases that are allowed are cut by the invariants.
 */
#ifndef CUPEL_POLICY_DECIDE_H
#define CUPEL_POLICY_DECIDE_H

#include "policy/cubes.h"
#include "policy/rules.h"

/* Zero-initialise; release with cupel_decider_clear(). The policy is borrowed. */
struct cupel_decider {
    const struct cupel_policy *policy;
    struct cupel_policy_rules *invariants;
    struct cupel_call_set named;      /* by any rule or invariant */
    const struct cupel_rule **naming; /* room for all rules that name one call */
};

/* Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_decider_init(struct cupel_decider *decider,
                                        const struct cupel_policy *policy);
void cupel_decider_clear(struct cupel_decider *decider);

/* The cases of a call. A rule among them is the policy's, an invariant, or NULL for unknown.
 * Returns as cupel_cases_of_call(). */
CUPEL_MUST_CHECK int cupel_decider_cases(struct cupel_decider *decider, size_t number,
                                         struct cupel_cases *ret);

/* The same before invariants cut what is allowed. */
CUPEL_MUST_CHECK int cupel_decider_uncut(struct cupel_decider *decider, size_t number,
                                         struct cupel_cases *ret);

/* Of a case. */
struct cupel_action cupel_decider_action(const struct cupel_decider *decider,
                                         const struct cupel_case *one);

/* Whether a number is one of x32's, which the kernel of x86-64 takes by the same entry. */
bool cupel_number_is_foreign(enum cupel_arch arch, uint32_t number);

#endif
