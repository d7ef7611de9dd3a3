/* The documents of `cupel policy list` and `cupel policy show`, which the service has as well.
 */
#ifndef CUPEL_CLI_POLICY_DOCUMENTS_H
#define CUPEL_CLI_POLICY_DOCUMENTS_H

#include <jansson.h>

#include "cupel/policy.h"

/* {"name", "extends", "why", "sha256"} of a policy that folder has. NULL if memory ran out or
 * its file went away. */
json_t *policy_entry_json(const char *folder, const struct cupel_policy *policy);

/* cupel.policy-list/1 of an array of those, which is stolen. */
json_t *policy_list_json(json_t *entries);

/* cupel.policy-show/1. */
json_t *policy_show_json(const struct cupel_policy *policy);

#endif
