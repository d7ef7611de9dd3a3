/* Conditions on the arguments of a system call: `arg0 == AF_UNIX and arg1 & 0xf == 1`. Pure. */
#ifndef CUPEL_POLICY_CONDITION_H
#define CUPEL_POLICY_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/policy.h"

#define CUPEL_MAX_CONDITIONS 8

enum cupel_operator {
    CUPEL_OPERATOR_EQ, /* (argument & mask) == value */
    CUPEL_OPERATOR_NE, /* (argument & mask) != value */
    CUPEL_OPERATOR_IN, /* low <= argument <= value, unsigned; mask is all ones */
};

struct cupel_condition {
    unsigned argument; /* 0 to 5 */
    enum cupel_operator operator;
    uint64_t mask;
    uint64_t low;
    uint64_t value; /* with CUPEL_OPERATOR_IN, UINT64_MAX: the greatest that the argument has */
};

/* All of them hold. None: always. */
struct cupel_conditions {
    struct cupel_condition items[CUPEL_MAX_CONDITIONS];
    size_t count;
};

/*
 * Parse predicates joined by " and ":
 *
 *   argN == V   argN != V   argN & M == V   argN & M != V
 *   argN < V    argN <= V   argN > V        argN >= V       argN in V..W  (both included)
 *
 * V, W and M are decimal, 0x hexadecimal or 0 octal numbers, or names of constants (AF_UNIX,
 * TIOCSTI, CLONE_NEWUSER, …) with arch's values, several of them joined by '|'. Arguments are
 * compared as unsigned numbers. Returns 0; -EINVAL with what was expected in err.
 */
CUPEL_MUST_CHECK int cupel_conditions_parse(const char *text, enum cupel_arch arch,
                                            struct cupel_conditions *ret,
                                            struct cupel_error *err);

/*
 * Which arguments of a call are 64 bits wide, as a bit set. The kernel looks at the low half of
 * the others only, so a filter must do the same, or ioctl(fd, 0x100005412) passes a rule
 * against TIOCSTI (0x5412). False if the widths of the call's arguments are not known here: no
 * condition can be put on such a call. Source: the SYSCALL_DEFINE of each call in Linux 6.18.
 */
bool cupel_arguments_wide(const char *call, unsigned *ret);

/* A constant such as AF_UNIX. False if it is not known. */
bool cupel_constant_find(const char *name, size_t len, enum cupel_arch arch, uint64_t *ret);

/* The name of the constant at index, NULL past the last. */
const char *cupel_constant_at(size_t index, enum cupel_arch arch, uint64_t *ret);

#endif
