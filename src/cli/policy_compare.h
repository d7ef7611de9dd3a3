/* What is different between two policies, or between one and a profile of containers. */
#ifndef CUPEL_CLI_POLICY_COMPARE_H
#define CUPEL_CLI_POLICY_COMPARE_H

#include <stdbool.h>

#include <jansson.h>

#include "cupel/policy.h"
#include "policy/oci.h"

/* One of two: a policy, or a profile. Owned by whoever fills it. */
struct policy_side {
    const char *name;
    struct cupel_policy *policy; /* NULL for a profile */
    struct cupel_oci *oci;       /* NULL for a policy */
};

/* Whether anything is wider, narrower, or another answer to what is denied by both. */
struct policy_verdict {
    bool wider;
    bool narrower;
    bool other;
};

/* "equal", "wider", "narrower", "wider and narrower", "other answers". */
const char *policy_verdict_text(const struct policy_verdict *verdict);

/* [{"name", "number", "change", "when", "a", "b"}, …]: what becomes of calls. Adds to verdict.
 * NULL with err on failure. */
json_t *policy_compare_calls(const struct policy_side *a, const struct policy_side *b,
                             enum cupel_arch arch, struct policy_verdict *verdict,
                             struct cupel_error *err);

/* [{"key", "change", "a", "b"}, …]: limits, paths and the rest, of two policies; and entry by
 * other architectures. As above. */
json_t *policy_compare_settings(const struct policy_side *a, const struct policy_side *b,
                                struct policy_verdict *verdict);

#endif
