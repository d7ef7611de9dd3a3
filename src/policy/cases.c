/* The public face of decide.h: cases and decisions with their origins. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/decide.h"
#include "policy/invariants.h"
#include "policy/sources.h"

static struct cupel_decision decision_of(const struct cupel_decider *decider,
                                         const struct cupel_case *one)
{
    const struct cupel_policy *policy = decider->policy;
    struct cupel_decision decision = {.action = cupel_decider_action(decider, one)};

    if (one->rule == NULL) {
        decision.by = CUPEL_DECIDED_BY_UNKNOWN;
        cupel_policy_origin(policy, CUPEL_PART_UNKNOWN, 0, &decision.origin);
        decision.origin.why = "no rule is about it";
    } else if (one->rule->source == CUPEL_SOURCE_NONE) {
        decision.by = CUPEL_DECIDED_BY_INVARIANT;
        decision.origin.why = cupel_invariant_why(one->rule);
    } else {
        decision.by = CUPEL_DECIDED_BY_RULE;
        cupel_policy_origin(policy, CUPEL_PART_RULE, (size_t)(one->rule - policy->rules->items),
                            &decision.origin);
    }
    return decision;
}

/* Of any number, also such as no call has. */
static int cases_of(struct cupel_decider *decider, int number, struct cupel_cases *ret)
{
    static const struct cupel_cube all = {0};

    if (cupel_number_is_foreign(decider->policy->arch, (uint32_t)number))
        return cupel_cases_add(ret, &all, &cupel_entry_invariant);
    if (number < 0 || number >= CUPEL_CALLS)
        return cupel_cases_add(ret, &all, NULL);
    return cupel_decider_cases(decider, (size_t)number, ret);
}

static int fail(const struct cupel_policy *policy, int number, int r, struct cupel_error *err)
{
    char name[CUPEL_CALL_NAME_SIZE];

    (void)cupel_call_name(policy->arch, number, name);
    return cupel_fail(err, r, "rules for %s: %s", name, cupel_cases_explain(r));
}

int cupel_policy_cases(const struct cupel_policy *policy, int number,
                       struct cupel_policy_case **ret, size_t *ret_count,
                       struct cupel_error *err)
{
    struct cupel_decider decider = {0};
    struct cupel_cases cases = {0};
    struct cupel_policy_case *items = NULL;

    int r = cupel_decider_init(&decider, policy);
    if (r == 0)
        r = cases_of(&decider, number, &cases);
    if (r == 0 && (items = calloc(cases.count, sizeof(*items))) == NULL)
        r = -ENOMEM;
    for (size_t i = 0; i < cases.count && items != NULL; i++)
        items[i] = (struct cupel_policy_case){
            .cube = cases.items[i].cube, .decision = decision_of(&decider, &cases.items[i])};
    if (r == 0) {
        *ret = items;
        *ret_count = cases.count;
    }
    cupel_cases_clear(&cases);
    cupel_decider_clear(&decider);
    return r < 0 ? fail(policy, number, r, err) : 0;
}

int cupel_policy_decide(const struct cupel_policy *policy, int number,
                        const uint64_t args[static CUPEL_ARGUMENTS], struct cupel_decision *ret,
                        struct cupel_error *err)
{
    struct cupel_decider decider = {0};
    struct cupel_cases cases = {0};

    int r = cupel_decider_init(&decider, policy);
    if (r == 0)
        r = cases_of(&decider, number, &cases);
    for (size_t i = 0; i < cases.count && r == 0; i++) {
        if (cupel_cube_has(&cases.items[i].cube, args)) {
            *ret = decision_of(&decider, &cases.items[i]);
            break;
        }
    }
    cupel_cases_clear(&cases);
    cupel_decider_clear(&decider);
    return r < 0 ? fail(policy, number, r, err) : 0;
}
