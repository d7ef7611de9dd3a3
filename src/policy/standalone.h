/* A merged policy as one file that extends nothing. Pure. */
#ifndef CUPEL_POLICY_STANDALONE_H
#define CUPEL_POLICY_STANDALONE_H

#include <jansson.h>

#include "cupel/policy.h"

/* A cupel.policy/1 document that, read from a file of the policy's name, gives the same hash
 * and the same filter. A new reference, NULL if memory ran out. */
json_t *cupel_policy_standalone(const struct cupel_policy *policy);

#endif
