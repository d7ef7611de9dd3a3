/* What happens to a system call: "kill", "errno EPERM", or it is allowed. Pure. */
#ifndef CUPEL_POLICY_ACTION_H
#define CUPEL_POLICY_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/document.h"

enum cupel_action_kind {
    CUPEL_ACTION_ALLOW,
    CUPEL_ACTION_ERRNO, /* the call is not made; error_number is returned instead */
    CUPEL_ACTION_KILL,  /* the process dies of SIGSYS */
};

struct cupel_action {
    enum cupel_action_kind kind;
    int error_number;
};

/* Read "kill", "errno NAME" or "NAME", NAME being that of an error such as EPERM. False with a
 * diagnostic at field if it is neither. */
bool cupel_action_read(const struct cupel_field *field, struct cupel_action *ret);

bool cupel_action_equal(struct cupel_action a, struct cupel_action b);

/* As SCMP_ACT_… of seccomp_rule_add(3). */
uint32_t cupel_action_scmp(struct cupel_action action);

#endif
