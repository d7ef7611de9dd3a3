/* The rules of a policy, in their order, and the invariants after them. */
#ifndef CUPEL_CLI_POLICY_RULES_H
#define CUPEL_CLI_POLICY_RULES_H

#include <jansson.h>

#include "cupel/policy.h"
#include "render/page.h"

/* [{"verb", "calls", "action", "when", "why", "origin"}, …]: rules as they are written, the
 * root's first; the last that matches decides. when: an array, of which one has to hold. */
json_t *policy_rules_json(const struct cupel_policy *policy);

/* The same of the invariants; verb and origin are null. */
json_t *policy_invariants_json(const struct cupel_policy *policy);

/* Either list: what it says, where, and why. */
void policy_put_rules(struct page *page, const json_t *rules);

#endif
