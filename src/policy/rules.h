/*
 * System call rules as they are read from a policy.
 *
 * Rules are kept in order: a parent's before its child's, and in a file from top to bottom. The
 * last rule that names a call and whose conditions hold decides. If there is none, `unknown`
 * does. What src/policy/invariants.h says comes after all of them.
 */
#ifndef CUPEL_POLICY_RULES_H
#define CUPEL_POLICY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/document.h"
#include "cupel/policy.h"
#include "policy/condition.h"

#define CUPEL_CALLS 1024 /* numbers of all architectures' calls are below */

/* Calls by their number on the policy's architecture. */
struct cupel_call_set {
    uint64_t words[CUPEL_CALLS / 64];
};

/* Alternative conditions of one rule are rules of their own here, next to each other, with the
 * same source and index. */
struct cupel_rule {
    struct cupel_action action;
    struct cupel_call_set calls;
    struct cupel_conditions conditions;
    int source;   /* index of the file among the policy's sources */
    size_t index; /* among the rules of that file */
    json_t *json; /* as written; borrowed from that file's document */
};

struct cupel_policy_rules {
    struct cupel_action unknown;
    struct cupel_rule *items;
    size_t count;
};

static inline bool cupel_call_set_has(const struct cupel_call_set *set, size_t number)
{
    return (set->words[number / 64] >> (number % 64) & 1U) != 0;
}

static inline void cupel_call_set_add(struct cupel_call_set *set, size_t number)
{
    set->words[number / 64] |= 1ULL << (number % 64);
}

/*
 * Add a call, or all calls of a group if name starts with '@'. Calls of other architectures are
 * left out. Returns 0; -ENOENT if nothing has that name on any architecture; -ENOSYS if it is a
 * call that arch does not have.
 */
CUPEL_MUST_CHECK int cupel_call_set_add_name(struct cupel_call_set *set, enum cupel_arch arch,
                                             const char *name);

/* Add the rules of a "syscalls" object to policy->rules; source: index of its file. False if
 * errors were added to the diagnostics. */
bool cupel_rules_read(const struct cupel_field *field, int source, struct cupel_policy *policy);

void cupel_rules_free(struct cupel_policy_rules *rules);

#endif
