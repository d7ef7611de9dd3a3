/* Policies for tests: those that are shipped, and such as are made of text. What cannot be
 * loaded or compiled fails the test. */
#ifndef CUPEL_TESTS_POLICY_POLICIES_H
#define CUPEL_TESTS_POLICY_POLICIES_H

#include "bpf.h"
#include "cupel/policy.h"

/* Their names, sorted, NULL-terminated; static. */
const char *const *shipped_policies(void);

struct cupel_policy *load_shipped(const char *name, enum cupel_arch arch);

/* A policy over the shipped base that has these rules (JSON, joined by commas). */
struct cupel_policy *load_rules(const char *network, const char *rules, enum cupel_arch arch);

/* A policy "root", and if child is not NULL one "child" over it, both as text. Returns as
 * cupel_policy_merge(). */
CUPEL_MUST_CHECK int merge_texts(const char *root, const char *child, enum cupel_arch arch,
                                 struct cupel_policy **ret);

struct cupel_filter compile_policy(const struct cupel_policy *policy,
                                   enum cupel_filter_mode mode);

/* What a filter returns for a call of that architecture. */
uint32_t ask_filter(const struct cupel_filter *filter, enum cupel_arch arch, int number,
                    const uint64_t args[static CUPEL_ARGUMENTS]);

/* AUDIT_ARCH_… */
uint32_t audit_arch(enum cupel_arch arch);

/* A fixed sequence, so that a failure comes again. Source: Marsaglia, Xorshift RNGs (2003). */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
