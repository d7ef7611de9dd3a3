/* One entry of "syscalls" in a seccomp profile of containers. Pure. */
#ifndef CUPEL_POLICY_OCI_RULE_H
#define CUPEL_POLICY_OCI_RULE_H

#include "policy/rules.h"

struct oci_rule {
    struct cupel_rule rule; /* first, so that a pointer to it is one to this */
    bool has_arguments;
    struct cupel_origin origin; /* borrowed from the document */
};

/* Zero-initialise; release with free(items). */
struct oci_rules {
    struct oci_rule *items;
    size_t count;
};

/* The action of that key, and the errno of the other (default EPERM). False with a diagnostic
 * if it is none that is understood. */
bool oci_action_read(const struct cupel_field *object, const char *action_key,
                     const char *errno_key, struct cupel_action *ret);

/* Add what an entry comes to: nothing, a rule, or several that are alternatives. unknown: the
 * profile's default. False with diagnostics. */
bool oci_rule_read(const struct cupel_field *field, enum cupel_arch arch,
                   struct cupel_action unknown, struct oci_rules *rules);

#endif
