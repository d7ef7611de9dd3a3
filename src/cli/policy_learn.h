/* What the parts of `cupel policy learn` share. */
#ifndef CUPEL_CLI_POLICY_LEARN_H
#define CUPEL_CLI_POLICY_LEARN_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/boxed.h"
#include "cli/policy.h"
#include "cli/policy_record.h"

struct policy_learning {
    struct policy_request request;
    const char *extended; /* --policy; NULL: whichever comes closest */
    struct boxed_options boxed;
    struct cupel_policy *strict;
    struct cupel_policy *policies[CANDIDATES_MAX]; /* all that were loaded but strict; owned */
    size_t policy_count;
    struct cupel_filter filter;
    struct record record;
};

extern const char policy_learn_help[];

/* Read the command line. False if it is wrong, which has been said. */
bool policy_learn_parse(struct policy_learning *learning, int argc, char **argv,
                        bool *ret_help);

#endif
