/*
 * From the documents of a policy and of those that it extends to one policy.
 *
 * Each document is read over what its parents made, the root first:
 * - limits, each list of files, environment, require, network and `unknown`: what is given
 *   replaces what there was, key by key.
 * - rules: come after the parents' (src/policy/rules.h says which decides).
 * - A child narrows freely. Where it widens (a higher limit, another path, device or variable,
 * a network, a requirement less), its top-level `why` is the reason and must be there. Each
 * rule has a `why` of its own.
 * - The root must give `why`, every limit (but stdout and stderr), files, network and
 * `unknown`.
 *
 * Pure.
 */
#ifndef CUPEL_POLICY_MERGE_H
#define CUPEL_POLICY_MERGE_H

#include "cupel/policy.h"

struct cupel_policy_source {
    struct cupel_document *document; /* owned */
    char *name;                      /* owned; what the document has to call itself */
    char *folder;                    /* owned; where it was found */
};

/* sources: the root first; the policy keeps their documents. Returns 0; -EINVAL if errors were
 * added to the diagnostics; -ENOMEM. */
CUPEL_MUST_CHECK int cupel_policy_merge(const struct cupel_policy_source *sources, size_t count,
                                        enum cupel_arch arch, struct cupel_policy **ret,
                                        struct cupel_error *err);

/* The hash of what the policy says, whatever its files look like. */
CUPEL_MUST_CHECK int cupel_policy_hash(const struct cupel_policy *policy,
                                       char ret[static CUPEL_SHA256_HEX_SIZE]);

/* An array of the texts, NULL if memory ran out. */
json_t *cupel_strings_json(char *const *items);

#endif
