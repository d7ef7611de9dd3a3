/* Actions as they are written in a policy, and as seccomp(2) takes them. Pure. */
#ifndef CUPEL_POLICY_ACTION_H
#define CUPEL_POLICY_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/document.h"
#include "cupel/policy.h"

/* Read "kill", "errno NAME" or "NAME", NAME being that of an error such as EPERM. False with a
 * diagnostic at field if it is neither. */
bool cupel_action_read(const struct cupel_field *field, struct cupel_action *ret);

/* Read "log", the one action of a rule that allows. As above. */
bool cupel_action_read_log(const struct cupel_field *field, struct cupel_action *ret);

bool cupel_action_equal(struct cupel_action a, struct cupel_action b);

/* As SECCOMP_RET_… of seccomp(2). */
uint32_t cupel_action_seccomp(struct cupel_action action);

#endif
