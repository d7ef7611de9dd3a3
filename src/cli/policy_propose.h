/* From what was recorded of a command to the policy that it needs. */
#ifndef CUPEL_CLI_POLICY_PROPOSE_H
#define CUPEL_CLI_POLICY_PROPOSE_H

#include <jansson.h>

#include "cli/policy_record.h"
#include "cupel/outcome.h"

struct proposal {
    const char *name;
    const char *command; /* in words */
    const struct cupel_policy *base;
    const struct record *record;
    const struct cupel_outcome *outcome;
    size_t additions; /* rules of the proposal; set by policy_propose() */
};

/*
 * A cupel.policy/1 document that extends base: a rule for each call that base denies, with how
 * often it was made, and limits by what was measured, rounded up. A new reference, NULL if
 * memory ran out.
 */
json_t *policy_propose(struct proposal *proposal);

#endif
