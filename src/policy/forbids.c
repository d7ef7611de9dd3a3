#include "cupel/policy.h"
#include "policy/rules.h"

bool cupel_policy_forbids(const struct cupel_policy *policy, int number,
                          const uint64_t args[static CUPEL_ARGUMENTS])
{
    struct cupel_policy_rules everything = {.unknown = {.kind = CUPEL_ACTION_ALLOW}};
    struct cupel_policy open = *policy;
    struct cupel_decision decision;

    open.rules = &everything;
    return cupel_policy_decide(&open, number, args, &decision, NULL) < 0 ||
           !cupel_action_allows(decision.action);
}
