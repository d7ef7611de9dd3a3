/*
 * Denied calls of a run, told apart by their number and by the case of the policy that they
 * fall in, and counted. Bounded, whatever the run does. Pure.
 */
#ifndef CUPEL_SANDBOX_DENIED_TABLE_H
#define CUPEL_SANDBOX_DENIED_TABLE_H

#include "cupel/denied.h"
#include "cupel/policy.h"

struct denial {
    int number;
    struct cupel_policy_case match;
    uint64_t arguments[CUPEL_ARGUMENTS]; /* of the first */
    uint64_t count;
};

/* Zero-initialised is empty. */
struct denied_table {
    struct denial items[CUPEL_DENIED_MAX + 1]; /* the last is kept for what ends the run */
    size_t count;
    uint64_t others; /* calls that found no room */
    const struct denial *fatal;
};

/*
 * What the policy says of a call, from the table if it has been asked before. A case that is
 * not among its cases is none that it allows, and answered as the unknown is, with ENOSYS; so
 * is a call of too many cases. *ret_item is NULL where the call is not in the table. Returns 0
 * or -ENOMEM.
 */
CUPEL_MUST_CHECK int denied_table_decide(struct denied_table *table,
                                         const struct cupel_policy *policy, int number,
                                         const uint64_t arguments[static CUPEL_ARGUMENTS],
                                         struct cupel_policy_case *ret,
                                         struct denial **ret_item);

/*
 * Count a call that match denies; item is its place, or NULL for a new one. The command itself
 * is being killed for it if fatal.
 */
void denied_table_count(struct denied_table *table, struct denial *item, int number,
                        const uint64_t arguments[static CUPEL_ARGUMENTS],
                        const struct cupel_policy_case *match, bool fatal);

/* Returns 0 and fills *ret (cupel_denied_clear()), or -ENOMEM. */
CUPEL_MUST_CHECK int denied_table_describe(const struct denied_table *table,
                                           enum cupel_arch arch, struct cupel_denied *ret);

#endif
