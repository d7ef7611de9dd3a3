/* What happens to a call and why, and what is different under another policy. Pure. */
#ifndef CUPEL_POLICY_ANSWERS_H
#define CUPEL_POLICY_ANSWERS_H

#include <stddef.h>

#include "cupel/policy.h"

struct cupel_answer {
    struct cupel_decision decision; /* borrowed from the policy */
    struct cupel_origin allowed_by; /* with an invariant: the rule that it overrules; file is
                                       NULL if there is none */
    char *when; /* which arguments, in words; "" if it is the only answer; owned */
};

/* Zero-initialise; release with cupel_answers_clear(). */
struct cupel_answers {
    struct cupel_answer *items;
    size_t count;
};

/*
 * The answers to a call, one for each rule, invariant or default that decides it for some
 * arguments. given: what is known of the arguments. Returns 0 or as cupel_policy_cases().
 */
CUPEL_MUST_CHECK int cupel_answers_find(const struct cupel_policy *policy, int number,
                                        const struct cupel_cube *given,
                                        struct cupel_answers *ret, struct cupel_error *err);
void cupel_answers_clear(struct cupel_answers *answers);

enum cupel_change_kind {
    CUPEL_CHANGE_WIDER,    /* b makes a call that a does not */
    CUPEL_CHANGE_NARROWER, /* the other way round */
    CUPEL_CHANGE_OTHER,    /* neither, but another errno, a kill, or a line in the log */
};

struct cupel_change {
    enum cupel_change_kind kind;
    struct cupel_decision a; /* of the first of the cases that change so; borrowed */
    struct cupel_decision b;
    char *when; /* which arguments, in words; "" for all; owned */
};

/* Zero-initialise; release with cupel_changes_clear(). */
struct cupel_changes {
    struct cupel_change *items;
    size_t count;
};

/* The differences between two answers to one call, each a list of disjoint cases that cover all
 * arguments. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_changes_find(const char *call, enum cupel_arch arch,
                                        const struct cupel_policy_case *a, size_t a_count,
                                        const struct cupel_policy_case *b, size_t b_count,
                                        struct cupel_changes *ret);
void cupel_changes_clear(struct cupel_changes *changes);

#endif
