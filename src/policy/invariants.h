/*
 * What no policy can widen: where the rules of a policy allow a call, these are asked as well.
 * Where they deny it, it stays denied in the way that they say.
 *
 * - What @kernel-surface names is killed.
 * - clone makes no namespace; clone3 does not exist, since its flags are in memory, where a
 *   filter cannot look.
 * - listmount and statmount do not exist: the rest of the mount API is in @kernel-surface, but
 *   these two are asked by libraries that can do without.
 * - ioctl puts no input into terminals (TIOCSTI, TIOCLINUX).
 * - Sockets are of family AF_UNIX, with network loopback of AF_INET and AF_INET6 too: AF_VSOCK
 *   is not namespaced and reaches the machine's host.
 *
 * Entry by another architecture (int 0x80, x32) is killed by the compiled filter itself.
 */
#ifndef CUPEL_POLICY_INVARIANTS_H
#define CUPEL_POLICY_INVARIANTS_H

#include "cupel/outcome.h"
#include "policy/rules.h"

/* Freed with cupel_rules_free(). Returns 0, -ENOMEM or -EINVAL (a mistake in the table). */
CUPEL_MUST_CHECK int cupel_invariants_make(enum cupel_arch arch, enum cupel_network network,
                                           struct cupel_policy_rules **ret);

/* The reason for one of those rules. */
const char *cupel_invariant_why(const struct cupel_rule *rule);

/* One of them as it is written down. */
struct cupel_invariant_text {
    const char *calls; /* a call or a group */
    const char *when;  /* NULL: always */
    struct cupel_action action;
    const char *why;
};

/* The invariant at index, of those that hold with this network; false past the last. */
bool cupel_invariant_at(size_t index, enum cupel_network network,
                        struct cupel_invariant_text *ret);

/* Kills what comes by x32's entry; in none of the above, since a program's head does it. */
extern const struct cupel_rule cupel_entry_invariant;

#endif
