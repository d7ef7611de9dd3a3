/* Rules that are valid, but probably not what was meant. */
#ifndef CUPEL_POLICY_LINT_RULES_H
#define CUPEL_POLICY_LINT_RULES_H

#include "cupel/policy.h"

/* Add warnings and notes about the rules of the policy's own file to the diagnostics that it
 * was loaded with, which must still be there. Returns 0; -E2BIG as cupel_policy_cases();
 * -ENOMEM. */
CUPEL_MUST_CHECK int cupel_policy_lint_rules(const struct cupel_policy *policy);

#endif
