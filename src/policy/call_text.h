/* System calls as people write them: `socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0)`. Pure. */
#ifndef CUPEL_POLICY_CALL_TEXT_H
#define CUPEL_POLICY_CALL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/policy.h"

struct cupel_call_text {
    char name[CUPEL_CALL_NAME_SIZE];
    bool has_arguments;      /* there are parentheses */
    struct cupel_cube given; /* what the arguments fix; those that are left out fix nothing */
};

/*
 * Parse `NAME` or `NAME(ARGUMENT, …)`. An argument is a number (decimal, 0x hexadecimal, 0
 * octal, or negative), constants (those of policies' conditions) and numbers joined by '|', `_`
 * for any value, or a "string", of which a filter sees the address only and so nothing. Whether
 * there is such a call is not asked. Returns 0; -EINVAL with column and what was expected in
 * err.
 */
CUPEL_MUST_CHECK int cupel_call_parse(const char *text, enum cupel_arch arch,
                                      struct cupel_call_text *ret, struct cupel_error *err);

#endif
