/*
 * What a command was recorded to call, and which shipped policy comes closest to allowing it.
 */
#ifndef CUPEL_CLI_POLICY_RECORD_H
#define CUPEL_CLI_POLICY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/policy.h"

#define RECORD_MAX     4096 /* calls that are told apart */
#define CANDIDATES_MAX 64

/* One call, with the arguments that a policy looks at or that a condition can be put on. */
struct recorded_call {
    int number;
    uint64_t arguments[CUPEL_ARGUMENTS]; /* others are 0 */
    uint64_t count;
};

/* Policies are borrowed. Zero-initialise but for strict and candidates; released with
 * record_clear(). */
struct record {
    const struct cupel_policy
        *strict; /* under which it was recorded: what it allows is not told */
    const struct cupel_policy *candidates[CANDIDATES_MAX]; /* that may be extended */
    size_t candidate_count;
    struct recorded_call *calls;
    size_t count;
    uint64_t lost;           /* calls that found no room */
    struct cupel_cube *seen; /* masks by number, filled as numbers come; CUPEL_CALLS of them */
    int failure;             /* 0 or -errno of what the callback could not return */
};

/* A call was made; as boxed_options.learn. owner: a struct record. */
void record_call(void *owner, int number, const uint64_t arguments[static CUPEL_ARGUMENTS]);

void record_clear(struct record *record);

/* The argument of a call that says what it does, such as the request of ioctl; -1: none. */
int record_selector(const char *call);

/* Whether policy allows the call. */
bool record_is_allowed(const struct cupel_policy *policy, const struct recorded_call *call);

/* Whether policy allows all that another allows. */
bool record_covers(const struct cupel_policy *policy, const struct cupel_policy *other);

/*
 * The candidate that needs the fewest additions; of several, the one that allows the fewest
 * calls, and then the least memory and processes. NULL if there is none.
 */
const struct cupel_policy *record_choose(const struct record *record);

#endif
